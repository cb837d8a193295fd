"""Orders, events and callbacks sent over HTTP: kept once, seen at once, contradicted never."""

from datetime import datetime
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from hotline.calendar import to_micros
from store.database import Store, open_store
from tests.serve.bodies import a_callback, ago, an_event, an_order, assert_told


@pytest.fixture
def store(shared_home: Path) -> Store:
    return open_store(shared_home)


@pytest.fixture
def order_id(client: TestClient) -> str:
    order = an_order(events=[an_event("dispatched", 40, event_id="first")])
    assert client.post("/api/v1/orders", json=order).status_code == 201
    return str(order["order_id"])


def test_a_new_order_is_created_and_the_same_again_changes_nothing(client: TestClient, store: Store) -> None:
    order = an_order(events=[an_event()], callbacks=[a_callback()])
    first, again = (client.post("/api/v1/orders", json=order) for _ in range(2))
    assert (first.status_code, first.json()["status"]) == (201, "created")
    assert (again.status_code, again.json()["status"]) == (200, "unchanged")
    frames = store.frames([order["order_id"]])
    assert [len(frames[kind]) for kind in ("orders", "events", "callbacks")] == [1, 1, 1]


def test_changed_content_is_kept_as_a_revision(client: TestClient, store: Store) -> None:
    order = an_order(company="旧物业")
    client.post("/api/v1/orders", json=order)
    again = client.post("/api/v1/orders", json={**order, "company": "新物业"})
    assert (again.status_code, again.json()["status"]) == (200, "changed")
    assert store.frames([order["order_id"]])["orders"]["company"].tolist() == ["旧物业", "新物业"]


def test_an_event_is_in_the_next_score(client: TestClient, order_id: str) -> None:
    before = client.get(f"/api/v1/orders/{order_id}/score").json()
    assert client.post(f"/api/v1/orders/{order_id}/events", json=an_event("urged", 2)).status_code == 201
    after = client.get(f"/api/v1/orders/{order_id}/score", params={"at": ago(-0.01)}).json()
    assert abs(after["dissatisfied"] - before["dissatisfied"]) > 1e-4
    client.post(f"/api/v1/orders/{order_id}/events", json=an_event("closed", 1, verdict="解释说明"))
    assert client.get(f"/api/v1/orders/{order_id}/score").json()["stage"] == "closed"


def test_an_event_of_one_order_is_in_the_next_score_of_its_neighbours(client: TestClient) -> None:
    estate = {"community": "邻里苑", "category": "门禁道闸"}
    one, other = an_order(**estate), an_order(**estate, at=ago(-1))
    before = client.post("/api/v1/scores", json=other).json()
    client.post("/api/v1/orders", json=one)
    after = client.post("/api/v1/scores", json=other).json()
    assert before["dissatisfied"] != after["dissatisfied"]


def test_events_come_alone_or_in_a_list(client: TestClient, order_id: str) -> None:
    address = f"/api/v1/orders/{order_id}/events"
    assert len(client.post(address, json=an_event("accepted", 20)).json()["new"]) == 1
    assert len(client.post(address, json=[an_event("urged", 19), an_event("urged", 18)]).json()["new"]) == 2


def test_an_event_sent_twice_is_kept_once(client: TestClient, order_id: str) -> None:
    address = f"/api/v1/orders/{order_id}/events"
    named, unnamed = an_event("urged", 9, event_id="u1"), an_event("accepted", 8)
    assert client.post(address, json=[named, unnamed]).json()["unchanged"] == 0
    again = client.post(address, json=[named, unnamed]).json()
    assert (again["new"], again["unchanged"]) == ([], 2)


def test_an_event_that_contradicts_a_recorded_one_is_refused(client: TestClient, order_id: str) -> None:
    address = f"/api/v1/orders/{order_id}/events"
    delayed = an_event("delayed", 9, promised_at=ago(-24))
    client.post(address, json=[delayed, an_event("urged", 9, event_id="u1")])
    other = client.post(address, json=an_event("accepted", 9, event_id="u1"))
    assert_told(other, 409, "contradiction", "[0].event_id")
    promised_otherwise = client.post(address, json={**delayed, "promised_at": ago(-48)})
    assert_told(promised_otherwise, 409, "contradiction", "[0].event_id")


def test_a_live_event_is_known_from_its_receipt_whatever_it_says(
    client: TestClient, order_id: str, store: Store
) -> None:
    address = f"/api/v1/orders/{order_id}/events"
    assert_told(client.post(address, json=an_event(known_at=ago(9))), 422, "invalid", "[0].known_at")
    sent = client.post(address, json=an_event("urged", 9, event_id="late")).json()
    events = store.frames([order_id])["events"].set_index("event_id")
    assert events["known_at"]["late"] == to_micros(datetime.fromisoformat(sent["known_at"]))
    assert events["happened_at"]["late"] < events["known_at"]["late"]


