"""Columns of times that are days: every row has the same hour, because the system wrote one where it had none."""

import re
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from hotline.calendar import NO_TIME
from store.extracts.description import FileSpec
from store.extracts.extract import Extract
from store.extracts.reading import Sheet

#: Fields that say when something happened; the others lie ahead, or say when it was entered.
_HAPPENED = ("received_at", "at")
_TIMES = (*_HAPPENED, "known_at", "due_at", "promised_at")
#: So many rows on so many days at one hour are no chance.
_LEAST_ROWS, _LEAST_DAYS = 20, 3
_WRITTEN = re.compile(
    r"(?P<year>\d{4})(?P<a>[-/.年])(?P<month>\d{1,2})(?P<b>[-/.月])(?P<day>\d{1,2})(?P<c>日?)"
    r"(?P<hour>[T ]*\d{1,2}[:时]\d{1,2}(?:[:分]\d{1,2}(?:\.\d+)?)?[分秒]?)"
)


def columns_of_days(sheets: Sequence[Sheet], formats: Sequence[str]) -> dict[tuple[str, str], str]:
    """By file and column, the format in which its times are days; those among `formats` are days already."""
    found = {}
    for sheet in sheets:
        for column in dict.fromkeys(_columns(sheet.spec, _HAPPENED)):
            written = _one_hour(sheet, column)
            if written and written not in formats:
                found[sheet.name, column] = written
    return found


def formats_of_days(sheets: Sequence[Sheet], days: dict[tuple[str, str], str]) -> tuple[str, ...]:
    """The formats that read those columns as days, and every other time as it stands."""
    of_days = tuple(dict.fromkeys(days.values()))
    others = [
        sheet.cells[column].dropna()
        for sheet in sheets
        for column in dict.fromkeys(_columns(sheet.spec, _TIMES))
        if (sheet.name, column) not in days and _one_hour(sheet, column) not in of_days
    ]
    if not any(len(words) for words in others):
        return of_days
    return (*of_days, *dict.fromkeys(_with_hours(written) for written in of_days))


def instants(extract: Extract, sheets: Sequence[Sheet], days: Mapping[tuple[str, str], str]) -> pd.DataFrame:
    """All events, then all receipts: order_id, type, happened_at, and is_day where that is no more than a day."""
    events = extract.events
    at = {sheet.name: sheet.spec.event.fields["at"].column for sheet in sheets if sheet.spec.event}
    column = events["column"].where(events["column"].notna(), events["file"].map(at))
    parts = [events[["order_id", "type", "happened_at", "is_day"]].assign(file=events["file"], column=column)]
    received_at = {sheet.name: next(_columns(sheet.spec, ("received_at",)), None) for sheet in sheets}
    for frame in (stated.frame for stated in extract.orders if "received_at" in stated.frame):
        receipts = frame.rename(columns={"received_at": "happened_at", "received_day": "is_day"})
        receipts = receipts.assign(type="", column=frame["file"].map(received_at))
        parts.append(receipts.loc[receipts["happened_at"] != NO_TIME, list(parts[0].columns)])
    happened = pd.concat(parts, ignore_index=True)
    has_one_hour = [place in days for place in zip(happened["file"], happened["column"], strict=True)]
    return happened.assign(
        is_day=happened["is_day"].to_numpy(dtype=bool) | np.array(has_one_hour, dtype=bool)
    )


def _columns(spec: FileSpec, names: Sequence[str]) -> Iterator[str]:
    rows = [mapping for mapping in (spec.order, spec.event) if mapping is not None]
    for mapping in (*rows, *spec.moments, *spec.callbacks):
        for name in names:
            cell = mapping.fields.get(name)
            if cell is not None and cell.column:
                yield cell.column


def _one_hour(sheet: Sheet, column: str) -> str | None:
    """The format of a column whose rows all have the same hour; None of any other."""
    words = sheet.cells[column].dropna()
    first = _WRITTEN.fullmatch(str(words.iloc[0])) if len(words) >= _LEAST_ROWS else None
    if first is None or words.nunique() < _LEAST_DAYS or not words.str.endswith(first["hour"]).all():
        return None
    return f"%Y{first['a']}%m{first['b']}%d{first['c']}{first['hour']}"


def _with_hours(written: str) -> str:
    """The same format for times of any hour."""
    units = iter(("%H", "%M", "%S"))
    head, tail = written[: written.index("%d") + 2], written[written.index("%d") + 2 :]
    return head + re.sub(r"\d+(?:\.\d+)?", lambda _: next(units), tail)
