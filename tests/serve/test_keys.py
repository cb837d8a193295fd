"""A write under an Idempotency-Key happens once, and is answered the same however often it is sent."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx import Response

from store.database import Store, open_store
from tests.serve.bodies import a_callback, ago, an_event, an_order, assert_told, new_id
from tests.serve.conftest import serving
from tests.serve.homes import settings_of


@pytest.fixture
def store(shared_home: Path) -> Store:
    return open_store(shared_home)


def _send(client: TestClient, path: str, body: Any, key: str) -> Response:
    return client.post(f"/api/v1/orders{path}", json=body, headers={"Idempotency-Key": key})


def test_the_same_write_again_is_answered_as_the_first_time(client: TestClient, store: Store) -> None:
    order = an_order()
    writes = [
        ("", order, f"a-{order['order_id']}"),
        (f"/{order['order_id']}/events", an_event("accepted", 20), f"b-{order['order_id']}"),
        (f"/{order['order_id']}/callbacks", a_callback(), f"c-{order['order_id']}"),
    ]
    for path, body, key in writes:
        first, again = (_send(client, path, body, key) for _ in range(2))
        assert (first.status_code, first.text) == (again.status_code, again.text)
        assert first.status_code == 201
        assert "idempotency-replayed" not in first.headers
        assert again.headers["idempotency-replayed"] == "true"
    frames = store.frames([order["order_id"]])
    assert [len(frames[kind]) for kind in ("orders", "events", "callbacks")] == [1, 1, 1]


def test_an_answer_is_replayed_although_the_order_has_changed_since(client: TestClient) -> None:
    order = an_order(company="旧物业")
    first = _send(client, "", order, order["order_id"])
    client.post("/api/v1/orders", json={**order, "company": "新物业"})
    again = _send(client, "", order, order["order_id"])
    assert (again.status_code, again.json()["status"]) == (first.status_code, "created")
    assert client.post("/api/v1/orders", json={**order, "company": "新物业"}).json()["status"] == "unchanged"


def test_a_key_that_came_with_another_request_is_refused(client: TestClient, store: Store) -> None:
    order, key = an_order(), new_id()
    _send(client, "", order, key)
    other = _send(client, "", {**order, "company": "新物业"}, key)
    assert_told(other, 409, "key_taken", "Idempotency-Key")
    elsewhere = _send(client, f"/{order['order_id']}/events", an_event(), key)
    assert_told(elsewhere, 409, "key_taken", "Idempotency-Key")
    assert store.frames([order["order_id"]])["orders"]["company"].tolist() == ["清和物业"]


def test_blanks_and_the_order_of_names_make_no_other_request(client: TestClient) -> None:
    order, key = an_order(), new_id()
    _send(client, "", order, key)
    assert _send(client, "", dict(reversed(order.items())), key).status_code == 201


def test_a_write_that_was_refused_may_be_mended_under_its_key(client: TestClient) -> None:
    order, key = an_order(), new_id()
    assert_told(_send(client, f"/{order['order_id']}/events", an_event(), key), 404, "unknown_order")
    client.post("/api/v1/orders", json=order)
    assert _send(client, f"/{order['order_id']}/events", an_event(), key).status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 129, "with blanks", "schlüssel"])
def test_a_key_that_is_none_is_refused(client: TestClient, key: str) -> None:
    headers = {"Idempotency-Key": key.encode("latin-1")}
    answer = client.post("/api/v1/orders", json=an_order(), headers=headers)
    assert_told(answer, 422, "invalid", "Idempotency-Key")


def test_one_key_sent_by_many_at_once_writes_once(client: TestClient, store: Store) -> None:
    order, key = an_order(), new_id()
    client.post("/api/v1/orders", json=order)
    event = an_event("urged", 5)
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(lambda _: _send(client, f"/{order['order_id']}/events", event, key), range(8))
        )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    assert len(store.frames([order["order_id"]])["events"]) == 1


def test_keys_are_forgotten_after_a_while(home: Path) -> None:
    settings = settings_of(home).model_copy(update={"idempotency_hours": 1e-9})
    with serving(settings) as client:
        order, key = an_order(), new_id()
        assert _send(client, "", order, key).json()["status"] == "created"
        assert _send(client, "", order, key).json()["status"] == "unchanged"
        store = open_store(home)
        assert store.counts()["orders"] == 1
        store.close()


def test_a_retraction_holds_from_its_receipt_on_and_not_before(client: TestClient, store: Store) -> None:
    order = an_order(events=[an_event("closed", 20, event_id="c1")])
    address = f"/api/v1/orders/{order['order_id']}"
    client.post("/api/v1/orders", json=order)
    assert client.get(f"{address}/score").json()["stage"] == "closed"
    between = store.frames([order["order_id"]])["events"]["known_at"].max()
    taken_back = {"type": "retracted", "happened_at": ago(10), "retracts": "c1", "event_id": "r1"}
    answer = client.post(f"{address}/events", json=taken_back).json()
    assert client.get(f"{address}/score").json()["stage"] == "received"
    just_before = datetime.fromisoformat(answer["known_at"]) - timedelta(microseconds=1)
    before = client.get(f"{address}/score", params={"at": just_before.isoformat()}).json()
    assert before["stage"] == "closed"
    known = store.frames([order["order_id"]])["events"].set_index("event_id")["known_at"]
    assert known["r1"] > between, "however long ago it happened, it is known from its receipt"
