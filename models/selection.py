"""Choosing an estimator inside training: forward in time, with a gap in which labels ripen."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from models.calibration import penalised_logistic
from models.estimators import BoostedTrees, RidgeLogistic, TreeShape, binned

#: A candidate is a ridge by its strength, or trees by their shape and number.
_Candidate = float | tuple[TreeShape, int]

#: Below this many orders of the rarer outcome nothing is chosen: one ridge regression, no trees.
_LEAST_RARER = 50
#: From this many orders on, trees may be larger and one seed is enough.
_MANY_ORDERS = 15_000
_FEW_ORDERS = 5_000
_FEW_ROWS = 25_000
#: The choice looks at this many examples at most; the final fit learns from all.
_MOST_EXAMPLES = 60_000
_HALF = 0.5
_BLENDS = (0.0, 0.25, _HALF, 0.75, 1.0)


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


@dataclass(frozen=True)
class Menu:
    """What is tried for data of a size."""

    shapes: tuple[TreeShape, ...]
    tree_counts: tuple[int, ...]
    ridges: tuple[float, ...]
    folds: int

    @classmethod
    def for_size(cls, orders: int, rarer: int, rows: int) -> "Menu":
        """Few, strongly held candidates for small data; larger trees only where they can be fed.

        Several seeds are averaged where rows are few, for there one seed's luck shows.
        """
        if rarer < _LEAST_RARER:
            return cls((), (), (0.01,), 3)
        seeds = 5 if rows < _FEW_ROWS else 2 if rows < 2 * _FEW_ROWS else 1
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


@dataclass(frozen=True, eq=False)
class Held:
    """What the chosen estimator said of examples later than all that it had learnt from.

    One entry an example: raw log-odds of the choice and of the baseline, stage number, rating, weight.
    """

    log_odds: np.ndarray
    baseline_log_odds: np.ndarray
    stage: np.ndarray
    rating: np.ndarray
    weight: np.ndarray

    def joined(self, other: "Held | None") -> "Held":
        """Both together."""
        if other is None:
            return self
        return Held(**{n: np.concatenate([v, getattr(other, n)]) for n, v in self.__dict__.items()})


def forward_folds(
    received_at: np.ndarray, ripe_at: np.ndarray, folds: int
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Rows to learn from and later rows to judge by, window after window over the last 60 % of orders.

    Only examples ripe (their rating known) when a window begins are learnt from.
    """
    edges = np.quantile(received_at, np.linspace(0.4, 1.0, folds + 1))
    for number in range(folds):
        start, end = edges[number], edges[number + 1]
        learn = (received_at < start) & (ripe_at < start)
        judge = (received_at >= start) & ((received_at < end) | (number == folds - 1))
        yield np.flatnonzero(learn), np.flatnonzero(judge)


def choose(
    X: np.ndarray,
    rating: np.ndarray,
    stage: np.ndarray,
    weight: np.ndarray,
    received_at: np.ndarray,
    ripe_at: np.ndarray,
    orders: int,
    rarer: int,
    seed: int,
    progress: Callable[[str], None],
) -> tuple[Choice, Held | None]:
    """The candidate with the least log-loss on later orders, and its predictions there."""
    menu, y = Menu.for_size(orders, rarer, len(rating)), rating == 0
    default = Choice(TreeShape(), 0, menu.ridges[0], 0.0)
    pieces: list[tuple[np.ndarray, dict[_Candidate, np.ndarray]]] = []
    for number, (learn, judge) in enumerate(forward_folds(received_at, ripe_at, menu.folds)):
        learn = _thin(learn, seed)
        if min(weight[rows][y[rows] == bad].sum() for rows in (learn, judge) for bad in (True, False)) >= 5:
            progress(f"inner fold {number + 1} of {menu.folds}")
            pieces.append((judge, _candidates(menu, X, y, weight, learn, judge, seed)))
    if not pieces:
        return default, None
    rows = np.concatenate([judge for judge, _ in pieces])
    if y[rows].all() or not y[rows].any():
        return default, None
    guesses = {key: np.concatenate([found[key] for _, found in pieces]) for key in pieces[0][1]}
    loss = {key: _loss(guess, y[rows], weight[rows]) for key, guess in guesses.items()}
    ridge = min((key for key in loss if isinstance(key, float)), key=lambda key: loss[key])
    grown = [key for key in loss if not isinstance(key, float)]
    if not grown:
        held = Held(guesses[ridge], guesses[ridge], stage[rows], rating[rows], weight[rows])
        return Choice(TreeShape(), 0, ridge, 0.0), held
    best = min(grown, key=lambda key: loss[key])
    assert isinstance(best, tuple)
    shape, trees = best
    blends = {share: share * guesses[best] + (1 - share) * guesses[ridge] for share in _BLENDS}
    share = _blend(blends, y[rows], weight[rows])
    held = Held(blends[share], guesses[ridge], stage[rows], rating[rows], weight[rows])
    return Choice(shape, trees, ridge, share), held


def _thin(rows: np.ndarray, seed: int) -> np.ndarray:
    if len(rows) <= _MOST_EXAMPLES:
        return rows
    return np.sort(np.random.default_rng(seed).choice(rows, _MOST_EXAMPLES, replace=False))


def _candidates(
    menu: Menu,
    X: np.ndarray,
    y: np.ndarray,
    weight: np.ndarray,
    learn: np.ndarray,
    judge: np.ndarray,
    seed: int,
) -> dict[_Candidate, np.ndarray]:
    found: dict[_Candidate, np.ndarray] = {}
    for C in menu.ridges:
        found[C] = RidgeLogistic.fit(X[learn], y[learn], weight[learn], C, seed).log_odds(X[judge])
    rows = binned(X[learn], y[learn], weight[learn], menu.shapes[0].bins) if menu.shapes else None
    for shape in menu.shapes:
        grown = BoostedTrees.grow(rows, shape, menu.tree_counts[-1], seed)
        for trees in menu.tree_counts:
            found[shape, trees] = grown.log_odds(X[judge], trees)
    return found


def _blend(blends: dict[float, np.ndarray], y: np.ndarray, weight: np.ndarray) -> float:
    """Half of each, unless another blend's loss is better by more than one standard error.

    On a few hundred orders the least loss is often luck, and equal weights are the hardest
    combination to beat.
    """
    losses = {share: _losses(guess, y, weight) for share, guess in blends.items()}
    best = min(losses, key=lambda share: float(weight @ losses[share]))
    worse = losses[_HALF] - losses[best]
    mean = np.average(worse, weights=weight)
    # moments of one order are alike, so the error is that of orders: each weighs one
    error = np.sqrt(np.average((worse - mean) ** 2, weights=weight) / weight.sum())
    return _HALF if mean <= error else best


def _loss(log_odds: np.ndarray, y: np.ndarray, weight: np.ndarray) -> float:
    return float(np.average(_losses(log_odds, y, weight), weights=weight))


def _losses(log_odds: np.ndarray, y: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Log-losses after the best straight line through the log-odds, so that only the shape is compared."""
    design = np.column_stack([np.ones(len(y)), log_odds])
    answer = penalised_logistic(design, y, weight, np.full(2, 1e-3), np.array([0.0, 1.0]))
    z = design @ answer
    return np.logaddexp(0.0, z) - y * z
