"""Nothing known after a question's moment can change its answer."""

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from features.frame import OrderFrame
from features.history import Past
from hotline.lifecycle import EventType, rank
from tests.builders import Records, Row
from tests.promises.asking import Columns, answers, differing, history_of
from tests.promises.histories import PROMISE, histories


@PROMISE
@given(histories(), st.data())
def test_deleting_what_was_known_later_changes_nothing(records: Records, data: st.DataObject) -> None:
    as_of = a_moment(records, data)
    past = known_by(records, as_of)
    assert not differing(answers_at(records, as_of), answers_at(past, as_of))


@PROMISE
@given(histories(), histories(), st.data())
def test_another_future_changes_nothing(records: Records, other: Records, data: st.DataObject) -> None:
    as_of = a_moment(records, data)
    altered = known_by(records, as_of) + postponed(other, as_of)
    assert not differing(answers_at(records, as_of), answers_at(altered, as_of, among=records))


@PROMISE
@given(histories(), st.data())
def test_what_a_callback_at_the_very_moment_says_is_not_seen(records: Records, data: st.DataObject) -> None:
    as_of = a_moment(records, data)
    told = [row for row in records.callbacks if row["known_at"] == as_of]
    otherwise = tuple(row | {"rating": 0, "solved": 1.0} if row in told else row for row in records.callbacks)
    altered = replace(records, callbacks=otherwise)
    assert not differing(answers_at(records, as_of), answers_at(altered, as_of))


def a_moment(records: Records, data: st.DataObject) -> int:
    """A time at which something became known, or a little later; never before the first receipt."""
    rows = (*records.orders, *records.events, *records.callbacks)
    known_at = data.draw(st.sampled_from(sorted({row["known_at"] for row in rows})))
    return known_at + data.draw(st.sampled_from([0, 0, 1, 86_400_000_000]))


def answers_at(records: Records, as_of: int, among: Records | None = None) -> Columns:
    """The answers for every order that was received by then (`among` these records)."""
    history = history_of(records)
    known = {row["order_id"] for row in (among or records).orders if row["known_at"] <= as_of}
    order_ids = sorted(known)
    frame = OrderFrame.at_times(history.chronicle, order_ids, np.full(len(order_ids), as_of))
    return answers(frame, Past.of(frame, history))


def known_by(records: Records, as_of: int) -> Records:
    """What could be known by then: callbacks of that instant were not, nor what follows them."""
    calling = {row["order_id"] for row in records.callbacks if row["known_at"] == as_of}

    def is_hidden(row: Row) -> bool:
        follows = row["order_id"] in calling and rank(row["type"]) > rank(EventType.CALLED_BACK)
        return row["known_at"] > as_of or (row["known_at"] == as_of and follows)

    return Records(
        orders=tuple(row for row in records.orders if row["known_at"] <= as_of),
        events=tuple(row for row in records.events if not is_hidden(row)),
        callbacks=tuple(row for row in records.callbacks if row["known_at"] < as_of),
        communities=tuple(row for row in records.communities if row["known_at"] <= as_of),
    )


def postponed(records: Records, as_of: int) -> Records:
    """The same rows, all known after a moment; events under ids of their own."""

    def later(row: Row) -> Row:
        return row | {"known_at": max(row["known_at"], as_of + 1)}

    return Records(
        orders=tuple(later(row) for row in records.orders),
        events=tuple(later(row) | {"event_id": f"later {row['event_id']}"} for row in records.events),
        callbacks=tuple(later(row) for row in records.callbacks),
        communities=tuple(later(row) for row in records.communities),
    )
