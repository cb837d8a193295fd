"""Whoever watches the service sees figures, by templates of addresses, and nothing of orders or people."""

from pathlib import Path

from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families

from hotline.policy import Role
from tests.serve.bodies import a_callback, an_event, an_order
from tests.serve.conftest import a_key, serving, settings_of, wait_until_ready


def _figures(client: TestClient, watching: dict[str, str]) -> dict[tuple[str, tuple[str, ...]], float]:
    text = client.get("/metrics", headers=watching).text
    return {
        (sample.name, tuple(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_requests_scores_champion_and_lags_are_told(own_home: Path) -> None:
    settings = settings_of(own_home)
    watching = a_key(settings, Role.MONITOR)
    with serving(settings) as client:
        wait_until_ready(client)
        order = an_order(events=[an_event("closed", 20)])
        name = order["order_id"]
        client.post("/api/v1/orders", json=order)
        band = client.get(f"/api/v1/orders/{name}/score").json()["band"]
        client.post(f"/api/v1/orders/{name}/callbacks", json=a_callback(rating="满意"))
        client.get("/api/v1/orders/13800002222/score")
        client.get("/nowhere/13800002222")
        client.app.state.rescorer.look()  # type: ignore[attr-defined]
        found = _figures(client, watching)
        route = "/api/v1/orders/{order_id:path}/score"
        assert found["qingling_request_seconds_count", ("GET", route, "200")] == 1
        assert found["qingling_request_seconds_count", ("GET", route, "404")] == 1
        assert found["qingling_request_seconds_count", ("GET", "(none)", "404")] == 1
        assert found["qingling_scores_total", (band, "asked")] == 1
        rescored = [
            v for (n, labels), v in found.items() if n == "qingling_scores_total" and "rescored" in labels
        ]
        assert sum(rescored) > 5
        assert found["qingling_champion_info", ("1",)] == 1
        assert found["qingling_newest_rating_at_seconds", ()] > 1.7e9
        assert found["qingling_rescored_at_seconds", ()] >= found["qingling_newest_rating_at_seconds", ()]
        text = client.get("/metrics", headers=watching).text
        assert client.get("/metrics").status_code == 403
        assert "13800002222" not in text and name not in text


def test_before_there_is_a_model_the_figures_say_so(tmp_path: Path) -> None:
    settings = settings_of(tmp_path / "home")
    watching = a_key(settings, Role.MONITOR)
    with serving(settings) as client:
        found = _figures(client, watching)
        assert not [labels for name, labels in found if name == "qingling_champion_info"]
        assert found["qingling_newest_rating_at_seconds", ()] == 0
