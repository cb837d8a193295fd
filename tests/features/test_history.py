"""Everybody's past: who is counted, where and until when."""

import numpy as np
import pytest

from features.frame import OrderFrame
from features.history import History, Past
from hotline.calendar import NO_TIME
from hotline.lifecycle import OfficialCaller
from tests.builders import (
    Records,
    a_callback,
    a_community,
    a_revision,
    an_event,
    an_order,
    asked,
    at,
)


def past_of(records: Records, as_of: int = at(days=20), order_id: str = "A") -> Past:
    """The past of one question."""
    frame, history = asked(records, order_id, as_of)
    return Past.of(frame, history)


def test_a_window_holds_what_came_within_its_days_and_strictly_before_the_moment() -> None:
    records = an_order("A", at(), company="甲")
    for number, day in enumerate((2, 3, 10)):
        records += an_order(f"B{number}", at(days=day), company="甲")
    past = past_of(records, at(days=10))
    assert past.events("received", by="company", days=8).count == 2
    assert past.events("received", by="company", days=7).count == 1
    assert past.events("received", by="company").count == 3


def test_the_order_asked_about_is_not_among_the_others() -> None:
    records = an_order("A", community="甲", category="电梯") + an_order("B", community="甲", category="电梯")
    assert past_of(records).other_orders(("community", "category"), 30) == 1


def test_an_order_that_came_under_another_category_takes_nobody_elses_place() -> None:
    records = an_order("A", category="停车") + a_revision("A", at(1), category="电梯")
    records += an_order("B", category="电梯")
    assert past_of(records).other_orders(("category",), 30) == 1


def test_an_order_that_history_does_not_hold_takes_nobodys_place() -> None:
    history = History.of(an_order("B", category="电梯").log())
    frame, _ = asked(an_order("A", category="电梯"), "A", at(5))
    assert Past.of(frame, history).other_orders(("category",), 30) == 1


def test_orders_in_hand_follow_the_company_that_holds_them() -> None:
    records = an_order("A", company="甲") + an_order("B", company="乙")
    records += a_revision("A", at(3), company="乙") + an_event("B", "closed", at(5))
    in_hand = [past_of(records, at(day), "B").events("in_hand", by="company").count[0] for day in (2, 4, 6)]
    assert in_hand == [1, 2, 1]


def test_a_closing_taken_back_puts_the_order_back_in_hand() -> None:
    records = an_order("A", company="甲") + an_event("A", "closed", at(1), event_id="wrong")
    records += an_event("A", "retracted", at(3), retracts="wrong")
    in_hand = [past_of(records, at(day)).events("in_hand", by="company").count[0] for day in (2, 4)]
    assert in_hand == [0, 1]


def test_an_event_taken_back_weighs_against_the_company_that_it_counted_for() -> None:
    records = an_order("A", company="甲") + an_event("A", "urged", at(1), event_id="wrong")
    records += a_revision("A", at(2), company="乙") + an_event("A", "retracted", at(3), retracts="wrong")
    records += an_order("B", company="甲")
    assert past_of(records, at(2), "B").events("urged", by="company").sum("count") == 1
    assert past_of(records, at(4), "B").events("urged", by="company").sum("count") == 0
    assert past_of(records, at(4), "A").events("urged", by="company").sum("count") == 0


def test_an_event_taken_back_twice_weighs_once_against_its_company() -> None:
    records = an_order("A", company="甲") + an_event("A", "urged", at(1), event_id="wrong")
    for day in (2, 3):
        records += an_event("A", "retracted", at(day), retracts="wrong")
    assert past_of(records).events("urged", by="company").sum("count") == 0


