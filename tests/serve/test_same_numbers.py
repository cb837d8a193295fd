"""The command line and the service give the same numbers for the same moment."""

import json
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from pipelines import score
from store.database import open_store
from tests.serve.bodies import ago, an_event, an_order
from tests.serve.conftest import settings_of


def _printed(capsys: pytest.CaptureFixture[str]) -> Any:
    """What the command printed last; the service logs to the same place."""
    return json.loads(capsys.readouterr().out.splitlines()[-1])


def _numbers(answer: dict[str, Any]) -> list[float]:
    effects = [reason["effect"] for reason in answer["reasons"]]
    return [*answer["probabilities"].values(), answer["expected_loss"], *effects]


def test_one_order_scores_the_same_on_both_ways(
    client: TestClient, shared_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    live = an_order(events=[an_event("accepted", 30)])
    client.post("/api/v1/orders", json=live)
    client.post(f"/api/v1/orders/{live['order_id']}/events", json=an_event("urged", 2))
    ingested = open_store(shared_home).order_ids()[:700:100]
    assert len(ingested) == 7
    for order_id in ingested:
        for kind in ("urged", "returned", "redispatched"):
            client.post(f"/api/v1/orders/{order_id}/events", json=an_event(kind, 3))
    at = ago(-1)
    for order_id in [live["order_id"], *ingested]:
        score.run(settings_of(shared_home), order_id, False, at, 1, True)
        printed = _printed(capsys)
        served = client.get(f"/api/v1/orders/{order_id}/score", params={"at": at}).json()
        assert _numbers(served) == pytest.approx(_numbers(printed), abs=1e-9)
        assert {**served, **_without_numbers(printed)} == served


def test_the_list_of_open_orders_is_the_same_on_both_ways(
    client: TestClient, shared_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    at = "2026-06-01T09:00:00+08:00"
    score.run(settings_of(shared_home), None, True, at, 1, True)
    printed = _printed(capsys)
    served = client.get("/api/v1/worklist", params={"at": at, "limit": 1000}).json()["orders"]
    assert {o["order_id"] for o in served} == {o["order_id"] for o in printed}
    risks = {o["order_id"]: o["dissatisfied"] for o in printed}
    assert {o["order_id"]: o["dissatisfied"] for o in served} == pytest.approx(risks, abs=1e-9)


def _without_numbers(answer: dict[str, Any]) -> dict[str, Any]:
    names = ("order_id", "as_of", "stage", "stage_zh", "band", "band_zh", "model_version")
    return {name: answer[name] for name in names}
