"""Changes written beside a sorted history answer like the history sorted anew, and leave earlier looks alone."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from features.changes import ChangeBook
from features.chronicle import Chronicle
from features.frame import OrderFrame
from features.history import History, Past
from features.order_facts import OrderFacts, difference, facts_of
from features.own_chronicle import apart, own_chronicle
from tests.builders import Records
from tests.promises.asking import answers, differing, everything, history_of
from tests.promises.histories import FEATURES, PROMISE, histories
from tests.promises.test_layers import as_it_was, changed_rows


def warmed(records: Records) -> History:
    """A sorted history that knows what features will ask of it."""
    history, nobody = history_of(records), np.empty(0, dtype=np.int64)
    frame = OrderFrame(history.chronicle, nobody, nobody, nobody)
    FEATURES.compute(frame, Past.of(frame, history))
    return history


def order_facts(chronicle: Chronicle, order_id: str, base: History) -> OrderFacts:
    """What one order adds; nothing where the chronicle does not hold it."""
    number = int(chronicle.order_number(np.array([order_id], dtype=object))[0])
    return facts_of(own_chronicle(chronicle, number), base.asked) if number >= 0 else {}


def write_changes(book: ChangeBook, before: Records, after: Records, base: History) -> None:
    """Write down what changed from one state to the next."""
    was, now = history_of(before).chronicle, history_of(after).chronicle
    for order_id in sorted({row["order_id"] for row in changed_rows(after, before)}):
        changed = difference(order_facts(now, order_id, base), order_facts(was, order_id, base))
        book.write(order_id, changed)


def same_as_sorted(records: Records, past_of: Past, asked: OrderFrame) -> bool:
    """Whether all questions together, and some alone, get the answers of the history sorted anew."""
    full = history_of(records)
    expected = answers(asked, Past.of(asked, full))
    several = not differing(answers(asked, past_of), expected)
    for row in range(0, len(asked), 7):
        one = asked.take(np.array([row]))
        alone = answers(one, Past(one, past_of.layers, past_of.changes))
        several &= not differing(alone, {name: values[[row]] for name, values in expected.items()})
    return several


@PROMISE
@given(histories(), st.data())
def test_changes_equal_a_history_sorted_anew(records: Records, data: st.DataObject) -> None:
    between = as_it_was(records, data)
    before = as_it_was(between, data)
    told = (*before.communities, *between.communities, *records.communities)
    before, between, records = (
        Records(r.orders, r.events, r.callbacks, told) for r in (before, between, records)
    )
    base = warmed(before)
    book = ChangeBook(base.asked)
    write_changes(book, before, between, base)
    earlier = book.look()
    write_changes(book, between, records, base)
    for state, look in ((records, book.look()), (between, earlier)):
        asked = everything(history_of(state))
        assert same_as_sorted(state, Past(asked, ((base, 1),), (look,)), asked)


@PROMISE
@given(histories())
def test_an_orders_own_rows_are_those_that_it_has_among_all(records: Records) -> None:
    everybody = history_of(records)
    for number, order_id in enumerate(everybody.chronicle.order_ids):
        own = own_chronicle(everybody.chronicle, number)
        sorted_alone = history_of(records.of_orders({order_id})).chronicle
        for name in ("known_at", "happened_at", "promised_at", "first", "last", "moments", "moment"):
            assert getattr(own, name).tolist() == getattr(sorted_alone, name).tolist()
        one, other = everything(History(own)), everything(History(sorted_alone))
        assert not differing(answers(one, Past.of(one, everybody)), answers(other, Past.of(other, everybody)))


@PROMISE
@given(histories())
def test_questions_apart_get_the_answers_that_they_get_among_all(records: Records) -> None:
    history = history_of(records)
    frame = everything(history).take(np.arange(0, len(everything(history)), 3))
    one, other = (
        answers(frame, Past.of(frame, history)),
        answers(apart(frame), Past.of(apart(frame), history)),
    )
    assert not differing(one, other)
