"""Handlers against the model: only unseen forecasts, only scores of that moment, only the round that they foretold."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np
import pytest
from sqlalchemy import insert

from desk.handler_forecasts import Measured, handlers_beside
from desk.handler_words import handler_sentences, looking_back, verdict_zh
from hotline.calendar import SHANGHAI, to_micros
from hotline.lifecycle import EventType, OfficialCaller
from hotline.order import Callback, Order, OrderEvent
from hotline.satisfaction import Rating
from store.connection import writing_of
from store.database import Store
from store.predictions import Cause, LoggedPrediction
from store.tables import forecasts

DAY = datetime(2026, 5, 11, 9, tzinfo=SHANGHAI)
NOW = DAY + timedelta(days=60)


def hours(number: float) -> datetime:
    return DAY + timedelta(hours=number)


def an_order(store: Store, order_id: str, rating: Rating | None = Rating.SATISFIED, at: float = 50) -> None:
    """An order of Monday, closed on Tuesday, called back `at` hours after its receipt."""
    closed = OrderEvent(EventType.CLOSED, hours(30), hours(30))
    calls = (Callback(OfficialCaller.CITY, hours(at), hours(at), rating=rating),)
    order = Order(order_id, DAY, events=(closed,), callbacks=calls)
    store.add_order(order, to_micros(hours(at)), to_micros(DAY))


def a_forecast(
    store: Store, order_id: str, rating: int, at: float = 40, seen: int = 0, number: int = 1
) -> None:
    row = {"order_id": order_id, "forecast_id": f"{order_id}-{number}", "known_at": to_micros(hours(at))}
    row |= {"recorded_at": row["known_at"], "rating": rating, "probability": None, "seen_model": seen}
    with writing_of(store.engine) as connection:
        connection.execute(insert(forecasts), row)


def a_score(store: Store, order_id: str, risk: float, at: float = 39, logged: float | None = None) -> None:
    as_of, scored_at = to_micros(hours(at)), to_micros(hours(at if logged is None else logged))
    p = (risk, 0.0, 0.0, 1 - risk)
    row = LoggedPrediction(order_id, as_of, scored_at, "1", p, "none", "closed", cause=Cause.RESCORED)
    store.append_predictions([row])


def a_district(store: Store, human: Sequence[int], model: Sequence[float], truth: Sequence[bool]) -> None:
    for number, (level, risk, is_bad) in enumerate(zip(human, model, truth, strict=True)):
        order_id = f"O{number:03d}"
        an_order(store, order_id, Rating.DISSATISFIED if is_bad else Rating.SATISFIED)
        a_score(store, order_id, risk)
        a_forecast(store, order_id, level)


def test_a_model_that_knows_beats_handlers_who_guess(store: Store) -> None:
    rng = np.random.default_rng(3)
    truth = rng.random(120) < 0.3
    guesses = np.where(rng.random(120) < 0.3, 0, 3)
    a_district(store, guesses.tolist(), np.where(truth, 0.8, 0.2).tolist(), truth.tolist())
    beside = handlers_beside(store, OfficialCaller.CITY, NOW)
    assert (beside.rated, beside.dissatisfied, beside.waiting) == (120, int(truth.sum()), 0)
    assert beside.model and beside.model.value == 1.0 and beside.lead and beside.lead.low > 0
    assert beside.flagged == int((guesses == 0).sum())
    assert beside.human_hits == int(truth[guesses == 0].sum())
    assert beside.model_hits == min(beside.flagged, beside.dissatisfied)
    assert "模型更准" in next(handler_sentences(beside))


def test_too_few_rounds_tell_nothing(store: Store) -> None:
    a_district(store, [0, 3, 3], [0.9, 0.1, 0.2], [True, False, False])
    beside = handlers_beside(store, OfficialCaller.CITY, NOW)
    assert (beside.rated, beside.flagged, beside.human_hits, beside.model_hits) == (3, 1, 1, 1)
    assert beside.lead is None and "还看不出" in next(handler_sentences(beside))


def test_nothing_to_compare_is_said(store: Store) -> None:
    assert "还没有可比的预判" in next(handler_sentences(handlers_beside(store, None, NOW)))


@pytest.mark.parametrize(
    ("what", "rated", "waiting"),
    [("seen", 0, 0), ("no score yet", 0, 0), ("logged later", 0, 0), ("after the callback", 0, 1)],
)
def test_what_is_no_fair_comparison_is_left_out(store: Store, what: str, rated: int, waiting: int) -> None:
    an_order(store, "A")
    a_score(
        store,
        "A",
        0.5,
        at=41 if what == "no score yet" else 39,
        logged=60 if what == "logged later" else None,
    )
    a_forecast(store, "A", 0, at=55 if what == "after the callback" else 40, seen=int(what == "seen"))
    beside = handlers_beside(store, OfficialCaller.CITY, NOW)
    assert (beside.rated, beside.waiting) == (rated, waiting)


def test_the_newest_score_by_then_and_the_first_forecast_of_a_round_count(store: Store) -> None:
    an_order(store, "A", Rating.DISSATISFIED)
    for at, risk in ((20, 0.1), (38, 0.7), (45, 0.9)):
        a_score(store, "A", risk, at)
    a_forecast(store, "A", 0, at=40)
    a_forecast(store, "A", 3, at=44, number=2)
    beside = handlers_beside(store, OfficialCaller.CITY, NOW)
    assert (beside.rated, beside.flagged, beside.human_hits, beside.model_hits) == (1, 1, 1, 1)


def test_a_rating_counts_once_it_is_known(store: Store) -> None:
    an_order(store, "A", at=50)
    a_score(store, "A", 0.5)
    a_forecast(store, "A", 0)
    assert handlers_beside(store, OfficialCaller.CITY, hours(45)).waiting == 1
    assert handlers_beside(store, OfficialCaller.CITY, hours(51)).rated == 1


def test_the_verdict_agrees_with_the_interval() -> None:
    assert verdict_zh(Measured(-0.1, -0.2, -0.01)) == "经办人更准"
    assert verdict_zh(Measured(0.01, 0.0, 0.02)) == "分不出谁更准"


def test_a_trainings_own_comparison_is_told_where_it_has_one() -> None:
    row = {
        "stage": "all",
        "score_seen": "before",
        "n": 80,
        "human_auc": 0.6,
        "model_auc": 0.7,
        "blend_auc": 0.72,
    }
    seen = row | {"score_seen": "after"}
    [told] = looking_back({"handlers": [row, seen]})
    assert "80次" in told and "0.600" in told and "0.720" in told
    assert list(looking_back({})) == []


def test_what_was_written_after_the_call_counts_for_nothing_though_the_call_was_recorded_later(
    store: Store,
) -> None:
    for name, told_at in (("before", 44), ("after", 46)):
        order = Order(name, DAY, events=(OrderEvent(EventType.CLOSED, hours(30), hours(30)),))
        store.add_order(order, to_micros(hours(30)), to_micros(DAY))
        a_score(store, name, 0.5)
        a_forecast(store, name, 0, at=told_at)
        call = Callback(OfficialCaller.CITY, hours(45), hours(50), rating=Rating.DISSATISFIED)
        store.add_callbacks(name, [call], to_micros(hours(50)))
    beside = handlers_beside(store, OfficialCaller.CITY, NOW)
    assert (beside.rated, beside.human_hits, beside.waiting) == (1, 1, 0)
