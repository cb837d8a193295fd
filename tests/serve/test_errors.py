"""Whatever is wrong with a request, the answer has one shape and never repeats what was sent."""

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient

from serve.guard import MIB, MOST_MIB
from tests.serve.bodies import ago, an_event, an_order, assert_told

_JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"received_at": "2026-10-01T09:00:00"}, "received_at"),
        ({"received_at": 1_790_000_000}, "received_at"),
        ({"received_at": "1999-12-31T09:00:00+08:00"}, "received_at"),
        ({"received_at": "2101-01-01T09:00:00+08:00"}, "received_at"),
        ({"received_at": None}, "received_at"),
        ({"received_at": ago(-1)}, "received_at"),
        ({"due_at": "tomorrow"}, "due_at"),
        ({"colour": "red"}, "colour"),
        ({"order_id": ""}, "order_id"),
        ({"order_id": "x" * 65}, "order_id"),
        ({"order_id": "a\x00b"}, "order_id"),
        ({"order_id": 7}, "order_id"),
        ({"text": "长" * 5_001}, "text"),
        ({"text": "a\x00b"}, "text"),
        ({"company": "x" * 201}, "company"),
        ({"company": ["x"]}, "company"),
        ({"attributes": {"no such": 1}}, "attributes"),
        ({"attributes": {str(n): 1 for n in range(101)}}, "attributes"),
        ({"attributes": {"x": {}}}, "attributes.x"),
        ({"attributes": {"x": 1e16}}, "attributes.x"),
        ({"events": [an_event()] * 501}, "events"),
        ({"events": [an_event(), an_event("accepted", 60)]}, "events[1].happened_at"),
        ({"events": [an_event(colour="red")]}, "events[0].colour"),
        ({"events": {}}, "events"),
    ],
)
@pytest.mark.parametrize("path", ["/api/v1/orders", "/api/v1/scores"])
def test_an_order_that_cannot_be_is_refused_by_the_field_at_fault(
    client: TestClient, path: str, changes: dict[str, Any], field: str
) -> None:
    assert_told(client.post(path, json=an_order(**changes)), 422, "invalid", field)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_numbers_that_are_none_are_refused(client: TestClient, number: str) -> None:
    body = json.dumps(an_order(attributes={"x": 0})).replace('"x": 0', f'"x": {number}')
    assert_told(client.post("/api/v1/scores", content=body, headers=_JSON), 422, "invalid", "attributes.x")


def test_half_a_character_is_refused_in_a_value_and_in_a_name(client: TestClient) -> None:
    for changes, field in (({"text": "\ud800"}, "text"), ({"\ud800": 1}, "body")):
        body = json.dumps(an_order(**changes))
        assert_told(client.post("/api/v1/orders", content=body, headers=_JSON), 422, "invalid", field)


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"nothing"])
def test_what_is_not_json_is_refused(client: TestClient, body: bytes) -> None:
    answer = client.post("/api/v1/scores", content=body, headers=_JSON)
    assert answer.status_code in (400, 422)
    assert answer.json()["error"]["code"] in ("invalid_json", "unreadable", "invalid")


def test_bottomless_json_is_refused(client: TestClient) -> None:
    answer = client.post("/api/v1/scores", content=b"[" * 200_000, headers=_JSON)
    assert_told(answer, 400, "unreadable")


def test_a_body_above_a_mebibyte_is_refused_with_or_without_its_length_told(client: TestClient) -> None:
    whole = b" " * (MOST_MIB * MIB + 1)
    assert_told(client.post("/api/v1/orders", content=whole, headers=_JSON), 413, "too_large")
    pieces = (whole[: MOST_MIB * MIB // 2] for _ in range(3))
    assert_told(client.post("/api/v1/orders", content=pieces, headers=_JSON), 413, "too_large")


def test_a_large_order_within_the_limits_is_taken(client: TestClient) -> None:
    events = [an_event("urged", 40 - n / 20, actor="人" * 200) for n in range(500)]
    assert client.post("/api/v1/orders", json=an_order(text="长" * 5_000, events=events)).status_code == 201


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nothing", 404, "not_found"),
        ("GET", "/api/v1/nothing", 404, "not_found"),
        ("GET", "/api/v1/orders/x/score/", 404, "not_found"),
        ("DELETE", "/api/v1/orders", 405, "method_not_allowed"),
        ("PUT", "/api/v1/worklist", 405, "method_not_allowed"),
        ("POST", "/healthz", 405, "method_not_allowed"),
    ],
)
def test_wrong_addresses_and_methods_are_told_in_the_same_shape(
    client: TestClient, method: str, path: str, status: int, code: str
) -> None:
    answer = client.request(method, path)
    assert_told(answer, status, code)
    assert ("allow" in answer.headers) == (status == 405)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("at=2026-10-01T09:00", "at"),
        ("at=2026-10-01 09:00", "at"),
        ("at=yesterday", "at"),
        ("at=", "at"),
        ("limit=0", "limit"),
        ("limit=1001", "limit"),
        ("limit=many", "limit"),
        ("band=purple", "band"),
        ("sort=asc", "sort"),
    ],
)
def test_a_parameter_that_cannot_be_is_refused_by_name(client: TestClient, query: str, field: str) -> None:
    assert_told(client.get(f"/api/v1/worklist?{query}"), 422, "invalid", field)


def test_something_unforeseen_is_told_without_its_inside(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("13800002222 was in the way")

    monkeypatch.setattr("desk.intake.Intake.check", broken)
    answer = client.post("/api/v1/scores", json=an_order())
    assert_told(answer, 500, "unforeseen")
    printed = "".join(capsys.readouterr())
    assert "RuntimeError" in printed
    assert "13800002222" not in printed + answer.text and "Traceback" not in printed + answer.text


def test_people_read_a_page_about_something_unforeseen_too(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("13800002222 was in the way")

    monkeypatch.setattr("serve.web.queue_page.queue_list", broken)
    answer = client.get("/queue", headers={"Accept": "text/html"})
    assert answer.status_code == 500 and "系统暂时不能用，不是您的问题" in answer.text
    assert "13800002222" not in answer.text and answer.headers["content-type"].startswith("text/html")
