"""Working time: China's official calendar with its make-up days, and the office hours inside it."""

import warnings
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property, lru_cache
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class WorkingCalendar:
    """Which days are worked and from when to when.

    `days_off` and `days_on` extend or override the official calendar. Years that the official
    calendar does not know fall back to Monday–Friday, with one warning.
    """

    opens: time = time(9, 0)
    closes: time = time(17, 30)
    days_off: frozenset[date] = field(default_factory=frozenset)
    days_on: frozenset[date] = field(default_factory=frozenset)

    @cached_property
    def hours_a_day(self) -> float:
        """Length of a working day in hours."""
        return (self.closes.hour - self.opens.hour) + (self.closes.minute - self.opens.minute) / 60

    def is_working_day(self, day: date) -> bool:
        """Whether offices work on this day."""
        if day in self.days_off:
            return False
        return day in self.days_on or _is_official_working_day(day)

    def end_of_working_day(self, start: datetime, days: int) -> datetime:
        """The close of the n-th working day after the day of `start`: a limit of n working days.

        >>> friday = datetime(2026, 11, 20, 10, tzinfo=SHANGHAI)
        >>> WorkingCalendar().end_of_working_day(friday, 1).isoformat()
        '2026-11-23T17:30:00+08:00'
        """
        day = start.astimezone(SHANGHAI).date()
        remaining = days
        while remaining:
            day += timedelta(days=1)
            remaining -= self.is_working_day(day)
        return datetime.combine(day, self.closes, SHANGHAI)

    def end_of_same_day(self, start: datetime) -> datetime:
        """The close of the day of `start`; of the next working day where offices are closed by then."""
        local = start.astimezone(SHANGHAI)
        close = datetime.combine(local.date(), self.closes, SHANGHAI)
        if self.is_working_day(local.date()) and local < close:
            return close
        return self.end_of_working_day(start, 1)

    def after_working_hours(self, start: datetime, hours: float) -> datetime:
        """The moment at which so many working hours have passed since `start`.

        >>> late = datetime(2026, 11, 20, 16, 30, tzinfo=SHANGHAI)
        >>> WorkingCalendar().after_working_hours(late, 4).isoformat()
        '2026-11-23T12:00:00+08:00'
        """
        moment, left = start.astimezone(SHANGHAI), timedelta(hours=hours)
        while True:
            opens = datetime.combine(moment.date(), self.opens, SHANGHAI)
            closes = datetime.combine(moment.date(), self.closes, SHANGHAI)
            begins = max(moment, opens)
            if self.is_working_day(moment.date()) and begins < closes:
                if left <= closes - begins:
                    return begins + left
                left -= closes - begins
            moment = datetime.combine(moment.date() + timedelta(days=1), time(0), SHANGHAI)


@lru_cache(maxsize=4_000)
def _is_official_working_day(day: date) -> bool:
    import chinese_calendar

    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        _warn_unknown_year(day.year)
        return day.weekday() < 5


_warned: set[int] = set()


def _warn_unknown_year(year: int) -> None:
    if year not in _warned:
        _warned.add(year)
        warnings.warn(f"the official calendar does not know {year}; Monday–Friday is used", stacklevel=4)


def midnight(day: date) -> datetime:
    """The beginning of a day in Shanghai."""
    return datetime.combine(day, time(), SHANGHAI)


def end_of_day(day: date) -> datetime:
    """The last microsecond of a day in Shanghai, as which a day without a time of day counts."""
    return datetime.combine(day, time.max, SHANGHAI)


#: Times travel through the house as whole microseconds since 1970 in UTC: the one form that SQLite,
#: PostgreSQL and numpy share without rounding. This is the mark of a time that is not there.
NO_TIME = -(2**63)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def to_micros(moment: datetime) -> int:
    """An aware time as microseconds since 1970 in UTC.

    >>> to_micros(datetime(1970, 1, 1, 8, tzinfo=SHANGHAI))
    0
    """
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no time zone")
    return (moment - _EPOCH) // _MICROSECOND


def from_micros(micros: int) -> datetime:
    """The time in Shanghai that these microseconds mean."""
    return (_EPOCH + timedelta(microseconds=int(micros))).astimezone(SHANGHAI)
