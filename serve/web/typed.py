"""What people and phones write into forms: the key of a tap, a moment, a day."""

import re
from collections.abc import Mapping
from datetime import date, datetime

from desk.refusals import Refused
from hotline.calendar import SHANGHAI, end_of_day

#: Those of calls name their claim, and come from no form.
_KEY = re.compile(r"(?!call-)[A-Za-z0-9_-]{8,64}")


def plain(typed: str, kept: str = "") -> str:
    """What was typed, blanks for what cannot be printed and is not `kept`: databases refuse some of that.

    >>> plain("张\\u200b三"), plain("一\\n二", kept="\\n")
    ('张 三', '一\\n二')
    """
    return "".join(letter if letter.isprintable() or letter in kept else " " for letter in typed)


def key_of(form: Mapping[str, str], stale: str = "页面已过期，请刷新后重新登记") -> str:
    """The key of the tap. Refused with `stale` where it is none."""
    key = form.get("key", "")
    if not _KEY.fullmatch(key):
        raise Refused("key", stale)
    return key


def moment_of(form: Mapping[str, str], field: str, wrong: str) -> datetime | None:
    """The moment in a field, Shanghai's where it names no offset; None where it was left out. Refused with `wrong`.

    >>> moment_of({"at": "2026-10-30T14:00"}, "at", "") == moment_of({"at": "2026-10-30T06:00:00Z"}, "at", "")
    True
    """
    written = form.get(field, "")
    if not written:
        return None
    try:
        found = datetime.fromisoformat(written)
        return (found if found.tzinfo else found.replace(tzinfo=SHANGHAI)).astimezone(SHANGHAI)
    except (ValueError, OverflowError):
        raise Refused(field, wrong) from None


def last_moment(written: str) -> datetime | None:
    """The last moment of a day in Shanghai; None where it is no day."""
    try:
        return end_of_day(date.fromisoformat(written))
    except ValueError:
        return None
