"""Times that let the future in: written after the callback, describing the end, or hiding the order of events."""

import re
from collections.abc import Iterator

import numpy as np
import pandas as pd

from hotline.calendar import NO_TIME
from hotline.leaks import FindingKind, Severity
from models.audit.findings import Figure, Finding
from models.audit.material import Column, Material
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
_COMING = ("order due_at", "change due_at", "event promised_at", "moments promised_at")
#: Known from the closing on, or from later: such a column may describe the end.
_AT_THE_END = ("closed", "last_event")
#: A rank correlation with how an order ended that no early knowledge reaches.
_SAME_RANKS = 0.97
_SAME = 0.98
_DURATION = "the time"
#: Constant in nearly all orders of a long file.
_CONSTANT = 0.99
#: More ties or days than this hide a good part of the order of events.
_TIED = 0.1


def after_callback(material: Material) -> Iterator[Finding]:
    """Columns of times that follow the callback although training sees them before it."""
    label_at = material.time("label_at")
    for column in material.columns:
        if column.times is None or column.field in _COMING or column.is_of_event:
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


def describes_end(material: Material) -> Iterator[Finding]:
    """Columns known before the closing, or the same in all rows, that count or measure what came later."""
    ends = _ends(material)
    for column in material.columns:
        is_early = column.known_from not in _AT_THE_END and not column.is_of_event
        if not is_early and not (column.is_long and column.constant_share() >= _CONSTANT):
            continue
        found = _described(column, material, ends)
        if found is None:
            continue
        what, figures = found
        yield Finding(
            FindingKind.DESCRIBES_END,
            column.name,
            Severity.SEVERE if column.is_declared else Severity.NOTE,
            f"it is {what}, which nobody knows before the order's end",
            column_remedy(FindingKind.DESCRIBES_END, column),
            {"is": what, **figures},
        )


def _ends(material: Material) -> dict[str, np.ndarray]:
    """What only the end knows, per order: how many events there were of each type, how long it all took."""
    order, orders = material.events["order"].to_numpy(dtype=np.int64), len(material.orders)
    ends = {"the number of events": np.bincount(order, minlength=orders).astype(float)}
    for name, rows in material.events.groupby("type").indices.items():
        ends[f"the number of events {name!r}"] = np.bincount(order[rows], minlength=orders).astype(float)
    received = material.time("received_at")
    for word, name in (("closing", "closed_at"), ("last event", "last_at")):
        end = material.time(name)
        is_known = (end != NO_TIME) & (received != NO_TIME)
        ends[f"{_DURATION} to the {word}"] = np.where(is_known, (end - received) / 1e6, np.nan)
    return ends


def _described(
    column: Column, material: Material, ends: dict[str, np.ndarray]
) -> tuple[str, dict[str, Figure]] | None:
    row = column.rows_by(np.full(len(material.orders), NO_TIME))
    order = np.flatnonzero((row >= 0) & (material.time("last_at") != NO_TIME))
    if len(order) < _LEAST:
        return None
    if column.times is not None:
        for what, name in (("the time of closing", "closed_at"), ("the time of the last event", "last_at")):
            same = float((column.times[row[order]] == material.time(name)[order]).mean())
            if same >= _SAME and column.field not in _COMING:
                return what, {"orders": len(order), "equal_share": round(same, 3)}
        return None
    if column.numbers is None:
        return None
    numbers = column.numbers[row[order]]
    for what, end in ends.items():
        is_there = ~np.isnan(numbers) & ~np.isnan(end[order])
        here, there = numbers[is_there], end[order][is_there]
        if len(here) < _LEAST or min(_rarer(here), _rarer(there)) < _LEAST:
            continue
        same = float((here == there).mean())
        ranks = float(pd.Series(here).rank().corr(pd.Series(there).rank()))
        if same >= _SAME or (what.startswith(_DURATION) and abs(ranks) >= _SAME_RANKS):
            return what, {
                "orders": len(here),
                "equal_share": round(same, 3),
                "rank_correlation": round(ranks, 3),
            }
    return None


def _rarer(values: np.ndarray) -> int:
    """How many do not say what is said most."""
    return len(values) - int(np.unique(values, return_counts=True)[1].max()) if len(values) else 0


def hidden_order(material: Material) -> Iterator[Finding]:
    """Ties and days without a time: what came first can only be guessed."""
    events = material.events
    if len(events) < _LEAST:
        return
    tied = float(events.duplicated(["order", "happened_at"], keep=False).mean())
    days = float(events["is_day"].mean())
    if max(tied, days) < _TIED:
        return
    yield Finding(
        FindingKind.HIDDEN_ORDER,
        "",
        Severity.WARNING,
        "events of one instant are put into the usual order of handling, and a day counts as known at its end; "
        "if a callback shares its instant with what follows it, that may be seen before it",
        "export times with hours and minutes, and map the time of entry (known_at) where there is one",
        {"events": len(events), "tied_share": round(tied, 3), "days_without_time_share": round(days, 3)},
    )
