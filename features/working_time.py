"""Working time over whole columns: the calendar's days laid out once, asked by index."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache

import numpy as np

from features.arrays import Floats, Ints
from hotline.calendar import DAY, HOUR, NO_TIME, WorkingCalendar

#: Shanghai has kept UTC+8 without summer time since 1992.
_OFFSET = 8 * HOUR
_FIRST_DAY = (datetime(2000, 1, 1, tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)).days
_DAYS = 366 * 40


@lru_cache(maxsize=1)
def _calendar() -> tuple[np.ndarray, Ints, Ints, WorkingCalendar]:
    """Per day since 2000: whether it is worked, working days before it, and the next working day."""
    import warnings

    calendar = WorkingCalendar()
    start = datetime(2000, 1, 1, tzinfo=UTC).date()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the entrances warn once about years beyond the calendar
        worked = np.array([calendar.is_working_day(start + timedelta(days=n)) for n in range(_DAYS)])
    before = np.concatenate([[0], np.cumsum(worked)])
    nxt = np.where(worked, np.arange(_DAYS), _DAYS)
    nxt = np.minimum.accumulate(nxt[::-1])[::-1]
    return worked, before, np.minimum(np.append(nxt[1:], _DAYS - 1), _DAYS - 1), calendar


def _clock(hours: float) -> int:
    return int(hours * HOUR)


def _split(moment: Ints) -> tuple[Ints, Ints]:
    local = moment + _OFFSET
    day = local // DAY - _FIRST_DAY
    return np.minimum(np.maximum(day, 0), _DAYS - 1), local % DAY


def working_micros(moment: Ints) -> Ints:
    """Working microseconds from 2000 to each moment."""
    worked, before, _, calendar = _calendar()
    opens = _clock(calendar.opens.hour + calendar.opens.minute / 60)
    length = _clock(calendar.hours_a_day)
    day, clock = _split(moment)
    return before[day] * length + worked[day] * np.minimum(np.maximum(clock - opens, 0), length)


def working_hours_between(start: Ints, end: Ints) -> Floats:
    """Working hours from each start to each end, negative where the end comes first; NaN for NO_TIME."""
    missing = (start == NO_TIME) | (end == NO_TIME)
    hours = (working_micros(end) - working_micros(start)) / HOUR
    return np.where(missing, np.nan, hours)


def end_of_next_working_day(moment: Ints) -> Ints:
    """The close of the first working day after each moment's day: a limit of one working day."""
    _, _, following, calendar = _calendar()
    day, _ = _split(moment)
    closes = _clock(calendar.closes.hour + calendar.closes.minute / 60)
    return (following[day] + _FIRST_DAY) * DAY + closes - _OFFSET


def local_hour(moment: Ints) -> Floats:
    """The hour of the day in Shanghai, 0–24."""
    return _split(moment)[1] / HOUR


def local_weekday(moment: Ints) -> Ints:
    """The weekday in Shanghai, Monday 0."""
    return ((moment + _OFFSET) // DAY + 3) % 7


def is_working_day(moment: Ints) -> np.ndarray:
    """Whether offices work on each moment's day."""
    return _calendar()[0][_split(moment)[0]]


def is_office_hour(moment: Ints) -> np.ndarray:
    """Whether each moment falls in office hours."""
    calendar = _calendar()[3]
    day, clock = _split(moment)
    opens = _clock(calendar.opens.hour + calendar.opens.minute / 60)
    return _calendar()[0][day] & (clock >= opens) & (clock < opens + _clock(calendar.hours_a_day))
