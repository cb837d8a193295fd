"""Bodies as a hotline's own software would send them, and what every error must look like."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from httpx import Response

from hotline.calendar import SHANGHAI

_NUMBERS = count(1)


def new_id() -> str:
    """An order id that no test has used."""
    return f"T-{next(_NUMBERS):05d}"


def ago(hours: float) -> str:
    """A time so many hours before now."""
    return (datetime.now(SHANGHAI) - timedelta(hours=hours)).isoformat()


def an_order(**changes: Any) -> dict[str, Any]:
    """An order received two days ago; a field set to None is left out."""
    order = {
        "order_id": new_id(),
        "received_at": ago(48),
        "source": "12345",
        "kind": "维修",
        "category": "电梯",
        "text": "电梯坏了，老人下不了楼",
        "caller": "13800001111",
        "community": "清和苑",
        "company": "清和物业",
        **changes,
    }
    return {name: value for name, value in order.items() if value is not None}


def an_event(event_type: str = "dispatched", hours_ago: float = 24, **fields: Any) -> dict[str, Any]:
    """Something that happened so many hours ago."""
    return {"type": event_type, "happened_at": ago(hours_ago), **fields}


def a_callback(hours_ago: float = 1, **fields: Any) -> dict[str, Any]:
    """A call by the city's office so many hours ago."""
    return {"by": "city", "happened_at": ago(hours_ago), "answered": True, **fields}


def assert_told(answer: Response, status: int, code: str, *fields: str) -> dict[str, Any]:
    """The answer is an error in the one shape, naming these fields; the error."""
    assert answer.status_code == status, answer.text
    assert set(answer.json()) == {"error"}
    error: dict[str, Any] = answer.json()["error"]
    assert set(error) == {"code", "message", "fields", "remedy"}
    assert error["code"] == code
    assert error["message"] and error["remedy"]
    assert [fault["field"] for fault in error["fields"]] == list(fields), error
    return error
