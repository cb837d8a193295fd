"""The champion's scores against the ratings that came: its own version's, of before the rating, one an order."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from sqlalchemy import insert, select

from desk.champion_lately import lately, lately_sentences
from hotline.calendar import to_micros
from hotline.lifecycle import EventType, OfficialCaller
from hotline.order import Callback, Order, OrderEvent
from hotline.satisfaction import Rating
from store.connection import writing_of
from store.database import Store
from store.predictions import Cause, LoggedPrediction
from store.tables import callbacks
from tests.desk.test_handler_forecasts import DAY, NOW, hours

CHAMPION: Any = SimpleNamespace(version="2", model=SimpleNamespace(label_caller=OfficialCaller.CITY))


def an_order(
    store: Store, order_id: str, is_bad: bool, *, at: float = 50, by: OfficialCaller = OfficialCaller.CITY
) -> None:
    rating = Rating.DISSATISFIED if is_bad else Rating.SATISFIED
    closed = OrderEvent(EventType.CLOSED, hours(30), hours(30))
    order = Order(
        order_id, DAY, events=(closed,), callbacks=(Callback(by, hours(at), hours(at), rating=rating),)
    )
    store.add_order(order, to_micros(hours(at)), to_micros(DAY))


def a_score(
    store: Store,
    order_id: str,
    risk: float,
    at: float = 39,
    version: str = "2",
    cause: Cause = Cause.RESCORED,
) -> None:
    moment, p = to_micros(hours(at)), (risk, 0.0, 0.0, 1 - risk)
    store.append_predictions(
        [LoggedPrediction(order_id, moment, moment, version, p, "none", "closed", cause=cause)]
    )


@pytest.mark.parametrize(("said", "verdict"), [(0.05, "说低了"), (0.3, "对得上"), (0.6, "说高了")])
def test_what_was_said_is_held_against_what_came(store: Store, said: float, verdict: str) -> None:
    rng = np.random.default_rng(1)
    for number in range(100):
        an_order(store, f"O{number}", number % 10 < 3)
        a_score(store, f"O{number}", said + 0.01 * rng.random())
    told = lately(store, CHAMPION, NOW)
    assert (told.rated, told.dissatisfied) == (100, 30)
    assert told.foretold == pytest.approx(said, abs=0.01) and told.came
    assert told.came.low < 0.3 < told.came.high
    assert verdict in list(lately_sentences(told))[1]


def test_only_this_versions_scores_of_before_the_rating_count(store: Store) -> None:
    for order_id in ("A", "B", "C", "D", "E", "F"):
        an_order(
            store, order_id, True, by=OfficialCaller.DISTRICT if order_id == "E" else OfficialCaller.CITY
        )
    a_score(store, "A", 0.2, at=20)
    a_score(store, "A", 0.4, at=45)
    a_score(store, "A", 0.9, at=51)
    a_score(store, "B", 0.5, version="1")
    a_score(store, "C", 0.5, at=60)
    a_score(store, "D", 0.5, cause=Cause.GIVEN)
    a_score(store, "E", 0.5)
    told = lately(store, CHAMPION, NOW)
    assert (told.rated, told.dissatisfied) == (1, 1)
    assert "还看不出" in next(lately_sentences(told))
    assert lately(store, CHAMPION, hours(49)).rated == 0, "it was not rated yet"
    assert lately(store, CHAMPION, hours(51) + timedelta(days=60)).rated == 0, "that was long ago"


def test_a_corrected_rating_counts_as_corrected(store: Store) -> None:
    an_order(store, "A", True)
    a_score(store, "A", 0.5)
    with writing_of(store.engine) as connection:
        row = dict(connection.execute(select(callbacks)).one()._mapping)
        later = to_micros(hours(70))
        row |= {"callback_id": row["callback_id"] + "~1", "known_at": later, "recorded_at": later}
        connection.execute(insert(callbacks), row | {"rating": int(Rating.SATISFIED)})
    a_score(store, "A", 0.9, at=65)
    assert lately(store, CHAMPION, hours(60)).dissatisfied == 1
    told = lately(store, CHAMPION, NOW)
    assert (told.rated, told.dissatisfied) == (1, 0)


def test_nothing_yet_is_said(store: Store) -> None:
    assert "还没有第2版打过分" in next(lately_sentences(lately(store, CHAMPION, NOW)))
