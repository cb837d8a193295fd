"""Everything that goes wrong, told in one shape: what, where, and what to do about it."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException

from desk.queue.working import ClaimedByAnother
from desk.refusals import Contradicted, NoSuchOrder, NoSuchUpload, NotReceivedYet, Refused
from hotline.errors import QinglingError
from hotline.masking import mask_personal_numbers
from store.database import UnknownOrder
from store.faults import StoreReplaced, fault_of
from store.kept_answers import KeyTaken

_LOG = structlog.get_logger("serve")
#: At most so many faults of one request are told.
_MOST_FIELDS = 20
_NAME_LENGTH = 80


class FieldFault(BaseModel):
    """One value that cannot be taken."""

    field: str = Field(examples=["events[2].happened_at"])
    message: str


class Problem(BaseModel):
    """What went wrong, and the way out."""

    code: str
    message: str
    fields: list[FieldFault] = Field(description="the values at fault; empty where it is none of them")
    remedy: str


class ErrorOut(BaseModel):
    """The one shape of every error."""

    error: Problem


class Unavailable(Exception):  # noqa: N818 - a state, told to the client
    """Scores cannot be given now."""

    def __init__(self, code: str, message: str, remedy: str) -> None:
        super().__init__(message)
        self.code, self.message, self.remedy = code, message, remedy


def told(
    status: int,
    code: str,
    message: str,
    remedy: str,
    fields: Sequence[tuple[str, str]] = (),
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """An error as an answer."""
    faults = [FieldFault(field=name, message=said) for name, said in fields]
    problem = Problem(code=code, message=message, fields=faults, remedy=remedy)
    return JSONResponse(ErrorOut(error=problem).model_dump(), status, dict(headers or {}))


def tell_errors(app: FastAPI) -> None:
    """Let the app tell every error in this shape."""
    for kind, handler in _HANDLERS.items():
        app.add_exception_handler(kind, handler)


def problem_of(error: Exception) -> dict[str, Any]:
    """The same of an error that is a part of an answer."""
    handler = next(_HANDLERS[kind] for kind in type(error).__mro__ if kind in _HANDLERS)
    problem: dict[str, Any] = orjson.loads(handler(None, error).body)["error"]
    return problem


def field_name(location: Sequence[str | int]) -> str:
    """The place of a value as one reads it; personal numbers used as a name are masked.

    >>> field_name(("body", "events", 2, "happened_at"))
    'events[2].happened_at'
    """
    name = ""
    for part in location[1:] if location and location[0] in ("body", "query", "path", "header") else location:
        name += f"[{part}]" if isinstance(part, int) else f".{part}" if name else part
    readable = name.encode("utf-8", "replace").decode()
    return mask_personal_numbers(readable[:_NAME_LENGTH]) or "body"


def _invalid(_: Request, error: Any) -> JSONResponse:
    faults = [(field_name(e["loc"]), _PLAINER.get(e["type"], str(e["msg"]))) for e in error.errors()]
    if any(e["type"] == "json_invalid" for e in error.errors()):
        return told(422, "invalid_json", "the body is not JSON", "send well-formed JSON in UTF-8")
    return told(
        422, "invalid", "the request cannot be taken as it is", "mend the fields named", faults[:_MOST_FIELDS]
    )


def _refused(_: Request, error: Any) -> JSONResponse:
    return told(
        422,
        "invalid",
        "the request cannot be taken as it is",
        "mend the fields named",
        [(error.field, error.message)],
    )


def _contradicted(_: Request, error: Any) -> JSONResponse:
    remedy = "give a new event its own id; to correct one, retract it and send it anew"
    return told(
        409, "contradiction", "recorded already, with other content", remedy, [(error.field, error.message)]
    )


def _unknown_order(_: Request, error: Any) -> JSONResponse:
    return told(404, "unknown_order", "there is no such order", "add it first: POST /api/v1/orders")


def _unknown_upload(_: Request, error: Any) -> JSONResponse:
    return told(404, "unknown_upload", "there is no such upload", "send the file again: POST /upload")


def _not_received(_: Request, error: Any) -> JSONResponse:
    return told(
        422,
        "not_received_yet",
        "the order was not known yet at that time",
        "ask about a later moment",
        [("at", "lies before the order was known here")],
    )


def _unavailable(_: Request, error: Any) -> JSONResponse:
    return told(503, error.code, error.message, error.remedy, headers={"Retry-After": "5"})


def _no_store(_: Request, error: Any) -> JSONResponse:
    fault = fault_of(error)
    if fault is None:  # not the database's state but a mistake of ours
        raise error
    _LOG.error(fault.code, kind=type(error).__name__)
    remedy = f"{fault.remedy}; nothing of this request was kept"
    return told(503, fault.code, fault.message, remedy, headers={"Retry-After": "5"})


def _unserviceable(_: Request, error: Any) -> JSONResponse:
    """What only whoever runs the service can mend; the message names the remedy."""
    _LOG.error("unserviceable", kind=type(error).__name__)
    remedy = "whoever runs the service has to do what the message says"
    return told(503, "unserviceable", str(error), remedy, headers={"Retry-After": "60"})


def _key_taken(_: Request, error: Any) -> JSONResponse:
    remedy = "send each write under a key of its own, and the same again under the same"
    fields = [("Idempotency-Key", "came with another request before")]
    return told(409, "key_taken", "this key came with another request before", remedy, fields)


def _claimed(_: Request, error: Any) -> JSONResponse:
    remedy = "take another one, or ask whoever has it"
    return told(409, "claimed", "somebody else has claimed this order", remedy)


def _http(_: Request, error: Any) -> JSONResponse:
    code, message, remedy = _HTTP.get(error.status_code, _OTHER)
    return told(error.status_code, code, message, remedy, headers=error.headers)


_PLAINER = {"missing": "is missing", "extra_forbidden": "is not known here"}
_HTTP = {
    400: ("unreadable", "the request cannot be read", "send well-formed JSON in UTF-8"),
    404: ("not_found", "there is nothing at this address", "see /docs for the addresses"),
    405: ("method_not_allowed", "this address does not take this method", "see /docs for the methods"),
}
_OTHER = ("refused", "the request cannot be taken", "see /docs")
_HANDLERS: dict[Any, Any] = {
    RequestValidationError: _invalid,
    HTTPException: _http,
    Contradicted: _contradicted,
    Refused: _refused,
    NoSuchOrder: _unknown_order,
    UnknownOrder: _unknown_order,
    NoSuchUpload: _unknown_upload,
    KeyTaken: _key_taken,
    ClaimedByAnother: _claimed,
    StoreReplaced: _no_store,
    QinglingError: _unserviceable,
    NotReceivedYet: _not_received,
    Unavailable: _unavailable,
    SQLAlchemyError: _no_store,
    OSError: _no_store,
}
