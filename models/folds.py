"""Forward folds: candidates learn from earlier, ripe examples and are compared on later ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from models.calibration import penalised_logistic
from models.ridge import RidgeLogistic
from models.trees import BoostedTrees, TreeShape, binned

#: The choice looks at this many examples at most; the final fit learns from all.
_MOST_EXAMPLES = 60_000
#: A fold counts only if both outcomes weigh this many orders on both of its sides.
_LEAST_WEIGHT = 5
#: The first window begins after this share of the orders.
_FIRST = 0.4


@dataclass(frozen=True, eq=False)
class Material:
    """What estimators are chosen on, one entry an example.

    ripe_at : from when the example may be learnt from, microseconds
    embargo : how long before a window begins receipts are left out, so that whole cohorts are rated
    orders, rarer : how many orders there are, and of the rarer outcome
    """

    X: np.ndarray
    rating: np.ndarray
    stage: np.ndarray
    weight: np.ndarray
    received_at: np.ndarray
    ripe_at: np.ndarray
    embargo: int
    orders: int
    rarer: int

    @cached_property
    def is_dissatisfied(self) -> np.ndarray:
        """Whether each example's round ended in 不满意."""
        return self.rating == 0


@dataclass(frozen=True, eq=False)
class Fold:
    """Rows to learn from and later rows to judge by."""

    material: Material
    learn: np.ndarray
    judge: np.ndarray
    seed: int

    def ridge(self, C: float) -> np.ndarray:
        """What a ridge regression says of the later rows, in log-odds; tuning asks again for the menu's."""
        if C not in self._ridges:
            learnt = RidgeLogistic.of_ratings(*self._learnt, C, self.seed)
            self._ridges[C] = learnt.log_odds(self.material.X[self.judge])
        return self._ridges[C]

    def trees(self, shape: TreeShape, counts: Sequence[int]) -> dict[int, np.ndarray]:
        """The same of trees of one shape, after each of these (ascending) numbers of them."""
        X, rating, weight = self._learnt
        grown = BoostedTrees.grow(self._binned(shape.bins), rating, shape, counts[-1], self.seed)
        judge = self.material.X[self.judge]
        return {count: grown.levelled(X, rating, weight, count).log_odds(judge) for count in counts}

    def _binned(self, bins: int) -> Any:
        """The rows as LightGBM reads them; binning costs as much as many trees, so growths share it."""
        if bins not in self._binned_rows:
            X, _, weight = self._learnt
            self._binned_rows[bins] = binned(X, weight, bins)
        return self._binned_rows[bins]

    @cached_property
    def _learnt(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        m, rows = self.material, self.learn
        return m.X[rows], m.rating[rows], m.weight[rows]

    @cached_property
    def _binned_rows(self) -> dict[int, Any]:
        return {}

    @cached_property
    def _ridges(self) -> dict[float, np.ndarray]:
        return {}


@dataclass(frozen=True, eq=False)
class Folds:
    """The folds on which candidates are compared: window after window over the last orders."""

    material: Material
    folds: tuple[Fold, ...]

    @classmethod
    def of(cls, material: Material, count: int, seed: int) -> "Folds":
        """So many windows; those with too few orders of either outcome are left out."""
        found = []
        for learn, judge in forward_rows(material.received_at, material.ripe_at, count, material.embargo):
            fold = Fold(material, _thin(learn, seed), judge, seed)
            if _is_told(fold):
                found.append(fold)
        return cls(material, tuple(found))

    @cached_property
    def rows(self) -> np.ndarray:
        """The rows judged by, fold after fold."""
        return np.concatenate([fold.judge for fold in self.folds])

    @cached_property
    def window(self) -> np.ndarray:
        """The number of the window that each of these rows stands in."""
        return np.concatenate([np.full(len(fold.judge), number) for number, fold in enumerate(self.folds)])

    @property
    def can_judge(self) -> bool:
        """Whether there is anything to compare candidates by."""
        return bool(self.folds)

    def ridge(self, C: float) -> np.ndarray:
        """A ridge regression's log-odds of all rows judged by."""
        return np.concatenate([fold.ridge(C) for fold in self.folds])

    def trees(self, shape: TreeShape, counts: Sequence[int]) -> dict[int, np.ndarray]:
        """The log-odds of trees of one shape, after each of these numbers of them."""
        found = [fold.trees(shape, counts) for fold in self.folds]
        return {count: np.concatenate([said[count] for said in found]) for count in counts}

    def loss(self, log_odds: np.ndarray) -> float:
        """The mean log-loss of what a candidate says of the rows judged by."""
        return float(np.average(self.losses(log_odds), weights=self._weight))

    def losses(self, log_odds: np.ndarray) -> np.ndarray:
        """Log-losses after the best straight line through the log-odds, so that only the shape is compared."""
        y = self.material.is_dissatisfied[self.rows]
        design = np.column_stack([np.ones(len(y)), log_odds])
        line = penalised_logistic(design, y, self._weight, np.full(2, 1e-3), np.array([0.0, 1.0]))
        z = design @ line
        return np.logaddexp(0.0, z) - y * z

    def gain(self, old: np.ndarray, new: np.ndarray) -> tuple[float, float]:
        """By how much the mean loss falls from one candidate's log-odds to another's, and its standard error.

        Moments of one order are alike, so the error is that of orders: each weighs one.
        """
        better = self.losses(old) - self.losses(new)
        mean = float(np.average(better, weights=self._weight))
        spread = np.average((better - mean) ** 2, weights=self._weight)
        return mean, float(np.sqrt(spread / self._weight.sum()))

    @cached_property
    def _weight(self) -> np.ndarray:
        return self.material.weight[self.rows]


def forward_rows(
    received_at: np.ndarray, ripe_at: np.ndarray, windows: int, embargo: int
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Rows to learn from and later rows to judge by, window after window over the last 60 % of orders.

    Only examples ripe when a window begins, of cohorts received the embargo before it, are learnt from.
    """
    edges = np.quantile(received_at, np.linspace(_FIRST, 1.0, windows + 1))
    found = []
    for number in range(windows):
        start, end = edges[number], edges[number + 1]
        learn = (received_at < start - embargo) & (ripe_at < start)
        judge = (received_at >= start) & ((received_at < end) | (number == windows - 1))
        found.append((np.flatnonzero(learn), np.flatnonzero(judge)))
    return found


def _is_told(fold: Fold) -> bool:
    bad, weight = fold.material.is_dissatisfied, fold.material.weight
    sides = [
        weight[rows][bad[rows] == outcome] for rows in (fold.learn, fold.judge) for outcome in (True, False)
    ]
    return min(side.sum() for side in sides) >= _LEAST_WEIGHT


def _thin(rows: np.ndarray, seed: int) -> np.ndarray:
    if len(rows) <= _MOST_EXAMPLES:
        return rows
    return np.sort(np.random.default_rng(seed).choice(rows, _MOST_EXAMPLES, replace=False))
