"""Columns that count or measure what only the end of an order knows, though they are known before it."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from hotline.calendar import NO_TIME
from hotline.leaks import FindingKind, Severity
from models.audit.findings import Figure, Finding
from models.audit.material import Column, Material
from models.audit.remedies import column_remedy
from models.audit.separation import coded
from models.audit.timing import COMING

#: Known from the closing on, or from later: such a column may describe the end.
_AT_THE_END = ("closed", "last_event")
_LEAST = 20
#: Equal in nearly all orders, or ranked alike as no early knowledge can.
_SAME, _SAME_RANKS = 0.98, 0.97
#: Words of so many kinds at most are a state.
_MOST_STATES = 10
#: Of a type's events, how many follow the rating where there is one before they are its consequence.
_NEARLY_ALL = 0.9


@dataclass(frozen=True, eq=False)
class Ends:
    """What only the end knows, one entry an order: counts, lengths of time, moments, whether something came."""

    counts: dict[str, np.ndarray] = field(default_factory=dict)
    lengths: dict[str, np.ndarray] = field(default_factory=dict)
    moments: dict[str, np.ndarray] = field(default_factory=dict)
    came: dict[str, np.ndarray] = field(default_factory=dict)

    @classmethod
    def of(cls, material: Material) -> "Ends":
        """Counted over all events, those after the rating too."""
        events, orders = material.events, len(material.orders)
        order = events["order"].to_numpy(dtype=np.int64)
        found = cls()
        found.counts["the number of events"] = np.bincount(order, minlength=orders)
        found.counts["the number of callbacks"] = material.orders["callbacks"].to_numpy()
        label_at = material.time("label_at")
        received, closed = material.time("received_at"), material.time("closed_at")
        for name, rows in events.groupby("type").indices.items():
            count = np.bincount(order[rows], minlength=orders)
            found.counts[f"the number of events {name!r}"] = count
            rated = rows[label_at[order[rows]] != NO_TIME]
            is_after = events["known_at"].to_numpy()[rated] > label_at[order[rated]]
            if len(rated) and is_after.mean() >= _NEARLY_ALL:
                found.came[f"whether {name!r} follows the rating"] = count > 0
        for word, end in (("closing", closed), ("last event", material.time("last_at"))):
            length = np.where((end != NO_TIME) & (received != NO_TIME), (end - received) / 1e6, np.nan)
            found.lengths[f"the time to the {word}"] = length
            found.moments[f"the time of the {word}"] = end
        return found


def describes_end(material: Material) -> Iterator[Finding]:
    """Columns known before the closing, or the same in all rows, that tell how the order went on."""
    ends = Ends.of(material)
    for column in material.columns:
        is_early = column.known_from not in _AT_THE_END and not column.is_of_event
        if not is_early and not column.is_constant:
            continue
        found = next(_described(column, material, ends), None)
        if found is None:
            continue
        what, figures = found
        yield Finding(
            FindingKind.DESCRIBES_END,
            column.name,
            Severity.SEVERE if column.is_declared else Severity.NOTE,
            f"it is {what}, which nobody knows before",
            column_remedy(FindingKind.DESCRIBES_END, column),
            {"is": what, **figures},
        )


def _described(column: Column, material: Material, ends: Ends) -> Iterator[tuple[str, dict[str, Figure]]]:
    """What the column is, with the figures that say so."""
    row = column.rows_by(np.full(len(material.orders), NO_TIME))
    order = np.flatnonzero((row >= 0) & (material.time("last_at") != NO_TIME))
    if len(order) < _LEAST:
        return
    if column.times is not None:
        times = {} if column.field in COMING else ends.moments
        for what, moment in times.items():
            same = float((column.times[row[order]] == moment[order]).mean())
            if same >= _SAME:
                yield what, {"orders": len(order), "equal_share": round(same, 3)}
        return
    if column.numbers is not None:
        yield from _counted(column.numbers[row[order]], order, ends)
    order = np.intersect1d(order, material.judged)
    states = coded(column.words[row[order]])
    if len(order) and states.max() < _MOST_STATES:
        for what, came in ends.came.items():
            agreeing = _agreement(states, came[order])
            if agreeing >= _SAME:
                yield what, {"orders": len(order), "agreeing_share": round(agreeing, 3)}


def _counted(numbers: np.ndarray, order: np.ndarray, ends: Ends) -> Iterator[tuple[str, dict[str, Figure]]]:
    for what, end in {**ends.counts, **ends.lengths}.items():
        is_there = ~np.isnan(numbers) & ~np.isnan(end[order])
        here, there = numbers[is_there], end[order][is_there]
        if len(here) < _LEAST or min(_rarer(here), _rarer(there)) < _LEAST:
            continue
        same = float((here == there).mean())
        ranks = float(pd.Series(here).rank().corr(pd.Series(there).rank()))
        if same >= _SAME or (what in ends.lengths and abs(ranks) >= _SAME_RANKS):
            figures = {"equal_share": round(same, 3), "rank_correlation": round(ranks, 3)}
            yield what, {"orders": len(here), **figures}


def _agreement(states: np.ndarray, came: np.ndarray) -> float:
    """The least share of either side that the states tell apart; 0 where one side is rare."""
    if min(came.sum(), (~came).sum()) < _LEAST:
        return 0.0
    count, hits = np.bincount(states), np.bincount(states, came)
    is_with = hits > count / 2
    return float(min(hits[is_with].sum() / came.sum(), (count - hits)[~is_with].sum() / (~came).sum()))


def _rarer(values: np.ndarray) -> int:
    """How many do not say what is said most."""
    return len(values) - int(np.unique(values, return_counts=True)[1].max()) if len(values) else 0
