"""A service that runs while a backup is made and restored takes the restored state up by itself."""

import time
from pathlib import Path

import pytest

from pipelines.backup import backup
from pipelines.restore import restore
from store.database import open_store
from tests.serve.bodies import ago, an_event, an_order
from tests.serve.conftest import serving, wait_until_ready
from tests.serve.homes import settings_of

pytestmark = pytest.mark.slow


def test_a_running_service_scores_from_the_restored_history(own_home: Path, tmp_path: Path) -> None:
    settings, at = settings_of(own_home), ago(-1)
    neighbour = an_order(community="复原苑", at=at)
    with serving(settings) as client:
        wait_until_ready(client)
        kept = an_order(events=[an_event("accepted")])
        client.post("/api/v1/orders", json=kept)
        before = client.post("/api/v1/scores", json=neighbour).json()["dissatisfied"]
        backup(settings, tmp_path / "copy")
        later = [an_order(community="复原苑", events=[an_event("urged", 2)]) for _ in range(3)]
        for order in later:
            client.post("/api/v1/orders", json=order)
        assert client.post("/api/v1/scores", json=neighbour).json()["dissatisfied"] != before
        restore(settings, tmp_path / "copy")
        until = time.monotonic() + 30
        while client.post("/api/v1/scores", json=neighbour).json()["dissatisfied"] != before:
            assert time.monotonic() < until, "the service still scores from the history before the restore"
            time.sleep(0.05)
        assert client.get(f"/api/v1/orders/{later[0]['order_id']}/score").status_code == 404
        assert client.get(f"/api/v1/orders/{kept['order_id']}/score").status_code == 200
        assert client.post("/api/v1/orders", json=later[0]).json()["status"] == "created"
    store = open_store(own_home)
    assert store.has_order(later[0]["order_id"]) and not store.has_order(later[1]["order_id"])
    store.close()
