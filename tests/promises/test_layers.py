"""History in layers answers like history sorted anew: what is new counts, what it replaces does not."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from features.history import Past
from tests.builders import Records, Row
from tests.promises.asking import answers, differing, everything, history_of
from tests.promises.histories import PROMISE, histories, lives


@PROMISE
@given(histories(), st.data())
def test_layers_equal_a_history_sorted_anew(records: Records, data: st.DataObject) -> None:
    before = as_it_was(records, data)
    touched = {row["order_id"] for row in changed_rows(records, before)}
    fresh, stale = records.of_orders(touched), before.of_orders(touched)
    layers = ((history_of(before), 1), (history_of(fresh), 1), (history_of(stale), -1))
    full = history_of(records)
    for asked in (everything(full), everything(layers[1][0])):
        assert not differing(answers(asked, Past(asked, layers)), answers(asked, Past.of(asked, full)))


def as_it_was(records: Records, data: st.DataObject) -> Records:
    """An earlier state: rows that were not there yet, orders that looked quite different."""
    drop = data.draw(st.randoms(use_true_random=False))

    def some(rows: tuple[Row, ...]) -> tuple[Row, ...]:
        return tuple(row for row in rows if drop.random() < 0.8)

    names = ("orders", "events", "callbacks", "communities")
    before = replace(records, **{name: some(getattr(records, name)) for name in names})
    if data.draw(st.booleans()):
        others = {row["order_id"] for row in records.orders} - {"order 0"}
        before = before.of_orders(others) + data.draw(lives("order 0"))
    return before


def changed_rows(one: Records, other: Records) -> list[Row]:
    """The rows of orders that only one of them holds."""
    rows, others = ([*r.orders, *r.events, *r.callbacks] for r in (one, other))
    return [row for row in rows if row not in others] + [row for row in others if row not in rows]
