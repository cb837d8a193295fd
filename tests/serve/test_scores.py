"""Scores over HTTP: of orders given whole, and of orders in the store."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from hotline.calendar import to_micros
from hotline.order import Order, OrderEvent
from store.database import Store, open_store
from tests.serve.bodies import a_callback, ago, an_event, an_order, assert_told, new_id


@pytest.fixture
def store(shared_home: Path) -> Store:
    return open_store(shared_home)


def test_an_answer_carries_all_that_a_desk_needs(client: TestClient) -> None:
    answer = client.post("/api/v1/scores", json=an_order(events=[an_event("accepted")])).json()
    assert answer["stage"] == "accepted"
    assert sum(answer["probabilities"].values()) == pytest.approx(1)
    assert answer["dissatisfied"] == answer["probabilities"]["dissatisfied"]
    assert 0 < answer["expected_loss"] < 1
    likeliest = max(answer["probabilities"], key=answer["probabilities"].get)
    assert likeliest in answer["prediction_set"]
    assert set(answer["prediction_set"]) <= set(answer["probabilities"])
    assert answer["band"] in {"red", "orange", "yellow", "grey", "none"}
    assert answer["model_version"] == "1"
    assert datetime.fromisoformat(answer["as_of"]).tzinfo is not None
    directions = {reason["direction"]: reason["effect"] for reason in answer["reasons"]}
    assert directions and all((effect > 0) == (way == "up") for way, effect in directions.items())


def test_an_order_that_is_only_scored_is_not_kept(client: TestClient) -> None:
    order = an_order()
    assert client.post("/api/v1/scores", json=order).status_code == 200
    assert_told(client.get(f"/api/v1/orders/{order['order_id']}/score"), 404, "unknown_order")


def test_every_score_is_logged_with_its_features(client: TestClient, store: Store) -> None:
    order = an_order()
    given = client.post("/api/v1/scores", json=order).json()
    (logged,) = store.predictions(order["order_id"])
    assert logged.probabilities[0] == given["dissatisfied"]
    assert json.loads(logged.features)["category"] == "电梯" and order["text"] not in logged.features


def test_the_moment_asked_about_decides_what_the_score_knows(client: TestClient) -> None:
    order = an_order(events=[an_event("dispatched", 40)])
    client.post("/api/v1/orders", json=order)
    client.post(f"/api/v1/orders/{order['order_id']}/events", json=an_event("accepted", 20))
    now = client.get(f"/api/v1/orders/{order['order_id']}/score").json()
    later = client.get(f"/api/v1/orders/{order['order_id']}/score", params={"at": ago(-48)}).json()
    assert now["stage"] == later["stage"] == "accepted"
    assert now["dissatisfied"] != later["dissatisfied"]


def test_an_order_given_whole_scores_like_the_same_order_in_the_store(
    client: TestClient, store: Store
) -> None:
    received_at = datetime.fromisoformat(ago(72))
    events = tuple(
        OrderEvent(kind, received_at + timedelta(hours=n), received_at + timedelta(hours=n), f"e{n}")
        for n, kind in enumerate(("dispatched", "accepted", "urged", "closed"), 1)
    )
    order = Order(new_id(), received_at, category="电梯", text="电梯坏了", events=events)
    store.add_order(order, to_micros(received_at), to_micros(received_at))
    at = ago(1)
    body = {
        "order_id": order.order_id,
        "received_at": received_at.isoformat(),
        "category": "电梯",
        "text": "电梯坏了",
        "events": [
            {"type": e.type, "happened_at": e.happened_at.isoformat(), "event_id": e.event_id} for e in events
        ],
        "at": at,
    }
    given = client.post("/api/v1/scores", json=body).json()
    stored = client.get(f"/api/v1/orders/{order.order_id}/score", params={"at": at}).json()
    assert given["dissatisfied"] == pytest.approx(stored["dissatisfied"], abs=1e-9)
    assert given["reasons"] == stored["reasons"]


def test_a_given_event_may_be_known_later_than_it_happened(client: TestClient) -> None:
    order = an_order(events=[an_event("accepted", 30, known_at=ago(10))], at=ago(5))
    assert client.post("/api/v1/scores", json=order).json()["stage"] == "accepted"
    order["at"] = ago(20)
    assert_told(client.post("/api/v1/scores", json=order), 422, "invalid", "events[0].known_at")


def test_what_lies_after_the_moment_asked_about_is_refused_by_name(client: TestClient) -> None:
    order = an_order(events=[an_event("dispatched", 40), an_event("accepted", 10)], at=ago(20))
    assert_told(client.post("/api/v1/scores", json=order), 422, "invalid", "events[1].happened_at")
    order = an_order(callbacks=[a_callback(1)], at=ago(20))
    assert_told(client.post("/api/v1/scores", json=order), 422, "invalid", "callbacks[0].happened_at")


def test_no_moment_before_the_receipt_can_be_asked_about(client: TestClient) -> None:
    assert_told(client.post("/api/v1/scores", json=an_order(at=ago(50))), 422, "invalid", "received_at")
    order = an_order()
    client.post("/api/v1/orders", json=order)
    asked = client.get(f"/api/v1/orders/{order['order_id']}/score", params={"at": ago(50)})
    assert_told(asked, 422, "not_received_yet", "at")


def test_a_plus_sign_lost_in_an_address_is_understood(client: TestClient) -> None:
    order = an_order()
    client.post("/api/v1/orders", json=order)
    at = ago(-1)
    assert at.endswith("+08:00")
    answer = client.get(f"/api/v1/orders/{order['order_id']}/score?at={at}")
    assert datetime.fromisoformat(answer.json()["as_of"]) == datetime.fromisoformat(at)
