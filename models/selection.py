"""Choosing an estimator inside training: what is tried for data of a size, and what is kept of it."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from models.folds import Folds
from models.trees import TreeShape

#: Below this many orders of the rarer outcome nothing is chosen: one ridge regression, no trees.
_LEAST_RARER = 50
#: From this many orders on, trees may be larger and one seed is enough.
_MANY_ORDERS = 15_000
_FEW_ORDERS = 5_000
_FEW_ROWS = 25_000
_HALF = 0.5


@dataclass(frozen=True)
class Choice:
    """What was chosen: trees (shape and number), the ridge, and how much of the trees goes in the blend."""

    shape: TreeShape
    trees: int
    C: float
    trees_share: float

    @property
    def name(self) -> str:
        """The choice in one word."""
        return {0.0: "logistic", 1.0: "lightgbm"}.get(self.trees_share, "blend")

    def to_json(self) -> dict[str, Any]:
        """What `from_json` reads, to the last digit."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Choice":
        """The choice that was stored."""
        return cls(**{**stored, "shape": TreeShape(**stored["shape"])})


@dataclass(frozen=True)
class Menu:
    """What is tried for data of a size."""

    shapes: tuple[TreeShape, ...]
    tree_counts: tuple[int, ...]
    ridges: tuple[float, ...]
    folds: int
    shares: tuple[float, ...] = (0.0, 0.25, _HALF, 0.75, 1.0)

    @classmethod
    def for_size(cls, orders: int, rarer: int, rows: int) -> "Menu":
        """Few, strongly held candidates for small data; larger trees only where they can be fed.

        Several seeds are averaged where rows are few, for there one seed's luck shows.
        """
        if rarer < _LEAST_RARER:
            return cls((), (), (0.01,), 3)
        seeds = 5 if rows < _FEW_ROWS else 2 if rows < 2 * _FEW_ROWS else 1
        if orders < _FEW_ORDERS and rows >= 2 * _FEW_ROWS:  # long lives: each order tells of many moments
            long = tuple(TreeShape(leaves, 40, 0.05, 0.5, 0.6, 20.0, seeds) for leaves in (8, 16))
            return cls(long, (40, 90, 160, 250, 350), (0.003, 0.03, 0.3), 2)
        if orders < _FEW_ORDERS:
            shapes = (
                TreeShape(4, 60, 0.05, 0.5, 0.6, 20.0, seeds),
                TreeShape(8, 40, 0.05, 0.5, 0.6, 20.0, seeds),
            )
            return cls(shapes, (20, 40, 70, 110, 160), (0.003, 0.03, 0.3), 4 if rows < _FEW_ROWS else 2)
        if orders < _MANY_ORDERS:
            shapes = (
                TreeShape(6, 80, 0.08, 0.4, 0.7, 20.0, seeds),
                TreeShape(12, 80, 0.08, 0.4, 0.7, 20.0, seeds),
            )
            return cls(shapes, (30, 60, 90, 120, 160), (0.03,), 3)
        return cls((TreeShape(15, 200, 0.08, 0.5, 0.7, 20.0, 1, 63),), (60, 100, 150, 200, 300), (0.03,), 2)

    def only(self, choice: Choice) -> "Menu":
        """The same with nothing but an earlier choice on it."""
        has_trees = choice.trees > 0
        return replace(
            self,
            shapes=(choice.shape,) if has_trees else (),
            tree_counts=(choice.trees,) if has_trees else (),
            ridges=(choice.C,),
            shares=(choice.trees_share,),
        )


@dataclass(frozen=True, eq=False)
class Held:
    """What the chosen estimator said of examples later than all that it had learnt from.

    One entry an example: raw log-odds of the choice and of the baseline, stage number, rating, weight, and
    the number of the window that it stands in.
    """

    log_odds: np.ndarray
    baseline_log_odds: np.ndarray
    stage: np.ndarray
    rating: np.ndarray
    weight: np.ndarray
    window: np.ndarray

    def joined(self, other: "Held | None") -> "Held":
        """Both together."""
        if other is None:
            return self
        return Held(**{n: np.concatenate([v, getattr(other, n)]) for n, v in self.__dict__.items()})


#: A way to choose: from folds and a menu to the choice and what it said of later examples.
Search = Callable[[Folds, Menu], tuple[Choice, Held | None]]


def choose(folds: Folds, menu: Menu) -> tuple[Choice, Held | None]:
    """The candidate with the least log-loss on later orders, and its predictions there."""
    if not folds.can_judge:
        return Choice(TreeShape(), 0, menu.ridges[0], 0.0), None
    C, ridge = best_ridge(folds, menu.ridges)
    grown = {
        (shape, count): said
        for shape in menu.shapes
        for count, said in folds.trees(shape, menu.tree_counts).items()
    }
    if not grown:
        return Choice(TreeShape(), 0, C, 0.0), held_of(folds, ridge, ridge)
    shape, count = min(grown, key=lambda key: folds.loss(grown[key]))
    share, blend = blended(folds, grown[shape, count], ridge, menu.shares)
    return Choice(shape, count, C, share), held_of(folds, blend, ridge)


def only(choice: Choice) -> Search:
    """A search that finds an earlier choice again, and what it says of later examples."""
    return lambda folds, menu: choose(folds, menu.only(choice))


def best_ridge(folds: Folds, ridges: tuple[float, ...]) -> tuple[float, np.ndarray]:
    """The ridge with the least loss, and its log-odds."""
    said = {C: folds.ridge(C) for C in ridges}
    best = min(said, key=lambda C: folds.loss(said[C]))
    return best, said[best]


def blended(
    folds: Folds, trees: np.ndarray, ridge: np.ndarray, shares: tuple[float, ...]
) -> tuple[float, np.ndarray]:
    """The share of the trees in the blend, and the blend.

    Half of each, unless another share's loss is better by more than one standard error: on a few hundred
    orders the least loss is often luck, and equal weights are the hardest combination to beat.
    """
    blends = {share: share * trees + (1 - share) * ridge for share in shares}
    best = min(blends, key=lambda share: folds.loss(blends[share]))
    if _HALF in blends:
        gain, error = folds.gain(blends[_HALF], blends[best])
        best = _HALF if gain <= error else best
    return best, blends[best]


def held_of(folds: Folds, log_odds: np.ndarray, baseline: np.ndarray) -> Held:
    """What was said of the rows judged by, with their stages, ratings and weights."""
    rows, material = folds.rows, folds.material
    return Held(
        log_odds, baseline, material.stage[rows], material.rating[rows], material.weight[rows], folds.window
    )
