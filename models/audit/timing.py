"""Times that let the future in: written after the callback, left out, or hiding the order of events."""

import re
from collections.abc import Iterator

import numpy as np

from hotline.calendar import NO_TIME
from hotline.leaks import FindingKind, Severity
from hotline.lifecycle import EventType
from models.audit.findings import Figure, Finding, acknowledgement
from models.audit.material import Material
from models.audit.remedies import column_remedy

_LEAST = 20
#: Nearly every order, and enough of them to speak of a habit.
_NEARLY_ALL, _SOME = 0.95, 0.3
#: Of rated orders, how many have something entered only after the callback before it matters.
_LATE_SHARE = 0.01
_ENTERED = re.compile(
    r"录入|登记|入库|记录|更新|创建|recorded|entered|created|logged|updated|known|insert", re.IGNORECASE
)
#: Deadlines and promises lie ahead, and are known when they are given.
COMING = ("order due_at", "change due_at", "event promised_at", "moments promised_at")
#: What only a callback brings about.
_FOLLOWS_A_RATING = (EventType.CALLED_BACK.value, EventType.REDISPATCHED.value)
#: More ties or days than this hide a good part of the order of events.
_TIED = 0.1


def after_callback(material: Material) -> Iterator[Finding]:
    """Columns of times that follow the callback although training sees them before it."""
    label_at = material.time("label_at")
    for column in material.columns:
        if column.times is None or column.field in COMING or column.is_of_event:
            continue
        row = column.rows_by(label_at)[material.judged]
        row = row[row >= 0]
        if len(row) < _LEAST:
            continue
        later = float((column.times[row] > label_at[column.order[row]]).mean())
        if later < (_SOME if column.is_declared else _NEARLY_ALL):
            continue
        severity = Severity.SEVERE if later >= _NEARLY_ALL else Severity.WARNING
        yield Finding(
            FindingKind.RECORDED_AFTER_CALLBACK,
            column.name,
            severity if column.is_declared else Severity.NOTE,
            "it names times after the callback, and counts as known before it",
            column_remedy(FindingKind.RECORDED_AFTER_CALLBACK, column),
            {"orders": len(row), "later_share": round(later, 3)},
        )


def entered_late(material: Material) -> Iterator[Finding]:
    """Times of entry that the description leaves out: events count as known before anybody entered them."""
    label_at = material.time("label_at")
    for column in material.columns:
        if column.times is None or column.is_declared or column.file not in material.at_once:
            continue
        is_told = (column.times != NO_TIME) & (label_at[column.order] != NO_TIME)
        order, times, known_at = column.order[is_told], column.times[is_told], column.known_at[is_told]
        if len(order) < _LEAST or (times >= known_at).mean() < _NEARLY_ALL:
            continue
        is_late = (known_at < label_at[order]) & (times > label_at[order])
        orders = len(np.unique(order[is_late]))
        if is_late.sum() < _LEAST or orders < _LATE_SHARE * len(material.judged):
            continue
        severity = Severity.SEVERE if _ENTERED.search(column.name) else Severity.WARNING
        yield Finding(
            FindingKind.RECORDED_AFTER_CALLBACK,
            column.name,
            severity,
            "events that were entered after the callback count as known before it",
            f'known_at = "{column.name}" under [files.event] of {column.file}',
            {"events": int(is_late.sum()), "rated_orders": orders},
        )


def in_callback_file(material: Material) -> Iterator[Finding]:
    """Attributes from a file that holds nothing but callbacks, known before them: answers taken for causes."""
    label_at = material.time("label_at")
    for column in material.columns:
        if not column.is_declared or column.file not in material.of_callbacks:
            continue
        seen = int((column.rows_by(label_at)[material.judged] >= 0).sum())
        if seen:
            yield Finding(
                FindingKind.RECORDED_AFTER_CALLBACK,
                column.name,
                Severity.SEVERE,
                "it stands in the file of the callbacks, so it was written at one, and counts as known before it",
                column_remedy(FindingKind.RECORDED_AFTER_CALLBACK, column),
                {"rated_orders": seen},
            )


def untimed_callbacks(material: Material) -> Iterator[Finding]:
    """Re-dispatches that come before the rating that they follow, because the rating has no time of its own."""
    if material.is_timed or not len(material.judged):
        return
    events = material.events
    order = events["order"].to_numpy(dtype=np.int64)
    is_early = events["known_at"].to_numpy(dtype=np.int64) <= material.time("label_at")[order]
    for name in _FOLLOWS_A_RATING:
        orders = len(np.unique(order[is_early & (events["type"] == name).to_numpy(dtype=bool)]))
        if orders >= _LEAST:
            yield Finding(
                FindingKind.RECORDED_AFTER_CALLBACK,
                name,
                Severity.SEVERE,
                "it follows a callback, but callbacks have no time here and count as known at the order's last event",
                f'at = "…" in [[files.callbacks]]: the column with the time of the callback\n{_unless(name)}',
                {"rated_orders": orders, "share": round(orders / len(material.judged), 4)},
            )


def _unless(name: str) -> str:
    return f"or, if it is known to be honest:\n{acknowledgement(FindingKind.RECORDED_AFTER_CALLBACK, name)}"


def hidden_order(material: Material) -> Iterator[Finding]:
    """Ties and days without a time: what came first can only be guessed."""
    events = material.events
    if len(events) < _LEAST:
        return
    tied = float(events.duplicated(["order", "happened_at"], keep=False).mean())
    days = float(events["is_day"].mean())
    if max(tied, days) < _TIED and not material.columns_of_days:
        return
    figures: dict[str, Figure] = {
        "events": len(events),
        "tied_share": round(tied, 3),
        "days_without_time_share": round(days, 3),
    }
    if material.columns_of_days:
        figures["columns_of_days"] = ", ".join(material.columns_of_days)
    yield Finding(
        FindingKind.HIDDEN_ORDER,
        "",
        Severity.WARNING,
        "events of one instant are put into the usual order of handling, and a day counts as known at its end; "
        "if a callback shares its instant with what follows it, that may be seen before it",
        _days_are_days(material)
        + "export times with hours and minutes, and map the time of entry (known_at) where there is one",
        figures,
    )


def _days_are_days(material: Material) -> str:
    """The line that has a column of one hour in all rows read as the days that it holds."""
    if not material.columns_of_days:
        return ""
    formats = ", ".join(f'"{written}"' for written in material.formats_of_days)
    return (
        f"time_formats = [{formats}]\nat the top of the description, so that these days count as known at their "
        "end and not at that hour (add the formats of other columns, if they are written otherwise); better:\n"
    )
