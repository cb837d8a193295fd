"""Working days follow the official calendar; times pass through whole microseconds unchanged."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.calendar import SHANGHAI, WorkingCalendar, from_micros, to_micros

CALENDAR = WorkingCalendar()
NATIONAL_DAY = date(2025, 10, 1)
MAKE_UP_SUNDAY = date(2025, 9, 28)


def test_national_day_is_off_and_its_make_up_sunday_is_worked() -> None:
    assert not CALENDAR.is_working_day(NATIONAL_DAY)
    assert CALENDAR.is_working_day(MAKE_UP_SUNDAY)
    assert not CALENDAR.is_working_day(MAKE_UP_SUNDAY - timedelta(days=7))


def test_a_limit_over_national_day_ends_after_the_holiday() -> None:
    tuesday_before = datetime(2025, 9, 30, 16, tzinfo=SHANGHAI)
    ends = CALENDAR.end_of_working_day(tuesday_before, 1)
    assert ends == datetime(2025, 10, 9, 17, 30, tzinfo=SHANGHAI)


def test_a_limit_may_end_on_a_make_up_day() -> None:
    friday = datetime(2025, 9, 26, 9, tzinfo=SHANGHAI)
    assert CALENDAR.end_of_working_day(friday, 1).date() == MAKE_UP_SUNDAY


def test_days_can_be_taken_off_or_put_on() -> None:
    turned = WorkingCalendar(days_off=frozenset({MAKE_UP_SUNDAY}), days_on=frozenset({NATIONAL_DAY}))
    assert not turned.is_working_day(MAKE_UP_SUNDAY)
    assert turned.is_working_day(NATIONAL_DAY)
    assert not turned.is_working_day(date(2025, 10, 2))


def test_years_beyond_the_calendar_fall_back_to_weekdays_with_a_warning() -> None:
    with pytest.warns(UserWarning, match="does not know 2099"):
        assert [CALENDAR.is_working_day(date(2099, 6, day)) for day in (5, 6, 7, 8)] == [
            True,
            False,
            False,
            True,
        ]


@given(st.datetimes(timezones=st.just(UTC)))
def test_times_survive_the_way_through_microseconds(moment: datetime) -> None:
    assert from_micros(to_micros(moment)) == moment


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        to_micros(datetime(2026, 1, 1))  # noqa: DTZ001 - what is refused
