"""Figures of companies, communities or categories that were computed from the very ratings to be foreseen."""

from collections.abc import Iterator

import numpy as np

from hotline.calendar import NO_TIME
from hotline.leaks import FindingKind, Severity
from hotline.satisfaction import WEIGHTS
from models.audit.findings import Finding
from models.audit.material import Column, Material
from models.audit.remedies import column_remedy
from models.audit.separation import coded

_GROUPED_BY = tuple(f"order {name}" for name in ("company", "manager", "community", "street", "category"))
_LEAST_GROUPS, _LEAST_IN_GROUP = 10, 5
_CONSTANT = 0.99
#: Figures of another time differ from these ratings by their chance, and more; a tenth of it is no accident.
_OF_CHANCE = 0.1


def computed_from_ratings(material: Material) -> Iterator[Finding]:
    """Columns of numbers that are, group by group, the share or mean of the extract's own ratings."""
    groupings = [column for column in material.columns if column.field in _GROUPED_BY]
    for column in material.columns:
        if column.numbers is None or column.is_of_event:
            continue
        for grouping in groupings:
            found = _closeness(column, grouping, material)
            if found is None or found[0] > _OF_CHANCE:
                continue
            yield Finding(
                FindingKind.COMPUTED_FROM_RATINGS,
                column.name,
                Severity.SEVERE if column.is_declared else Severity.NOTE,
                f"for each value of {grouping.name} it is what the ratings of this very extract come to: each order's "
                "own rating, and later ones, are in it",
                column_remedy(FindingKind.COMPUTED_FROM_RATINGS, column),
                {"by": grouping.name, "groups": found[1], "distance_over_chance": round(found[0], 4)},
            )
            break


def _closeness(column: Column, grouping: Column, material: Material) -> tuple[float, int] | None:
    """How far the groups' ratings lie from the column, over what chance alone makes of them; groups."""
    anytime = np.full(len(material.orders), NO_TIME)
    row, group_row = (c.rows_by(anytime)[material.judged] for c in (column, grouping))
    both = (row >= 0) & (group_row >= 0)
    numbers = np.asarray(column.numbers)[row[both]]
    code = coded(grouping.words[group_row[both]])
    rating = material.orders["rating"].to_numpy(dtype=float)[material.judged][both].astype(int)
    if not len(code):
        return None
    count = np.bincount(code)
    value = np.bincount(code, numbers) / count
    is_constant = np.isclose(numbers, value[code], rtol=1e-6, atol=1e-9).mean() >= _CONSTANT
    large = count >= _LEAST_IN_GROUP
    if not is_constant or large.sum() < _LEAST_GROUPS or np.ptp(value[large]) == 0:
        return None
    outcomes = (rating == 0, np.array(WEIGHTS)[rating], rating)
    return min(_distance(value[large], o.astype(float), code, large, count[large]) for o in outcomes), int(
        large.sum()
    )


def _distance(
    value: np.ndarray, outcome: np.ndarray, code: np.ndarray, large: np.ndarray, count: np.ndarray
) -> float:
    mean = (np.bincount(code, outcome) / np.bincount(code))[large]
    spread = np.bincount(code, (outcome - outcome.mean()) ** 2)[large].sum() / count.sum()
    weight = np.sqrt(count)
    slope, base = np.polyfit(value, mean, 1, w=weight)
    residual = (count * (mean - base - slope * value) ** 2).sum() / (len(count) - 2)
    return float(residual / spread) if spread > 0 else np.inf
