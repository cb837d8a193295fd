"""Waits are learnt from what still waits too, and a young week is called young."""

from datetime import date

import numpy as np
import pytest

from desk.label_lag import LabelLag, label_lag
from desk.rounds import Rounds
from desk.waiting import Delays, Waiting
from features.chronicle import Chronicle
from hotline.calendar import DAY
from hotline.scope import Scope
from tests.builders import Records, a_callback, an_event, an_order, at


def test_the_share_still_awaited_counts_those_that_still_wait() -> None:
    waits = np.array([1, 2, 2, 3, 4]) * DAY
    came = np.array([True, True, False, True, False])
    found = Waiting.learn(waits, came)
    assert found.after(np.array([-1, 0, 1, 2, 3, 9]) * DAY).tolist() == pytest.approx(
        [1, 1, 4 / 5, 3 / 5, 3 / 10, 3 / 10]
    )
    assert found.between(np.array([1 * DAY]), np.array([3 * DAY]))[0] == pytest.approx(1 - (3 / 10) / (4 / 5))
    assert found.never == pytest.approx(0.3)


def test_where_nothing_ever_came_nothing_is_to_be_expected() -> None:
    found = Waiting.learn(np.array([DAY, 5 * DAY]), np.array([False, False]))
    assert found.never == 1.0
    assert found.between(np.array([0]), np.array([9 * DAY])).tolist() == [0.0]


def _closed(
    name: str, day: float, called: float | None = None, rating: int | None = 3, **fields: str
) -> Records:
    records = an_order(name, at(day - 1), **fields) + an_event(name, "closed", at(day))
    return records if called is None else records + a_callback(name, at(called), rating)


def _district() -> Records:
    """Forty orders closed and called ten days later, three in four of them; the fourth never."""
    records = Records()
    for number in range(40):
        day = number / 2
        records += _closed(
            f"{number:02d}", day, day + 10 if number % 4 else None, None if number % 8 == 1 else 3
        )
    return records


def _lag(records: Records, as_of: float, scope: Scope | None = None) -> LabelLag:
    rounds = [Rounds.of(Chronicle.of(records.log()), at(as_of))]
    return label_lag(rounds, at(-1), at(as_of), 0.95, scope or Scope(is_whole=True))


def test_the_weeks_that_are_too_young_are_named() -> None:
    lag = _lag(_district(), 60)
    assert lag.whole.closed == 40 and lag.whole.called == 30 and lag.whole.rated == 25
    assert lag.whole.is_ripe and lag.unripe == ()
    assert lag.median_days == pytest.approx(10) == lag.most_days
    young = _lag(_district(), 20)
    assert [week.monday for week in young.weeks] == [date(2026, 4, 13), date(2026, 4, 20), date(2026, 4, 27)]
    assert [week.lag.is_ripe for week in young.weeks] == [True, False, False]
    assert young.weeks[2].lag.expected == pytest.approx(0.0)
    assert young.whole.expected == pytest.approx(0.5, abs=0.03)


def test_what_comes_after_the_moment_teaches_nothing() -> None:
    later = _closed("later", 3, 90)
    assert (
        _lag(_district() + later, 60).median_days == _lag(_district() + _closed("later", 3), 60).median_days
    )


def test_a_scope_narrows_the_lag_and_a_period_without_closings_says_so() -> None:
    records = _district() + _closed("own", 2, 12, street="东")
    assert _lag(records, 60, Scope(streets=frozenset({"东"}))).whole.closed == 1
    nothing = _lag(records, 60, Scope())
    assert (nothing.whole.closed, nothing.whole.expected, nothing.weeks) == (0, None, ())


def test_delays_are_those_of_the_last_year_and_end_where_a_round_comes_back() -> None:
    again = _closed("again", 1) + an_event("again", "redispatched", at(4))
    found = Delays.of([Rounds.of(Chronicle.of((_district() + again).log()), at(60))])
    assert found.closing.never < 1 and found.call.after(np.array([10 * DAY]))[0] == pytest.approx(
        0.25, abs=0.01
    )
    old = Delays.of([Rounds.of(Chronicle.of((_district() + again).log()), at(500))])
    assert old.call.never == 1.0
