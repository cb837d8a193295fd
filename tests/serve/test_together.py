"""Many at once: nothing is lost, nothing fails, and the last score knows everything."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from desk.opening import open_scorer
from store.database import open_store
from tests.serve.bodies import ago, an_event, an_order
from tests.serve.conftest import settings_of

pytestmark = pytest.mark.slow
_THREADS, _ROUNDS = 8, 6


def test_events_and_scores_of_many_threads_at_once(
    client: TestClient, shared_home: Path, made_home: Path
) -> None:
    orders = [an_order() for _ in range(_THREADS)]
    ingested = open_store(made_home).order_ids()[:_THREADS]

    def desk(number: int) -> list[int]:
        order = orders[number]
        statuses = [client.post("/api/v1/orders", json=order).status_code]
        for turn in range(_ROUNDS):
            event = an_event("urged", 40 - turn, event_id=f"u{turn}")
            address = f"/api/v1/orders/{order['order_id']}"
            statuses.append(client.post(f"{address}/events", json=event).status_code)
            statuses.append(client.get(f"{address}/score").status_code)
            statuses.append(client.post("/api/v1/scores", json=an_order()).status_code)
            statuses.append(client.post(f"/api/v1/orders/{ingested[number]}/events", json=event).status_code)
        statuses.append(client.get("/api/v1/worklist", params={"limit": 1}).status_code)
        return statuses

    with ThreadPoolExecutor(_THREADS) as pool:
        answered = list(pool.map(desk, range(_THREADS)))
    assert all(status in (200, 201) for statuses in answered for status in statuses)
    frames = open_store(shared_home).frames([order["order_id"] for order in orders])
    assert len(frames["events"]) == _THREADS * _ROUNDS
    at = ago(-1)
    _, sorted_anew = open_scorer(settings_of(shared_home))
    for order_id in [*(order["order_id"] for order in orders), *ingested]:
        served = client.get(f"/api/v1/orders/{order_id}/score", params={"at": at}).json()
        anew = sorted_anew.score(order_id, datetime.fromisoformat(at)).predictions[0]
        assert served["dissatisfied"] == pytest.approx(anew.dissatisfied, abs=1e-9)


def test_one_event_sent_by_many_at_once_is_kept_once(client: TestClient, shared_home: Path) -> None:
    order = an_order()
    client.post("/api/v1/orders", json=order)
    address, event = f"/api/v1/orders/{order['order_id']}/events", an_event("urged", 5, event_id="once")
    with ThreadPoolExecutor(_THREADS) as pool:
        answers = list(pool.map(lambda _: client.post(address, json=event), range(_THREADS)))
    assert sum(len(answer.json()["new"]) for answer in answers) == 1
    assert len(open_store(shared_home).frames([order["order_id"]])["events"]) == 1
