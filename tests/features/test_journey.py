"""What an order has been through, as its desk knew it: retractions, rounds and missing words."""

import math
from typing import Any

import pytest

from features.catalogue import feature_set
from features.history import Past
from hotline.order import Attribute, AttributeKind, AttributeOf
from tests.builders import Records, a_callback, a_revision, an_event, an_order, asked, at

COST = Attribute("cost", AttributeOf.EVENT, AttributeKind.NUMERIC)


def answer(records: Records, name: str, as_of: int = at(days=10), order_id: str = "A") -> Any:
    """One feature of one order at a time."""
    log = records.log((COST,))
    frame, history = asked(log, order_id, as_of)
    return feature_set(log)[name].column(frame, Past.of(frame, history))[0]


def taken_back(*events: tuple[str, dict[str, Any]]) -> Records:
    """Order A with these events a day apart, the last of them taken back a day later."""
    records = an_order()
    for day, (type_, fields) in enumerate(events, start=1):
        records += an_event("A", type_, at(days=day), event_id=f"event {day}", **fields)
    return records + an_event("A", "retracted", at(days=len(events) + 1), retracts=f"event {len(events)}")


@pytest.mark.parametrize(
    ("name", "events", "expected"),
    [
        ("times_urged", [("urged", {}), ("urged", {})], 1),
        ("hours_since_urged", [("urged", {}), ("urged", {})], 9 * 24),
        ("is_closed", [("visited", {}), ("closed", {})], 0),
        ("stage", [("visited", {}), ("closed", {})], 4),
        ("hours_in_stage", [("visited", {}), ("closed", {})], 9 * 24),
        ("actors_so_far", [("visited", {"actor": "张"}), ("urged", {"actor": "李"})], 1),
        ("last_group", [("visited", {"group": "甲"}), ("urged", {"group": "乙"})], "甲"),
        ("promises_made", [("visited", {"promised_at": at(2)}), ("visited", {"promised_at": at(3)})], 1),
        ("event_cost_mean", [("visited", {"cost": 2.5}), ("visited", {"cost": 9.5})], 2.5),
        ("event_cost_highest", [("visited", {"cost": 2.5}), ("visited", {"cost": 9.5})], 2.5),
        ("events_this_round", [("visited", {}), ("urged", {})], 3),
    ],
)
def test_what_was_taken_back_counts_no_more(
    name: str, events: list[tuple[str, dict[str, Any]]], expected: object
) -> None:
    assert answer(taken_back(*events), name) == expected


def test_what_was_taken_back_counts_until_then() -> None:
    records = taken_back(("urged", {}), ("urged", {}))
    assert [answer(records, "times_urged", at(days=day, hours=1)) for day in (1, 2, 3)] == [1, 2, 1]


def test_an_actor_seen_again_still_counts_when_the_first_entry_is_taken_back() -> None:
    records = an_order() + an_event("A", "visited", at(1), event_id="first", actor="张")
    records += an_event("A", "visited", at(2), actor="张")
    records += an_event("A", "retracted", at(3), retracts="first")
    assert answer(records, "actors_so_far") == 1


def test_an_event_is_taken_back_once() -> None:
    records = taken_back(("urged", {}), ("urged", {}))
    records += an_event("A", "retracted", at(days=5), retracts="event 2")
    assert answer(records, "times_urged") == 1


def test_a_retraction_reaches_no_other_order() -> None:
    records = an_order("A") + an_order("B") + an_event("B", "urged", at(1), event_id="of B")
    records += an_event("A", "retracted", at(2), retracts="of B")
    assert answer(records, "times_urged", order_id="B") == 1


def test_a_closing_without_a_verdict_says_neither() -> None:
    without = an_order() + an_event("A", "closed", at(1))
    other = an_order("B") + an_event("B", "closed", at(1), verdict="resolved")
    assert math.isnan(answer(without + other, "is_closed_by_explaining"))
    assert answer(without + other, "is_closed_by_explaining", order_id="B") == 0


def test_an_unanswered_call_does_not_hide_the_rating_heard_before() -> None:
    heard = an_order() + a_callback("A", at(1), 1, by="962121") + a_callback("A", at(2), by="962121")
    assert answer(heard, "rating_heard_by_962121") == 1


def test_the_rating_of_the_earlier_round_is_not_that_of_this_one() -> None:
    rated = an_order() + a_callback("A", at(1), 0)
    assert math.isnan(answer(rated, "rating_of_earlier_round"))
    again = rated + an_event("A", "redispatched", at(2))
    assert answer(again, "rating_of_earlier_round") == 0
    assert answer(again + a_callback("A", at(3), 3), "rating_of_earlier_round") == 0


def test_a_revision_tied_with_the_closing_is_seen_with_it_and_not_before() -> None:
    records = an_order(company="甲") + an_event("A", "closed", at(1)) + a_revision("A", at(1), company="乙")
    log = records.log()
    frame, _ = asked(log, "A", at(1))
    assert frame.word("company").tolist() == ["乙"]
    assert frame.chronicle.seen_with.tolist() == [0, 2, 2]
