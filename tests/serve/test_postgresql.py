"""The same service on PostgreSQL."""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from desk.board.forecasting import is_drawn
from desk.settings import Settings
from hotline.policy import Role
from hotline.scope import scope_of
from pipelines.ingest import ingest
from store.database import open_store
from tests.serve.bodies import a_callback, ago, an_event, an_order, assert_told
from tests.serve.conftest import a_key, serving, wait_until_ready
from tests.upload.pages import centre, loaded, sent_well
from tests.upload.tables import a_time, text

pytestmark = pytest.mark.slow


def test_orders_events_and_scores_on_postgresql(own_home: Path, made_home: Path, postgresql: str) -> None:
    settings = Settings(home=own_home, database_url=postgresql, dataset=None)
    ingest(made_home.parent / "extract" / "pudong.toml", settings)
    with serving(settings) as client:
        wait_until_ready(client)
        order = an_order(events=[an_event("accepted")])
        address = f"/api/v1/orders/{order['order_id']}"
        assert [client.post("/api/v1/orders", json=order).status_code for _ in range(2)] == [201, 200]
        before = client.get(f"{address}/score").json()
        event = an_event("closed", 2, event_id="c")
        assert [client.post(f"{address}/events", json=event).json()["unchanged"] for _ in range(2)] == [0, 1]
        assert client.post(f"{address}/callbacks", json=a_callback(rating="一般")).status_code == 201
        after = client.get(f"{address}/score").json()
        assert (before["stage"], after["stage"]) == ("accepted", "closed")
        assert client.get("/api/v1/worklist").json()["total"] > 0
        other = client.post(f"{address}/events", json={**event, "actor": "另一人"})
        assert_told(other, 409, "contradiction", "[0].event_id")
        _walk_the_pages(client, settings)
        who = centre(own_home, database_url=postgresql)
        upload = sent_well(client, who, text([["工单编号", "受理时间"], ["PG-1", a_time(3)]]))
        assert "已导入" in loaded(client, who, upload)
        assert client.get("/api/v1/orders/PG-1/score").status_code == 200


def _walk_the_pages(client: TestClient, settings: Settings) -> None:
    """What people do on pages: foretell, write down, close, take back; claim and call."""
    order_id = next(name for name in (f"PG-{n:03d}" for n in range(1_000)) if is_drawn(name))
    order = an_order(order_id=order_id, received_at=ago(5), manager="库经理")
    assert client.post("/api/v1/orders", json=order).status_code == 201
    manager = a_key(settings, Role.MANAGER, scope_of(Role.MANAGER, managers=["库经理"]))
    here = f"/my-orders/{order_id}"

    def sent(to: str, **form: str) -> int:
        told = {"key": "postgresql-1"} | form
        return client.post(f"{here}/{to}", data=told, headers=manager, follow_redirects=False).status_code

    assert "四级评价" not in client.get(here, headers=manager).text
    assert [sent("forecast", rating="1") for _ in range(2)] == [303, 303]
    assert "四级评价" in client.get(here, headers=manager).text
    assert sent("records", deed="closed", verdict="resolved", note="换好了") == 303
    assert sent("undo", event_id="page-postgresql-1") == 303
    store = open_store(settings.home, None, settings.database_url)
    try:
        told = store.latest_forecasts([order_id])[order_id]
        events = store.rows([order_id])["events"]
    finally:
        store.close()
    assert (told.rating, told.seen_model) == (1, False)
    assert [event["type"] for event in events] == ["closed", "retracted"]
    caller = a_key(settings, Role.CALL_CENTRE)
    for address in ("/my-orders", "/queue", "/board", "/model"):
        assert client.get(address, headers=caller).status_code == 200, address
