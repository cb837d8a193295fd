"""Figures of companies, communities or categories that were computed from the very ratings to be foreseen."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from hotline.calendar import NO_TIME
from hotline.leaks import FindingKind, Severity
from hotline.satisfaction import WEIGHTS
from models.audit.findings import Figure, Finding
from models.audit.material import Column, Material
from models.audit.remedies import column_remedy
from models.audit.separation import coded

_GROUPED_BY = tuple(f"order {name}" for name in ("company", "manager", "community", "street", "category"))
_LEAST_GROUPS, _LEAST_IN_GROUP = 10, 5
_CONSTANT = 0.99
#: Figures of another time differ from these ratings by their chance, and more; a tenth of it is no accident.
_OF_CHANCE = 0.1
#: An order of groups that a figure of another time would keep more rarely than this is these ratings' own.
_KEPT, _DRAWS, _EQUAL = 0.005, 2000, 1e-9


def computed_from_ratings(material: Material) -> Iterator[Finding]:
    """Columns of numbers that are, group by group, the share, mean or rank of the extract's own ratings."""
    groupings = _groupings(material)
    for column in material.columns:
        if column.numbers is None or column.is_of_event:
            continue
        for title, group in groupings.items():
            found = _likeness(column, group, material)
            if found is None:
                continue
            yield Finding(
                FindingKind.COMPUTED_FROM_RATINGS,
                column.name,
                Severity.SEVERE if column.is_declared else Severity.NOTE,
                f"for each value of {title} it is what the ratings of this very extract come to: each order's "
                "own rating, and later ones, are in it",
                column_remedy(FindingKind.COMPUTED_FROM_RATINGS, column),
                {"by": title, **found},
            )
            break


def _groupings(material: Material) -> dict[str, np.ndarray]:
    """A code for each judged order's company, community …, and each two of them; −1 where one is missing."""
    anytime = np.full(len(material.orders), NO_TIME)
    single: dict[str, np.ndarray] = {}
    for column in material.columns:
        if column.field in _GROUPED_BY and column.name not in single:
            row = column.rows_by(anytime)[material.judged]
            words = column.words[row]
            words[row < 0] = None
            single[column.name] = coded(words)
    pairs = {}
    for (one, first), (other, second) in combinations(single.items(), 2):
        both = first * (int(second.max(initial=0)) + 1) + second
        pairs[f"{one} and {other}"] = np.where((first >= 0) & (second >= 0), both, -1)
    return single | pairs


def _likeness(column: Column, group: np.ndarray, material: Material) -> dict[str, Figure] | None:
    """How like the column is to what the groups' ratings come to, if no other source could be so like."""
    row = column.rows_by(np.full(len(material.orders), NO_TIME))[material.judged]
    both = (row >= 0) & (group >= 0)
    numbers = np.asarray(column.numbers)[row[both]]
    rating = material.orders["rating"].to_numpy(dtype=float)[material.judged][both].astype(int)
    if not len(numbers):
        return None
    _, code = np.unique(group[both], return_inverse=True)
    count = np.bincount(code)
    value = np.bincount(code, numbers) / count
    is_constant = np.isclose(numbers, value[code], rtol=1e-6, atol=1e-9).mean() >= _CONSTANT
    large = count >= _LEAST_IN_GROUP
    if not is_constant or large.sum() < _LEAST_GROUPS or np.ptp(value[large]) == 0:
        return None
    outcomes = (rating == 0, np.array(WEIGHTS)[rating], rating)
    groups = [Grouped.of(outcome.astype(float), code, large) for outcome in outcomes]
    distance = min(_distance(value[large], grouped) for grouped in groups)
    if distance <= _OF_CHANCE:
        return {"groups": int(large.sum()), "distance_over_chance": round(distance, 4)}
    if any(_is_their_order(value[large], grouped) for grouped in groups):
        return {"groups": int(large.sum()), "in_the_same_order": int(large.sum())}
    return None


@dataclass(frozen=True, eq=False)
class Grouped:
    """An outcome by group: how many orders, their mean, and the outcome's variance within groups of all."""

    count: np.ndarray
    mean: np.ndarray
    spread: float

    @classmethod
    def of(cls, outcome: np.ndarray, code: np.ndarray, large: np.ndarray) -> "Grouped":
        """Of the groups that are large enough."""
        count = np.bincount(code)
        mean = (np.bincount(code, outcome) / count)[large]
        around = np.bincount(code, (outcome - outcome.mean()) ** 2)[large].sum()
        return cls(count[large], mean, float(around / count[large].sum()))


def _distance(value: np.ndarray, grouped: Grouped) -> float:
    slope, base = np.polyfit(value, grouped.mean, 1, w=np.sqrt(grouped.count))
    residual = (grouped.count * (grouped.mean - base - slope * value) ** 2).sum() / (len(value) - 2)
    return float(residual / grouped.spread) if grouped.spread > 0 else np.inf


def _is_their_order(value: np.ndarray, grouped: Grouped) -> bool:
    """Whether the groups stand in the very order of their ratings, as no figure of another time would.

    Such a figure differs from these by its own chance and by theirs: drawn so, it hardly ever keeps the order.
    """
    if len(np.unique(value)) < _LEAST_GROUPS:
        return False
    means = grouped.mean[np.argsort(value, kind="stable")]
    if not any((np.diff(way) >= -_EQUAL).all() for way in (means, -means)):
        return False
    rising = np.argsort(grouped.mean)
    error = np.sqrt(2 * grouped.spread / grouped.count[rising])
    again = np.random.default_rng(0).normal(grouped.mean[rising], error, (_DRAWS, len(rising)))
    return bool((np.diff(again, axis=1) >= 0).all(axis=1).mean() < _KEPT)
