"""Columns that count or measure what only the end of an order knows, though they are known before it."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from hotline.calendar import NO_TIME
from hotline.leaks import FindingKind, Severity
from models.audit.ends import Ends
from models.audit.findings import Figure, Finding
from models.audit.material import Column, Material
from models.audit.remedies import column_remedy
from models.audit.separation import coded
from models.audit.timing import COMING

#: Known from the closing on, or from later: such a column may describe the end.
_AT_THE_END = ("closed", "last_event")
_LEAST = 20
#: Equal in nearly all orders.
_SAME = 0.98
#: So much of the column's ranks follows from an end, rising or falling with it in whatever steps, as no early
#: knowledge can; and so much more than from what was planned: an urgency that sets the deadline says nothing
#: of how late the order ends.
_FOLLOWS, _BEYOND_THE_PLAN = 0.9, 0.1
#: Words of so many kinds at most are a state.
_MOST_STATES = 10


def describes_end(material: Material) -> Iterator[Finding]:
    """Columns known before the closing, or the same in all of its events, that tell how an order went on."""
    ends = Ends.of(material)
    for column in material.columns:
        is_early = column.is_constant if column.is_of_event else column.known_from not in _AT_THE_END
        if not is_early:
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
    states = coded(column.words[row[order]])
    if states.max() < _MOST_STATES or column.numbers is not None:
        numbers = column.numbers[row[order]] if column.numbers is not None else None
        yield from _measured(numbers, states, order, ends)
    judged = np.isin(order, material.judged)
    states = states[judged]
    if len(states) and states.max() < _MOST_STATES:
        for what, came in ends.came.items():
            agreeing = _agreement(states, came[order[judged]])
            if agreeing >= _SAME:
                yield what, {"orders": len(states), "agreeing_share": round(agreeing, 3)}


def _counted(numbers: np.ndarray, order: np.ndarray, ends: Ends) -> Iterator[tuple[str, dict[str, Figure]]]:
    for what, count in ends.counts.items():
        is_there = ~np.isnan(numbers)
        here, there = numbers[is_there], count[order][is_there]
        if min(_rarer(here), _rarer(there)) < _LEAST:
            continue
        same = float((here == there).mean())
        if same >= _SAME:
            yield what, {"orders": len(here), "equal_share": round(same, 3)}


def _measured(
    numbers: np.ndarray | None, states: np.ndarray, order: np.ndarray, ends: Ends
) -> Iterator[tuple[str, dict[str, Figure]]]:
    """Lengths of time that the column tells, whole or in steps: days, days begun, late or not."""
    for what, length in ends.lengths.items():
        found = _follows(numbers, states, length.seconds[order])
        if found < _FOLLOWS:
            continue
        planned = length.planned[order] if length.planned is not None else None
        if planned is None or _follows(numbers, states, planned) < found - _BEYOND_THE_PLAN:
            yield what, {"orders": len(order), "follows_share": round(found, 3)}


def _follows(numbers: np.ndarray | None, states: np.ndarray, seconds: np.ndarray) -> float:
    """How much of the column's ranks a rising or falling function of the length explains; 0 where rare."""
    is_there = ~np.isnan(seconds) & (~np.isnan(numbers) if numbers is not None else states >= 0)
    if not is_there.any():
        return 0.0
    length = pd.Series(seconds[is_there]).rank()
    of_state = length.groupby(states[is_there]).transform("mean")
    here = pd.Series(numbers[is_there]) if numbers is not None else of_state
    if min(_rarer(here.to_numpy()), _rarer(length.to_numpy())) < _LEAST:
        return 0.0
    ranks = here.rank().to_numpy()[np.argsort(length.to_numpy(), kind="stable")]
    return max(_explained(ranks), _explained(ranks[::-1]))


def _explained(ranks: np.ndarray) -> float:
    from scipy.optimize import isotonic_regression

    left = float(((ranks - isotonic_regression(ranks).x) ** 2).sum())
    return 1 - left / float(((ranks - ranks.mean()) ** 2).sum())


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
