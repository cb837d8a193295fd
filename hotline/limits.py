"""Until when a duty is to be done: limits in working time, as a setting writes them."""

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from hotline.calendar import SHANGHAI, WorkingCalendar
from hotline.errors import ArgumentError


class Unit(StrEnum):
    """What a limit counts."""

    MINUTES = "min"
    WORKING_HOURS = "wh"
    WORKING_DAYS = "wd"
    TODAY = "today"
    DUE = "due"
    CLOSING = "closing"
    CALLBACK = "callback"
    WEEK = "week"
    MONTH = "month"


_NUMBERED = (Unit.MINUTES, Unit.WORKING_HOURS, Unit.WORKING_DAYS)
_WRITTEN = re.compile(r"(?P<number>\d{1,4})?(?P<unit>[a-z]+)")
_ZH = {
    Unit.MINUTES: "{}分钟内",
    Unit.WORKING_HOURS: "{}个工作小时内",
    Unit.WORKING_DAYS: "{}个工作日内",
    Unit.TODAY: "当天",
    Unit.DUE: "办理时限前",
    Unit.CLOSING: "办结前",
    Unit.CALLBACK: "官方回访前",
    Unit.WEEK: "列入每周清单",
    Unit.MONTH: "列入每月清单",
}


@dataclass(frozen=True)
class Limit:
    """So much time from the moment at which a duty is owed.

    >>> Limit.of("4wh").zh
    '4个工作小时内'
    """

    unit: Unit
    number: int = 1

    @classmethod
    def of(cls, written: str) -> "Limit":
        """The limit that a setting writes, such as 30min, 4wh, 1wd, today, due, week. ArgumentError otherwise."""
        found = _WRITTEN.fullmatch(written.strip().lower())
        unit = found["unit"] if found else ""
        if not found or unit not in set(Unit) or (unit in _NUMBERED) != bool(found["number"]):
            raise ArgumentError(
                f"{written!r} is no limit; write 30min (round the clock), 4wh (working hours), "
                "1wd (working days), today, due, closing, callback, week or month"
            )
        return cls(Unit(unit), int(found["number"] or 1))

    @property
    def zh(self) -> str:
        """The limit as a manager reads it."""
        return _ZH[self.unit].format(self.number)

    @property
    def is_a_list(self) -> bool:
        """Whether the duty is worked off a list and not by the order's clock."""
        return self.unit in (Unit.WEEK, Unit.MONTH)

    def ends(self, since: datetime, due_at: datetime | None, calendar: WorkingCalendar) -> datetime | None:
        """When it is over; None where it hangs on something that has no date."""
        if self.unit is Unit.MINUTES:
            return since + timedelta(minutes=self.number)
        if self.unit is Unit.WORKING_HOURS:
            return calendar.after_working_hours(since, self.number)
        if self.unit is Unit.WORKING_DAYS:
            return calendar.end_of_working_day(since, self.number)
        if self.unit is Unit.TODAY:
            return calendar.end_of_same_day(since)
        if self.unit in (Unit.WEEK, Unit.MONTH):
            return _end_of(since, self.unit)
        return due_at


def _end_of(since: datetime, unit: Unit) -> datetime:
    """The end of the week or month in which something falls."""
    day = since.astimezone(SHANGHAI).date()
    if unit is Unit.WEEK:
        last = day + timedelta(days=6 - day.weekday())
    else:
        following = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
        last = following - timedelta(days=1)
    return datetime.combine(last, time(23, 59, 59), SHANGHAI)
