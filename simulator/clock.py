"""Working time over whole columns, and times as an extract writes them.

Inside the simulator a time is a whole number of seconds on Shanghai's wall clock, counted from 1970.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from hotline.calendar import WorkingCalendar

Times = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.floating[Any]]
Flags = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.int64]

DAY = 86_400
HOUR = 3_600
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 — wall clock on purpose
#: The mark of something that never happens: later than everything, so that comparisons stay simple.
NEVER = np.int64(2**60)


def wall(year: int, month: int, day: int, hour: int = 0) -> int:
    """A moment on Shanghai's wall clock.

    >>> wall(1970, 1, 2, 1)
    90000
    """
    return int((datetime(year, month, day, hour) - _EPOCH).total_seconds())  # noqa: DTZ001


#: Eighteen months; nothing that happens after the extract was taken is written.
FIRST_RECEIPT = wall(2025, 5, 1)
EXTRACT_AT = wall(2026, 10, 30, 20)
#: Lives run on beyond the extract (their ends are only cut off when writing), so the clock must too.
_CLOCK_FIRST, _CLOCK_LAST = date(2025, 4, 1), date(2028, 12, 31)
#: The last year for which a deadline in the extract can need the official calendar.
_OFFICIAL_UNTIL = date(2026, 12, 31)


@dataclass(frozen=True)
class WorkClock:
    """The working seconds of every day from `first_day` on, ready for whole columns."""

    first_day: int
    opens: int
    closes: int
    is_working: Flags
    worked_before: Times

    @property
    def day_length(self) -> int:
        """Seconds of work in a working day."""
        return self.closes - self.opens

    def worked(self, times: Times) -> Times:
        """Working seconds from the clock's first day to these times."""
        day = times // DAY - self.first_day
        inside = np.clip(times % DAY - self.opens, 0, self.day_length)
        return self.worked_before[day] + np.where(self.is_working[day], inside, 0)

    def after(self, times: Times, hours: Numbers) -> Times:
        """The moment when so many working hours have passed since these times."""
        return self._moment(self.worked(times) + np.maximum((hours * HOUR).astype(np.int64), 1))

    def between(self, start: Times, end: Times, share: Numbers) -> Times:
        """The moment when this share (0–1) of the work time from `start` to `end` has passed."""
        first, last = self.worked(start), self.worked(end)
        at_work = self._moment(np.maximum(first + ((last - first) * share).astype(np.int64), 1))
        at_home = start + ((end - start) * share).astype(np.int64)
        return np.clip(np.where(last > first, at_work, at_home), start, end)

    def working_days(self, start: Times, end: Times) -> Numbers:
        """Working days, parts counted, from `start` to `end`."""
        return (self.worked(end) - self.worked(start)) / self.day_length

    def _moment(self, target: Times) -> Times:
        """When so many working seconds have passed since the clock's first day."""
        day = np.searchsorted(self.worked_before, target, side="left") - 1
        day = np.minimum(day, len(self.is_working) - 1)
        return (day + self.first_day) * DAY + self.opens + target - self.worked_before[day]

    def close_of_day(self, times: Times, days: int | Codes) -> Times:
        """The close of the n-th working day after the day of each time: a limit of n working days."""
        end_of_today = np.cumsum(self.is_working)[times // DAY - self.first_day]
        working_days = np.flatnonzero(self.is_working)
        place = np.minimum(end_of_today + days - 1, len(working_days) - 1)
        return (working_days[place] + self.first_day) * DAY + self.closes


def work_clock(calendar: WorkingCalendar | None = None) -> WorkClock:
    """The clock of the simulated span, by the official calendar as far as the extract reaches."""
    calendar = calendar or WorkingCalendar()
    days = (_CLOCK_LAST - _CLOCK_FIRST).days + 1
    dates = [_CLOCK_FIRST + timedelta(days=n) for n in range(days)]
    is_working = np.array(
        [calendar.is_working_day(d) if d <= _OFFICIAL_UNTIL else d.weekday() < 5 for d in dates]
    )
    opens = calendar.opens.hour * HOUR + calendar.opens.minute * 60
    closes = calendar.closes.hour * HOUR + calendar.closes.minute * 60
    before = np.concatenate([[0], np.cumsum(is_working * (closes - opens))[:-1]])
    return WorkClock((_CLOCK_FIRST - _EPOCH.date()).days, opens, closes, is_working, before)


def stamps(times: Times) -> list[str]:
    """Times as an extract writes them; empty where something never happened.

    >>> stamps(np.array([wall(2026, 10, 1, 9), NEVER]))
    ['2026-10-01 09:00:00', '']
    """
    is_real = times < NEVER
    written = np.datetime_as_string(np.where(is_real, times, 0).astype("datetime64[s]"), unit="s")
    written = np.ascontiguousarray(written)
    if len(written):
        written.view(np.uint32).reshape(len(written), -1)[:, 10] = ord(" ")
    return np.where(is_real, written, "").tolist()
