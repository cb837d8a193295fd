"""Past scores come out the same when they are computed again; a tampered history is found."""

import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from desk.consistency import recompute
from desk.opening import log_scores, open_scorer
from hotline.calendar import SHANGHAI, to_micros
from hotline.order import Callback, OrderEvent
from pipelines import consistency
from store.predictions import Cause
from tests.serve.bodies import an_event, an_order
from tests.serve.conftest import serving, settings_of, wait_until_ready

NOW = datetime(2026, 6, 1, 9, tzinfo=SHANGHAI)


def _later(seconds: float) -> datetime:
    return datetime.now(SHANGHAI) + timedelta(seconds=seconds)


def test_scores_come_out_the_same_whatever_was_written_since(
    own_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = settings_of(own_home)
    store, scorer = open_scorer(settings)
    log_scores(store, scorer.score_open(NOW), _later(0))
    first, second = (p.order_id for p in scorer.score_open(NOW).predictions[:2])
    urged = OrderEvent(type="urged", happened_at=NOW - timedelta(hours=1), known_at=NOW - timedelta(hours=1))
    store.add_events(first, [urged], to_micros(_later(10)))  # known earlier, recorded only now
    called = Callback(by="city", happened_at=NOW, known_at=NOW, rating=0)
    store.add_callbacks(second, [called], to_micros(_later(11)))
    log_scores(store, scorer.score(first, NOW + timedelta(minutes=1)), _later(20))
    found = recompute(store, scorer.champion.model, store.drawn_predictions(scorer.champion.version, 30))
    assert found.compared == 30 and found.differences == ()
    consistency.print_found(consistency.check(settings, 10, lambda _: None), as_json=False)
    assert "10 scores computed again, 0 differ" in capsys.readouterr().out


def test_a_write_that_waited_for_another_counts_as_received_when_its_turn_came(own_home: Path) -> None:
    with serving(settings_of(own_home)) as client, ThreadPoolExecutor(1) as pool:
        wait_until_ready(client)
        order = an_order()
        client.post("/api/v1/orders", json=order)
        path = f"/api/v1/orders/{order['order_id']}/events"
        with closing(sqlite3.connect(own_home / "hotline.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            waiting = pool.submit(client.post, path, json=an_event())
            time.sleep(0.5)  # by now it waits
            assert not waiting.done()
            turn = _later(0)
            other.execute("ROLLBACK")
        answer = waiting.result()
    assert answer.status_code == 201
    # Otherwise a later write would be seen by scores that do not see this one, and nobody could tell which they saw.
    assert datetime.fromisoformat(answer.json()["known_at"]) >= turn


def test_a_fact_that_was_slipped_into_the_past_is_found_with_the_feature_that_moved(own_home: Path) -> None:
    store, scorer = open_scorer(settings_of(own_home))
    order_id = scorer.score_open(NOW).predictions[0].order_id
    log_scores(store, scorer.score(order_id, NOW), _later(0))
    urged = OrderEvent(type="urged", happened_at=NOW - timedelta(hours=1), known_at=NOW - timedelta(hours=1))
    store.add_events(order_id, [urged], to_micros(_later(0) - timedelta(days=1)))
    found = recompute(store, scorer.champion.model, store.drawn_predictions(scorer.champion.version, 5))
    (difference,) = found.differences
    assert difference.order_id == order_id
    then, now = difference.features["times_urged"]
    assert now == then + 1


def test_an_order_that_vanished_is_told(own_home: Path) -> None:
    store, scorer = open_scorer(settings_of(own_home))
    order_id = scorer.score_open(NOW).predictions[0].order_id
    log_scores(store, scorer.score(order_id, NOW), _later(0))
    with store.engine.connect().execution_options(writes=True) as connection, connection.begin():
        for table in ("events", "callbacks", "order_revisions", "orders"):
            connection.execute(text(f"DELETE FROM {table} WHERE order_id = :id"), {"id": order_id})
    found = recompute(store, scorer.champion.model, store.drawn_predictions(scorer.champion.version, 5))
    assert [difference.now for difference in found.differences] == [None]


def test_orders_scored_as_given_are_not_asked_about(own_home: Path) -> None:
    store, scorer = open_scorer(settings_of(own_home))
    log_scores(store, scorer.score_open(NOW), _later(0), Cause.GIVEN)
    assert store.drawn_predictions(scorer.champion.version, 5) == ()
