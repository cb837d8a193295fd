"""Thousands of orders are scored in one request; what is wrong with one of them is told in its own line."""

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient

from hotline.policy import Role
from hotline.scope import scope_of
from tests.serve.bodies import ago, an_event, an_order, assert_told
from tests.serve.conftest import a_key, settings_of

_IN_THE_MIDST = "2026-06-01T09:00:00+08:00"


def _lines(client: TestClient, **body: Any) -> list[dict[str, Any]]:
    answer = client.post("/api/v1/scores:batch", json=body)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("application/x-ndjson")
    return [json.loads(line) for line in answer.text.splitlines()]


def test_orders_of_the_store_score_as_they_do_alone_in_the_order_asked(client: TestClient) -> None:
    listed = client.get("/api/v1/worklist", params={"at": _IN_THE_MIDST, "limit": 30}).json()["orders"]
    ids = [order["order_id"] for order in listed][::-1]
    client.post(f"/api/v1/orders/{ids[0]}/events", json=an_event("urged", 0.001))
    lines = _lines(client, order_ids=[*ids, ids[3]], at=_IN_THE_MIDST, reasons=True)
    assert [line["row"] for line in lines] == list(range(len(ids) + 1))
    assert [line["score"]["order_id"] for line in lines] == [*ids, ids[3]]
    for order_id, line in zip(ids[:8], lines, strict=False):
        alone = client.get(f"/api/v1/orders/{order_id}/score", params={"at": _IN_THE_MIDST}).json()
        assert line["score"]["probabilities"] == pytest.approx(alone["probabilities"], abs=1e-12)
        assert line["score"]["reasons"] == alone["reasons"]


def test_orders_as_given_score_as_they_do_alone(client: TestClient) -> None:
    orders = [an_order(category=category, events=[an_event("urged", 2)]) for category in ("电梯", "绿化")]
    at = ago(0)
    lines = _lines(client, orders=orders, at=at)
    for order, line in zip(orders, lines, strict=True):
        alone = client.post("/api/v1/scores", json={**order, "at": at}).json()
        assert line["score"]["dissatisfied"] == pytest.approx(alone["dissatisfied"], abs=1e-12)
        assert line["score"]["reasons"] == []


def test_what_is_wrong_with_one_is_told_in_its_line_and_the_others_are_scored(client: TestClient) -> None:
    good = an_order()
    lines = _lines(
        client,
        orders=[
            good,
            {**an_order(), "due_at": "soon"},
            {"order_id": "x"},
            an_order(received_at=ago(-48)),
            good,
        ],
    )
    assert [("score" in line, line["row"]) for line in lines] == [
        (True, 0),
        (False, 1),
        (False, 2),
        (False, 3),
        (True, 4),
    ]
    assert lines[1]["error"]["fields"][0]["field"] == "due_at"
    assert lines[2]["error"]["fields"] == [{"field": "received_at", "message": "is missing"}]
    assert lines[3]["error"]["fields"][0]["field"] == "received_at"
    known = client.get("/api/v1/worklist", params={"limit": 1}).json()["orders"][0]["order_id"]
    lines = _lines(client, order_ids=[known, "nobody's"])
    assert "score" in lines[0] and lines[1]["error"]["code"] == "unknown_order"
    lines = _lines(client, order_ids=[known], at="2001-01-01T00:00:00+08:00")
    assert lines[0]["error"]["code"] == "not_received_yet"


def test_scores_of_a_batch_are_logged_before_they_are_answered(client: TestClient) -> None:
    order = an_order(events=[an_event("accepted", 20)])
    client.post("/api/v1/orders", json=order)
    _lines(client, order_ids=[order["order_id"]])
    course = client.get(f"/api/v1/orders/{order['order_id']}/course").json()["points"]
    assert [point["cause"] for point in course] == ["asked"]


def test_others_orders_are_told_like_none_and_given_ones_need_the_right(client: TestClient) -> None:
    mine, theirs = an_order(company="甲物业"), an_order(company="乙物业")
    for order in (mine, theirs):
        client.post("/api/v1/orders", json=order)
    home = client.app.state.settings.home  # type: ignore[attr-defined]
    key = a_key(settings_of(home), Role.COMPANY, scope_of(Role.COMPANY, companies=["甲物业"]))
    asked = {"order_ids": [theirs["order_id"], mine["order_id"], "none"]}
    answer = client.post("/api/v1/scores:batch", json=asked, headers=key)
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert lines[0]["error"] == lines[2]["error"] and lines[1]["score"]["order_id"] == mine["order_id"]
    assert theirs["order_id"] not in answer.text
    refused = client.post("/api/v1/scores:batch", json={"orders": [mine]}, headers=key)
    assert_told(refused, 403, "not_granted")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"order_ids": [], "orders": None},
        {"order_ids": ["a"], "orders": [{}]},
        {"order_ids": ["a"] * 10_001},
    ],
)
def test_a_batch_is_of_ids_or_of_orders_and_not_too_long(client: TestClient, body: dict[str, Any]) -> None:
    answer = client.post("/api/v1/scores:batch", json=body)
    assert answer.status_code == 422 and answer.json()["error"]["fields"][0]["message"]


def test_a_batch_may_be_larger_than_other_bodies_but_not_endless(client: TestClient) -> None:
    order = an_order(text="电梯坏了" * 1000)
    lines = _lines(client, orders=[order] * 120)  # 1.4 MB
    assert len(lines) == 120 and all("score" in line for line in lines)
    assert_told(client.post("/api/v1/scores:batch", content=b" " * (32 * 2**20 + 1)), 413, "too_large")
