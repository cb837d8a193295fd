"""Neither a caller's number nor a citizen's words stand where they should not."""

import json
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from pipelines.forget import forget_caller
from store.database import open_store
from store.extracts.pseudonyms import Pseudonyms
from tests.serve.bodies import an_event, an_order
from tests.serve.conftest import settings_of

_NUMBER, _WORDS = "13977778888", "独一无二的投诉内容"


def test_callers_get_the_pseudonym_that_ingest_gives_them(client: TestClient, shared_home: Path) -> None:
    order = an_order(caller="139 7777 8888")
    client.post("/api/v1/orders", json=order)
    stored = open_store(shared_home).frames([order["order_id"]])["orders"]["caller"]
    assert stored.tolist() == [Pseudonyms.open(shared_home).of(_NUMBER)]


def test_a_callers_recurrence_counts_over_http_too(client: TestClient) -> None:
    for _ in range(3):
        client.post("/api/v1/orders", json=an_order(caller="13966665555"))
    store = client.app.state.desk.store  # type: ignore[attr-defined]
    counts = []
    for caller in ("13966665555", "13911112222"):
        order = an_order(caller=caller)
        client.post("/api/v1/scores", json=order)
        counts.append(json.loads(store.predictions(order["order_id"])[0].features)["caller_orders_90d"])
    assert counts[0] == counts[1] + 3


def test_numbers_in_texts_are_masked_before_anything_is_kept(client: TestClient, shared_home: Path) -> None:
    order = an_order(text=f"请打{_NUMBER}", manager=f"王经理{_NUMBER}", caller=None)
    client.post("/api/v1/orders", json={**order, "events": [an_event(actor=f"李{_NUMBER}")]})
    client.post("/api/v1/scores", json=order)
    frames = open_store(shared_home).frames([order["order_id"]])
    assert frames["orders"]["text"].tolist() == ["请打[电话]"]
    assert frames["events"]["actor"].tolist() == ["李[电话]"]
    with sqlite3.connect(shared_home / "hotline.db") as database:
        assert _NUMBER not in "\n".join(database.iterdump())


def test_no_answer_to_a_wrong_request_repeats_what_was_sent(
    client: TestClient, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = [
        an_order(text=[_WORDS, _NUMBER]),
        an_order(due_at=_NUMBER),
        an_order(order_id=_NUMBER * 7),
        an_order(attributes={_NUMBER: _WORDS}),
        an_order(events=[an_event(_NUMBER)]),
        an_order(**{_NUMBER: _WORDS}),
        an_order(**{_WORDS: {_NUMBER: 1}}),
    ]
    answers = [
        client.post(path, json=body) for body in wrong for path in ("/api/v1/scores", "/api/v1/orders")
    ]
    answers.append(client.get(f"/api/v1/orders/{_NUMBER}/score"))
    answers.append(client.get(f"/api/v1/worklist?at={_NUMBER}"))
    answers.append(client.get(f"/{_NUMBER}"))
    assert {answer.status_code for answer in answers} == {404, 422}
    told = "".join(answer.text for answer in answers) + "".join(capsys.readouterr())
    assert _NUMBER not in told


def test_the_log_names_routes_and_not_addresses(
    client: TestClient, capsys: pytest.CaptureFixture[str]
) -> None:
    client.post("/api/v1/scores", json=an_order(text=_WORDS, order_id="secret-17"))
    client.get("/api/v1/orders/secret-17/score")
    logged = "".join(capsys.readouterr())
    assert "/api/v1/orders/{order_id" in logged
    assert "secret-17" not in logged and _WORDS not in logged


def test_a_running_service_takes_in_what_was_forgotten(client: TestClient, shared_home: Path) -> None:
    for _ in range(3):
        client.post("/api/v1/orders", json=an_order(caller="13933334444"))
    store = client.app.state.desk.store  # type: ignore[attr-defined]

    def known_of_the_caller() -> float:
        order = an_order(caller="13933334444")
        assert client.post("/api/v1/scores", json=order).status_code == 200
        return float(json.loads(store.predictions(order["order_id"])[0].features)["caller_orders_90d"])

    before = known_of_the_caller()
    told = forget_caller(settings_of(shared_home), "139 3333 4444", lambda *_: True, datetime.now(UTC))
    assert told and "3 orders blanked" in told
    assert known_of_the_caller() == before - 3
