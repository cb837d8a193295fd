"""The simulator's clock keeps the hotline's working time over whole columns."""

from datetime import timedelta

import numpy as np
import pytest

from hotline.calendar import SHANGHAI, WorkingCalendar, from_micros
from simulator.clock import DAY, EXTRACT_AT, FIRST_RECEIPT, HOUR, NEVER, stamps, wall, work_clock

CLOCK = work_clock()
#: Wall-clock seconds are eight hours ahead of UTC's.
_AHEAD = 8 * HOUR


def some_times(count: int = 400) -> np.ndarray:
    return np.random.default_rng(3).integers(FIRST_RECEIPT, EXTRACT_AT - 20 * DAY, count)


@pytest.mark.parametrize("days", [1, 5, 15])
def test_limits_agree_with_the_working_calendar(days: int) -> None:
    times = some_times()
    ends = CLOCK.close_of_day(times, days)
    for start, end in zip(times.tolist(), ends.tolist(), strict=True):
        expected = WorkingCalendar().end_of_working_day(from_micros((start - _AHEAD) * 1_000_000), days)
        assert expected.astimezone(SHANGHAI).replace(tzinfo=None) == from_micros(
            (end - _AHEAD) * 1_000_000
        ).replace(tzinfo=None)


def test_waiting_in_working_hours_passes_exactly_that_many() -> None:
    times = some_times()
    hours = np.random.default_rng(4).uniform(0.1, 60, len(times))
    later = CLOCK.after(times, hours)
    assert np.array_equal(CLOCK.worked(later) - CLOCK.worked(times), (hours * HOUR).astype(int))


def test_waiting_ends_on_a_working_day_in_office_hours() -> None:
    later = CLOCK.after(some_times(), np.full(400, 7.3))
    assert CLOCK.is_working[later // DAY - CLOCK.first_day].all()
    assert ((later % DAY > CLOCK.opens) & (later % DAY <= CLOCK.closes)).all()


def test_the_national_holiday_is_not_worked_and_its_make_up_day_is() -> None:
    holiday, make_up_sunday = wall(2025, 10, 6, 10), wall(2025, 9, 28, 10)
    worked = CLOCK.is_working[np.array([holiday, make_up_sunday]) // DAY - CLOCK.first_day]
    assert worked.tolist() == [False, True]


def test_a_moment_between_two_times_lies_between_them_and_in_office_hours_when_there_are_any() -> None:
    start = some_times()
    end = start + np.random.default_rng(5).integers(0, 6 * DAY, len(start))
    moment = CLOCK.between(start, end, np.random.default_rng(6).random(len(start)))
    assert ((start <= moment) & (moment <= end)).all()
    has_work = CLOCK.worked(end) > CLOCK.worked(start) + HOUR
    is_worked = CLOCK.is_working[moment // DAY - CLOCK.first_day]
    assert is_worked[has_work].mean() > 0.98


def test_what_never_happens_is_written_as_nothing() -> None:
    assert stamps(np.array([NEVER, wall(2026, 2, 28, 23)])) == ["", "2026-02-28 23:00:00"]


def test_a_day_is_written_as_the_wall_clock_shows_it() -> None:
    noon = from_micros((wall(2026, 7, 1, 12) - _AHEAD) * 1_000_000)
    assert stamps(np.array([wall(2026, 7, 1, 12)])) == [(noon + timedelta(0)).strftime("%Y-%m-%d %H:%M:%S")]
