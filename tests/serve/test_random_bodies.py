"""Whatever is sent, no answer is a failure of the service."""

import json
from typing import Any
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from serve.schemas import CallbackIn, EventIn, ScoreIn
from tests.serve.bodies import a_callback, ago, an_event, an_order

pytestmark = pytest.mark.slow

_TEXT = st.text(max_size=20) | st.sampled_from(
    ["", "\x00", "\ud800", "长" * 6_000, "13800001111", "电梯", "~"]
)
_NUMBERS = st.integers() | st.floats() | st.sampled_from([1e400, -1e400, 10**400, 2**63])
_ANY: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | _NUMBERS | _TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXT, inner, max_size=4),
    max_leaves=8,
)
_TIMES = st.sampled_from([ago(hours) for hours in (47, 30, 3, 0.1, -5, 60)]) | st.datetimes(
    timezones=st.timezones()
).map(lambda moment: moment.isoformat())
_TYPES = st.sampled_from(["urged", "closed", "retracted", "delayed", "redispatched", "催办", "archived"])
_PLAUSIBLE = st.fixed_dictionaries(
    {},
    optional={
        "at": _TIMES,
        "received_at": _TIMES,
        "due_at": _TIMES,
        "happened_at": _TIMES,
        "promised_at": _TIMES,
        "type": _TYPES,
        "rating": st.sampled_from(["满意", "dissatisfied", "x"]),
        "by": st.sampled_from(["city", "962121", ""]),
        "verdict": st.sampled_from(["resolved", "解释说明"]),
        "retracts": st.just("a"),
        "event_id": st.sampled_from(["a", "b"]),
        "community": _TEXT,
        "source": st.sampled_from(["12345", "企业自接"]),
        "attributes": st.dictionaries(_TEXT, _ANY, max_size=2),
    },
)
_QUIET = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def _fields(model: Any) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(st.sampled_from([*model.model_fields, "unknown"]), _ANY, max_size=3)


def _post(client: TestClient, path: str, body: Any) -> None:
    answer = client.post(path, content=json.dumps(body), headers={"Content-Type": "application/json"})
    assert answer.status_code in (200, 201, 400, 404, 409, 422), answer.text
    if answer.status_code >= 400:
        error = answer.json()["error"]
        assert set(error) == {"code", "message", "fields", "remedy"} and error["remedy"]


@_QUIET
@given(order=_PLAUSIBLE, wrong=_fields(ScoreIn), event=_PLAUSIBLE)
def test_no_order_breaks_the_service(
    client: TestClient, order: dict[str, Any], wrong: dict[str, Any], event: dict[str, Any]
) -> None:
    events = [an_event(**{k: v for k, v in event.items() if k in EventIn.model_fields}, event_type="urged")]
    whole = {k: v for k, v in order.items() if k in ScoreIn.model_fields}
    _post(client, "/api/v1/scores", {**an_order(events=events), **whole})
    _post(client, "/api/v1/scores", {**an_order(events=events), **whole, **wrong})
    whole.pop("at", None)
    _post(client, "/api/v1/orders", {**an_order(events=events), **whole, **wrong})


@_QUIET
@given(event=_PLAUSIBLE, wrong=_fields(EventIn), callback=_fields(CallbackIn))
def test_no_event_or_callback_breaks_the_service_nor_the_score_after_it(
    client: TestClient, event: dict[str, Any], wrong: dict[str, Any], callback: dict[str, Any]
) -> None:
    order = an_order(order_id="R-1", received_at="2026-01-01T09:00:00+08:00")
    client.post("/api/v1/orders", json=order)
    known = {k: v for k, v in event.items() if k in EventIn.model_fields}
    rated = {k: v for k, v in event.items() if k in CallbackIn.model_fields}
    _post(client, "/api/v1/orders/R-1/events", {**an_event(), **known})
    _post(client, "/api/v1/orders/R-1/events", [{**an_event(), **known}, {**an_event(), **wrong}])
    _post(client, "/api/v1/orders/R-1/callbacks", {**a_callback(), **rated})
    _post(client, "/api/v1/orders/R-1/callbacks", {**a_callback(), **rated, **callback})
    assert client.get("/api/v1/orders/R-1/score", params={"at": ago(-0.01)}).status_code == 200


@_QUIET
@given(body=_ANY, path=st.sampled_from(["scores", "orders", "orders/x/events", "orders/x/callbacks"]))
def test_no_json_breaks_the_service(client: TestClient, body: Any, path: str) -> None:
    _post(client, f"/api/v1/{path}", body)


@_QUIET
@given(body=st.binary(max_size=200))
def test_no_bytes_break_the_service(client: TestClient, body: bytes) -> None:
    answer = client.post("/api/v1/scores", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422)
    assert set(answer.json()) == {"error"}


@_QUIET
@given(at=_TEXT | _TIMES, limit=_TEXT | st.integers(), order_id=st.text(min_size=1, max_size=80))
def test_no_address_breaks_the_service(client: TestClient, at: str, limit: Any, order_id: str) -> None:
    query = f"at={quote(at[:50], errors='replace')}&limit={quote(str(limit)[:50], errors='replace')}"
    assert client.get(f"/api/v1/worklist?{query}").status_code in (200, 422)
    address = f"/api/v1/orders/{quote(order_id, safe='', errors='replace')}/score"
    assert client.get(address).status_code in (404, 405, 422)