def test_a_retraction_takes_an_event_of_this_order_back(client: TestClient, order_id: str) -> None:
    address = f"/api/v1/orders/{order_id}/events"
    client.post(address, json=an_event("closed", 3, event_id="c1"))
    assert client.get(f"/api/v1/orders/{order_id}/score").json()["stage"] == "closed"
    assert client.post(address, json=an_event("retracted", 1, retracts="c1")).status_code == 201
    assert client.get(f"/api/v1/orders/{order_id}/score").json()["stage"] == "dispatched"
    nothing = client.post(address, json=an_event("retracted", 1, retracts="never"))
    assert_told(nothing, 422, "invalid", "[0].retracts")
    assert_told(client.post(address, json=an_event("retracted", 1)), 422, "invalid", "[0].retracts")
    assert_told(
        client.post(address, json=an_event("urged", 1, retracts="c1")), 422, "invalid", "[0].retracts"
    )


@pytest.mark.parametrize(
    ("event", "field"),
    [
        (an_event("dispatched", -1), "[0].happened_at"),
        (an_event("dispatched", 49), "[0].happened_at"),
        (an_event("nothing of the kind"), "[0].type"),
        (an_event("called_back"), "[0].type"),
        (an_event("accepted", verdict="resolved"), "[0].verdict"),
        (an_event("closed", verdict="满意"), "[0].verdict"),
        (an_event(attributes={"no such": 1}), "[0].attributes"),
        (an_event(event_id="a~1"), "[0].event_id"),
        ({"type": "urged"}, "[0].happened_at"),
    ],
)
def test_an_event_that_cannot_be_is_refused_and_nothing_is_kept(
    client: TestClient, store: Store, order_id: str, event: dict[str, object], field: str
) -> None:
    address = f"/api/v1/orders/{order_id}/events"
    assert_told(client.post(address, json=event), 422, "invalid", field)
    assert len(store.frames([order_id])["events"]) == 1


def test_events_and_callbacks_of_an_unknown_order_are_refused(client: TestClient) -> None:
    for kind, body in (("events", an_event()), ("callbacks", a_callback())):
        assert_told(client.post(f"/api/v1/orders/nobody/{kind}", json=body), 404, "unknown_order")


@pytest.mark.parametrize(("word", "level"), [("不满意", 0), ("fair", 1), ("基本满意", 2), ("satisfied", 3)])
def test_a_rating_is_kept_by_its_chinese_or_english_name(
    client: TestClient, store: Store, order_id: str, word: str, level: int
) -> None:
    answer = client.post(f"/api/v1/orders/{order_id}/callbacks", json=a_callback(rating=word, solved=False))
    assert answer.status_code == 201
    callbacks = store.frames([order_id])["callbacks"]
    assert callbacks[["rating", "solved"]].values.tolist() == [[level, 0]]


def test_a_callback_sent_twice_is_kept_once_and_other_answers_are_refused(
    client: TestClient, order_id: str
) -> None:
    address = f"/api/v1/orders/{order_id}/callbacks"
    callback = a_callback(rating="满意")
    assert client.post(address, json=[callback, callback]).json()["unchanged"] == 1
    assert client.post(address, json=callback).json()["new"] == []
    contradiction = client.post(address, json={**callback, "rating": "不满意"})
    assert_told(contradiction, 409, "contradiction", "[0].happened_at")
    assert client.post(address, json={**callback, "by": "962121", "rating": "不满意"}).status_code == 201


@pytest.mark.parametrize(
    ("callback", "field"),
    [
        (a_callback(rating="很满意"), "[0].rating"),
        (a_callback(rating=3), "[0].rating"),
        (a_callback(rating="满意", answered=False), "[0].rating"),
        (a_callback(by="somebody"), "[0].by"),
        (a_callback(-1), "[0].happened_at"),
        (a_callback(100), "[0].happened_at"),
        (a_callback(solved="yes"), "[0].solved"),
    ],
)
def test_a_callback_that_cannot_be_is_refused(
    client: TestClient, order_id: str, callback: dict[str, object], field: str
) -> None:
    assert_told(client.post(f"/api/v1/orders/{order_id}/callbacks", json=callback), 422, "invalid", field)


def test_an_id_may_hold_a_slash(client: TestClient) -> None:
    order = an_order(order_id="2026/0101/7")
    assert client.post("/api/v1/orders", json=order).status_code == 201
    assert client.post("/api/v1/orders/2026/0101/7/events", json=an_event()).status_code == 201
    assert client.get("/api/v1/orders/2026%2F0101%2F7/score").json()["order_id"] == "2026/0101/7"


def test_what_was_written_is_taken_in_before_the_next_score(client: TestClient, order_id: str) -> None:
    lookout = client.app.state.desk.in_service().scorer.lookout  # type: ignore[attr-defined]
    before = lookout.look()
    client.post(f"/api/v1/orders/{order_id}/events", json=an_event("urged", 1))
    assert lookout.taken_in.watermark > before.watermark
    assert order_id in lookout.taken_in.changed
