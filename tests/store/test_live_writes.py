"""Orders, events and callbacks written one by one, on both databases."""

from datetime import datetime, timedelta

import numpy as np
import pytest

from hotline.calendar import HOUR, NO_TIME, SHANGHAI, to_micros
from hotline.order import Callback, Order, OrderEvent
from hotline.satisfaction import Rating
from store.database import Store, UnknownOrder

RECEIVED = datetime(2026, 11, 2, 9, tzinfo=SHANGHAI)
NOW = to_micros(RECEIVED) + HOUR


def an_event(hours: float, event_type: str = "contacted", **more: object) -> OrderEvent:
    at = RECEIVED + timedelta(hours=hours)
    return OrderEvent(event_type, at, at, **more)  # type: ignore[arg-type]


def test_an_order_comes_back_as_it_was_written(store: Store) -> None:
    order = Order("A1", RECEIVED, category="电梯", text="电梯停运", due_at=RECEIVED + timedelta(days=5))
    store.add_order(order, NOW)
    row = store.frames(["A1"])["orders"].iloc[0]
    assert (row["category"], row["text"]) == ("电梯", "电梯停运")
    assert row["received_at"] == to_micros(RECEIVED)
    assert row["due_at"] == to_micros(RECEIVED + timedelta(days=5))
    assert row["known_at"] == row["recorded_at"] == NOW
    assert np.isnan(row["company"])


def test_an_order_may_be_known_earlier_than_recorded(store: Store) -> None:
    store.add_order(Order("A1", RECEIVED), NOW, known_at=to_micros(RECEIVED))
    row = store.frames(["A1"])["orders"].iloc[0]
    assert (row["known_at"], row["recorded_at"]) == (to_micros(RECEIVED), NOW)


def test_the_same_order_again_is_nothing_new(store: Store) -> None:
    order = Order("A1", RECEIVED, company="绿家物业", events=(an_event(1),))
    assert store.add_order(order, NOW)
    assert not store.add_order(order, NOW + 1)
    assert len(store.frames()["orders"]) == len(store.frames()["events"]) == 1


def test_an_order_that_differs_gets_a_revision_of_the_difference(store: Store) -> None:
    store.add_order(Order("A1", RECEIVED, company="绿家物业", category="电梯"), NOW)
    assert store.add_order(Order("A1", RECEIVED, company="申房物业", category="电梯"), NOW + 5)
    revision = store.frames(["A1"])["orders"].iloc[1]
    assert (revision["company"], revision["known_at"]) == ("申房物业", NOW + 5)
    assert np.isnan(revision["category"])
    assert revision["received_at"] == NO_TIME


def test_an_event_posted_twice_is_one_event(store: Store) -> None:
    store.add_order(Order("A1", RECEIVED), NOW)
    first = store.add_events("A1", [an_event(2, actor="张")], NOW)
    again = store.add_events("A1", [an_event(2, actor="张")], NOW + 1)
    assert len(first) == 1
    assert again == []
    assert store.counts()["events"] == 1


def test_two_equal_events_at_once_are_two_events(store: Store) -> None:
    store.add_order(Order("A1", RECEIVED), NOW)
    assert len(store.add_events("A1", [an_event(2), an_event(2)], NOW)) == 2


def test_an_event_keeps_the_id_that_it_brings(store: Store) -> None:
    store.add_order(Order("A1", RECEIVED), NOW)
    assert store.add_events("A1", [an_event(2, event_id="E7")], NOW) == ["E7"]
    assert store.add_events("A1", [an_event(3, event_id="E7")], NOW) == []


def test_an_event_comes_back_whole(store: Store) -> None:
    store.add_order(Order("A1", RECEIVED), NOW)
    promised = RECEIVED + timedelta(days=3)
    event = an_event(4, "delayed", actor="张", group="客服部", promised_at=promised, attributes={"x": 1})
    store.add_events("A1", [event, an_event(5, "closed", verdict="resolved")], NOW)
    events = store.frames(["A1"])["events"].set_index("type")
    assert events.loc["delayed", "promised_at"] == to_micros(promised)
    assert events.loc["delayed", "group"] == "客服部"
    assert events.loc["closed", "verdict"] == "resolved"
    assert events.loc["closed", "promised_at"] == NO_TIME


@pytest.mark.parametrize("write", ["add_events", "add_callbacks"])
def test_what_belongs_to_no_order_is_refused(store: Store, write: str) -> None:
    before = store.watermark()
    with pytest.raises(UnknownOrder, match="A404 is not in the store"):
        getattr(store, write)("A404", [], NOW)
    assert store.watermark() == before


def test_a_callback_comes_back_with_its_answers(store: Store) -> None:
    store.add_order(Order("A1", RECEIVED), NOW)
    callback = Callback("city", RECEIVED, RECEIVED, "电话", True, Rating.FAIR, solved=False)
    assert len(store.add_callbacks("A1", [callback], NOW)) == 1
    assert store.add_callbacks("A1", [callback], NOW) == []
    row = store.frames(["A1"])["callbacks"].iloc[0]
    assert (row["by"], row["rating"], row["answered"], row["solved"]) == ("city", 1.0, 1.0, 0.0)
    assert np.isnan(row["contact_confirmed"])
