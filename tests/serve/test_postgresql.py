"""The same service on PostgreSQL."""

from pathlib import Path

import pytest

from desk.settings import Settings
from pipelines.ingest import ingest
from tests.serve.bodies import a_callback, an_event, an_order, assert_told
from tests.serve.conftest import serving, wait_until_ready
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
        who = centre(own_home, database_url=postgresql)
        upload = sent_well(client, who, text([["工单编号", "受理时间"], ["PG-1", a_time(3)]]))
        assert "已导入" in loaded(client, who, upload)
        assert client.get("/api/v1/orders/PG-1/score").status_code == 200
