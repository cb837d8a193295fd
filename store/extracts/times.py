"""Words to times: many formats, a zone, and days without a time of day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from hotline.calendar import DAY, NO_TIME, to_micros
from store.extracts.description import DescriptionError

#: Tried one after the other on what the ones before could not read; %m and %d also read one digit.
USUAL_FORMATS = (
    "ISO8601",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%Y.%m.%d %H:%M:%S",
    "%Y.%m.%d %H:%M",
    "%Y年%m月%d日 %H:%M:%S",
    "%Y年%m月%d日 %H:%M",
    "%Y年%m月%d日%H时%M分%S秒",
    "%Y年%m月%d日%H时%M分",
    "%Y-%m-%d",
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%Y年%m月%d日",
)
#: Nothing that a hotline keeps is older; such times are typing errors or a system's "none".
EARLIEST = to_micros(datetime(1990, 1, 1, tzinfo=UTC))
_OFFSET = r"\d:?\d{2}(?::?\d{2}(?:[.,]\d+)?)?\s*(?:Z|z|[+-]\d{2}:?\d{2})$"
#: What might be an offset but is written like none; pandas would read some of them, each in its own way.
_ODD_OFFSET = r"[Tt ].*[+\-−Zz]|[Zz]\s*$"
#: A word this short cannot hold a day and a time of day with it.
_SHORTEST_WITH_TIME = 11


@dataclass(frozen=True)
class Times:
    """A column of times: microseconds, whether only the day was given, whether it could not be read."""

    micros: np.ndarray
    is_day: np.ndarray
    is_unreadable: np.ndarray


def parse_times(words: "pd.Series[Any]", zone: ZoneInfo, formats: Sequence[str] = ()) -> Times:
    """The times that the words mean; a day without time of day counts as its last microsecond.

    An hour that a clock change repeats is its first, one that it skips moves forward.
    """
    micros = np.full(len(words), NO_TIME, dtype=np.int64)
    is_day = np.zeros(len(words), dtype=bool)
    left = words.notna().to_numpy(copy=True)
    has_offset, is_odd = np.zeros(len(words), dtype=bool), np.zeros(len(words), dtype=bool)
    if not formats:
        has_offset[left] = words[left].str.contains(_OFFSET, regex=True).to_numpy(dtype=bool)
        is_odd[left] = words[left].str.contains(_ODD_OFFSET, regex=True).to_numpy(dtype=bool)
    for time_format in formats or USUAL_FORMATS:
        if not left.any():
            break
        for aware in (True, False):
            places = np.flatnonzero(left & (has_offset == aware) & (has_offset | ~is_odd))
            if len(places):
                found, days = _read(words.iloc[places], time_format, zone, aware)
                micros[places], is_day[places] = found, days
                left[places[found != NO_TIME]] = False
    return Times(micros, is_day, left)


def parse_moment(word: str, zone: ZoneInfo, what: str) -> int:
    """One time that a description names; DescriptionError if it is none."""
    try:
        moment = datetime.fromisoformat(word)
    except ValueError:
        raise DescriptionError(f"{what} {word!r} is not a time; write 2026-01-31 18:00:00") from None
    return to_micros(moment if moment.tzinfo else moment.replace(tzinfo=zone))


def _read(
    words: "pd.Series[Any]", time_format: str, zone: ZoneInfo, aware: bool
) -> tuple[np.ndarray, np.ndarray]:
    aware = aware or "%z" in time_format
    read = pd.to_datetime(words, format=time_format, errors="coerce", utc=aware)
    days = _are_days(words, time_format) & read.notna().to_numpy()
    if aware:
        return _micros(read.dt.tz_localize(None)), days & False
    naive = _micros(read)
    local = np.where(days, naive + DAY - 1, naive)
    placed = pd.Series(local.view("datetime64[us]")).dt.tz_localize(
        zone, ambiguous=np.ones(len(words), dtype=bool), nonexistent="shift_forward"
    )
    return _micros(placed.dt.tz_convert("UTC").dt.tz_localize(None)), days


def _are_days(words: "pd.Series[Any]", time_format: str) -> np.ndarray:
    if time_format == "ISO8601":
        return (words.str.len() < _SHORTEST_WITH_TIME).to_numpy(dtype=bool)
    return np.full(len(words), "%H" not in time_format and "%I" not in time_format)


def _micros(times: "pd.Series[Any]") -> np.ndarray:
    """As whole microseconds; NaT and NO_TIME are the same number."""
    return times.to_numpy("datetime64[us]").view("int64")
