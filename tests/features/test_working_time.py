"""Working time over columns agrees with the calendar that counts day by day."""

from datetime import datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.working_time import (
    end_of_next_working_day,
    is_office_hour,
    is_working_day,
    local_hour,
    local_weekday,
    working_hours_between,
)
from hotline.calendar import NO_TIME, SHANGHAI, WorkingCalendar, from_micros, to_micros

CALENDAR = WorkingCalendar()
MOMENTS = st.datetimes(
    datetime.fromisoformat("2024-01-01"), datetime.fromisoformat("2026-12-01"), timezones=st.just(SHANGHAI)
)


def micros(*moments: datetime) -> np.ndarray:
    return np.array([to_micros(moment) for moment in moments])


def hours(start: str, end: str) -> float:
    """Working hours between two times in Shanghai."""
    one, other = (micros(datetime.fromisoformat(f"{time}+08:00")) for time in (start, end))
    return float(working_hours_between(one, other)[0])


@given(MOMENTS)
@settings(deadline=None)
def test_a_limit_of_one_working_day_ends_as_the_calendar_says(moment: datetime) -> None:
    end = end_of_next_working_day(micros(moment))[0]
    assert from_micros(end) == CALENDAR.end_of_working_day(moment, 1)


@given(MOMENTS, st.integers(0, 20))
@settings(deadline=None)
def test_from_the_close_of_a_day_each_working_day_adds_its_hours(moment: datetime, days: int) -> None:
    start, end = CALENDAR.end_of_working_day(moment, 1), CALENDAR.end_of_working_day(moment, 1 + days)
    assert working_hours_between(micros(start), micros(end))[0] == days * CALENDAR.hours_a_day


@given(MOMENTS, MOMENTS, MOMENTS)
@settings(deadline=None)
def test_working_hours_add_up_and_never_exceed_the_clock(a: datetime, b: datetime, c: datetime) -> None:
    ab, bc, ac = (float(working_hours_between(micros(x), micros(y))[0]) for x, y in ((a, b), (b, c), (a, c)))
    assert ab + bc == pytest.approx(ac)
    assert abs(ab) <= abs((b - a) / timedelta(hours=1)) + 1e-9
    assert ab == -float(working_hours_between(micros(b), micros(a))[0])


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2026-04-13T09:00", "2026-04-13T17:30", 8.5),
        ("2026-04-13T10:00", "2026-04-13T10:30", 0.5),
        ("2026-04-13T18:00", "2026-04-14T08:00", 0.0),
        ("2026-04-17T17:00", "2026-04-20T09:30", 1.0),
        ("2025-09-30T17:00", "2025-10-09T10:00", 1.5),  # National Day lies between
        ("2025-09-26T17:30", "2025-09-28T17:30", 8.5),  # the Sunday is worked to make up for it
    ],
)
def test_working_hours_between(start: str, end: str, expected: float) -> None:
    assert hours(start, end) == expected


def test_a_missing_time_gives_no_hours() -> None:
    some, none = micros(datetime(2026, 4, 13, tzinfo=SHANGHAI)), np.array([NO_TIME])
    assert np.isnan(working_hours_between(some, none)).all()
    assert np.isnan(working_hours_between(none, some)).all()


@given(MOMENTS)
@settings(deadline=None)
def test_days_and_hours_are_shanghais(moment: datetime) -> None:
    asked = micros(moment)
    assert local_weekday(asked)[0] == moment.weekday()
    assert from_micros(asked[0]).hour == int(local_hour(asked)[0])
    assert is_working_day(asked)[0] == CALENDAR.is_working_day(moment.date())
    in_office = CALENDAR.opens <= moment.time() < CALENDAR.closes
    assert is_office_hour(asked)[0] == (in_office and CALENDAR.is_working_day(moment.date()))