@pytest.mark.parametrize(("closed_on", "broken"), [(None, 1), (2, 0), (4, 1)])
def test_a_promise_is_broken_when_its_day_comes_and_the_order_is_open(
    closed_on: int | None, broken: int
) -> None:
    records = an_order("A", company="甲") + an_event("A", "visited", at(1), promised_at=at(3))
    if closed_on is not None:
        records += an_event("A", "closed", at(closed_on))
    promised = past_of(records).events("promised", by="company")
    assert (promised.count, promised.sum("broken")) == (1, broken)
    assert past_of(records, at(3)).events("promised", by="company").count == 0


def test_a_share_is_drawn_towards_the_one_above_it() -> None:
    records = an_order("A", company="甲") + a_callback("A", at(1), 0)
    share = past_of(records).events("rated", by="company").share("dissatisfied", prior=0.2, weight=4)
    assert share == pytest.approx((1 + 4 * 0.2) / (1 + 4))


def test_only_the_first_rating_of_a_round_by_the_caller_that_counts_is_an_outcome() -> None:
    records = an_order("A") + a_callback("A", at(1), 0, by="962121") + a_callback("A", at(2), 3)
    records += a_callback("A", at(3), 0) + an_event("A", "redispatched", at(4)) + a_callback("A", at(5), 1)
    past = past_of(records)
    assert (past.events("rated").count, past.events("rated").sum("lost")) == (2, 40)
    assert (past.events("judged").count, past.events("judged").sum("dissatisfied")) == (1, 1)


def test_962121_counts_where_the_city_rated_nothing() -> None:
    records = an_order("A") + a_callback("A", at(1), 0, by="962121")
    assert records.log().label_caller is OfficialCaller.DISTRICT
    assert past_of(records).events("rated").sum("dissatisfied") == 1
    assert (records + a_callback("A", at(2))).log().label_caller is OfficialCaller.DISTRICT
    assert (records + a_callback("A", at(2), 3)).log().label_caller is OfficialCaller.CITY


def test_a_fact_of_a_community_holds_from_when_it_was_known_and_always_without_a_time() -> None:
    records = an_order("A", community="甲") + a_community("甲", NO_TIME, households=500)
    records += a_community("甲", at(3), households=800) + a_community("乙", NO_TIME, households=1)
    known = [past_of(records, at(day)).community_fact("households")[0] for day in (2, 3, 4)]
    assert known == [500, 800, 800]
    assert np.isnan(past_of(records).community_fact("year_built")).all()


def test_of_facts_of_equal_time_the_last_recorded_holds() -> None:
    records = an_order("A", community="甲") + a_community("甲", recorded_at=at(2), has_assembly=0.0)
    records += a_community("甲", recorded_at=at(1), has_assembly=1.0)
    assert past_of(records).community_fact("has_assembly") == 0


def test_a_fact_that_only_a_later_layer_knows_is_known_and_the_newest_holds() -> None:
    order = an_order("A", community="甲")
    old, new = a_community("甲", households=500), a_community("甲", at(3), households=800)
    frame, base = asked(order + old, "A", at(5))
    for facts in (new, old + new):
        layers = ((base, 1), (History.of((order + facts).log()), 1), (History.of(order.log()), -1))
        assert Past(frame, layers).community_fact("households") == 800
        assert Past(frame, layers[1::-1]).community_fact("households") == 800


def test_nothing_at_all_is_a_history_too() -> None:
    empty = History.of(Records().log())
    frame, _ = asked(an_order("A", company="甲"), "A", at(1))
    past = Past(frame, ((empty, 1), (empty, -1)))
    assert past.events("received", by="company", days=30).count == 0
    assert past.events("in_hand").count == 0
    assert np.isnan(past.community_fact("households")).all()
    assert not len(OrderFrame.at_positions(empty.chronicle, np.empty(0, dtype=np.int64)))


def test_an_unknown_order_or_a_time_before_its_receipt_is_refused() -> None:
    with pytest.raises(LookupError, match="no order Z"):
        asked(an_order("A"), "Z", at(1))
    with pytest.raises(ValueError, match="order A was not received yet"):
        asked(an_order("A"), "A", at(-1))
