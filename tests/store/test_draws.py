"""Draws are written once a desk and day, whole or not at all, and an order is drawn once a round."""

from dataclasses import replace

import pytest

from store.database import Store
from store.draws import DrawnOrder, DrawRow, draw_rows, drawn_since, is_drawn, record

_DAY = DrawRow(
    desk="call_centre",
    day="2026-11-26",
    drawn_at=100,
    seed=2**62,
    capacity=40,
    share=0.2,
    nearness=0.25,
    agreed="会议纪要",
    line=0.1,
    near=16,
    model_version="3",
)
_ORDER = DrawnOrder(
    order_id="A",
    round_at=50,
    desk="call_centre",
    day="2026-11-26",
    drawn_at=100,
    head="A",
    rank=41,
    arm="leave",
    chance=0.5,
    kind="repair",
    p0=0.2,
    p1=0.1,
    p2=0.1,
    p3=0.6,
)


def test_what_was_drawn_reads_back_as_it_was_written(store: Store) -> None:
    assert not is_drawn(store.engine, "call_centre", "2026-11-26")
    assert record(store.engine, _DAY, [_ORDER, replace(_ORDER, order_id="B", arm="call")])
    assert is_drawn(store.engine, "call_centre", "2026-11-26")
    assert [row.order_id for row in drawn_since(store.engine, 100)] == ["A", "B"]
    assert drawn_since(store.engine, 0)[0] == _ORDER and draw_rows(store.engine) == [_DAY]
    assert drawn_since(store.engine, 101) == []


@pytest.mark.parametrize(
    "again",
    [
        (_DAY, [replace(_ORDER, order_id="B")]),  # the desk has drawn that day
        (
            replace(_DAY, desk="district_centre"),
            [replace(_ORDER, order_id="B"), _ORDER],
        ),  # another drew the order
    ],
)
def test_a_second_draw_writes_nothing_at_all(store: Store, again: tuple[DrawRow, list[DrawnOrder]]) -> None:
    assert record(store.engine, _DAY, [_ORDER])
    assert not record(store.engine, *again)
    assert draw_rows(store.engine) == [_DAY] and drawn_since(store.engine, 0) == [_ORDER]


def test_in_its_next_round_an_order_may_be_drawn_again(store: Store) -> None:
    assert record(store.engine, _DAY, [_ORDER])
    later = replace(_DAY, day="2026-12-01", drawn_at=200)
    assert record(store.engine, later, [replace(_ORDER, round_at=150, day="2026-12-01", drawn_at=200)])
    assert len(drawn_since(store.engine, 0)) == 2


def test_a_day_without_a_single_lot_is_written_down_too(store: Store) -> None:
    assert record(store.engine, _DAY, [])
    assert not record(store.engine, _DAY, [_ORDER])
