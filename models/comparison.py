"""Two models on the same later orders: paired differences with bootstrap intervals, over all and by slice."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from models.judgement import Judgement
from models.metrics import auc, brier, ece, recall_in_riskiest

#: A one-sided test is failed below this share of draws.
LEVEL = 0.05
#: Slices with fewer rated rounds are not judged by themselves; others may lose this much AUC.
LEAST_IN_SLICE, SLICE_MARGIN = 100, 0.03
#: Differences in calibration smaller than these concern nobody, however certain they are.
_ECE_MARGIN, _BRIER_MARGIN = 0.005, 0.002
#: By whom a model must not do worse.
_JUDGED_SLICES = ("street", "company")
_DRAWS = 500

Metric = Callable[[np.ndarray, np.ndarray], float]


@dataclass(frozen=True, eq=False)
class Pairs:
    """The last moments before the rating, one a round, with what both models said of it then.

    `challenger` and `champion` are P(不满意); neither had learnt from these orders.
    """

    truth: np.ndarray
    challenger: np.ndarray
    champion: np.ndarray
    slices: dict[str, np.ndarray]

    @classmethod
    def of(cls, judged: Judgement, champion: np.ndarray) -> "Pairs":
        """The challenger's judgement with the champion's P(不满意) beside it; NaN where it cannot be asked."""
        last = judged.last
        last = last[~np.isnan(champion[last])]
        slices = {name: judged.slices[name][last] for name in _JUDGED_SLICES if name in judged.slices}
        return cls(judged.is_dissatisfied[last], judged.dissatisfied[last], champion[last], slices)

    def __len__(self) -> int:
        return len(self.truth)

    def take(self, rows: np.ndarray) -> "Pairs":
        """The same for some rounds."""
        return Pairs(self.truth[rows], self.challenger[rows], self.champion[rows], {})


@dataclass(frozen=True)
class Difference:
    """A figure of both models and the difference, challenger less champion, with its 95 % interval.

    `p_worse` is the one-sided p-value of "not worse" (within the margin): small if surely worse.
    """

    name: str
    n: int
    challenger: float
    champion: float
    low: float
    high: float
    p_worse: float
    is_worse: bool

    @property
    def figures(self) -> str:
        """The same in one line."""
        return (
            f"{self.challenger:.4f} against {self.champion:.4f}, difference "
            f"{self.challenger - self.champion:+.4f} [{self.low:+.4f}, {self.high:+.4f}], {self.n:,} rated"
        )


def compare(pairs: Pairs, capacity: float, seed: int = 0) -> list[Difference]:
    """Recall among the riskiest share that the desks can call, and calibration, over all rounds."""

    def recall(truth: np.ndarray, p: np.ndarray) -> float:
        return recall_in_riskiest(truth, p, capacity)

    return [
        _difference(f"recall in the riskiest {capacity:.0%}", pairs, recall, seed, sign=1.0, margin=0.0),
        _difference("Brier", pairs, brier, seed, sign=-1.0, margin=_BRIER_MARGIN),
        _difference("ECE", pairs, ece, seed, sign=-1.0, margin=_ECE_MARGIN),
    ]


def compare_auc(pairs: Pairs, seed: int = 0) -> Difference:
    """The ranking over all rounds: told, and no gate of its own."""
    return _difference("AUC", pairs, auc, seed, sign=1.0, margin=0.0)


def compare_slices(pairs: Pairs, seed: int = 0) -> list[Difference]:
    """The AUC for every street and company with enough rated rounds, Holm-adjusted over all of them.

    A slice is worse if the challenger's AUC there is surely lower by more than the margin.
    """
    found = []
    for kind, words in pairs.slices.items():
        for word in sorted({word for word in words if word is not None}):
            rows = np.flatnonzero(words == word)
            part = pairs.take(rows)
            if len(rows) < LEAST_IN_SLICE or part.truth.all() or not part.truth.any():
                continue
            found.append(_difference(f"AUC {kind} {word}", part, auc, seed, sign=1.0, margin=SLICE_MARGIN))
    adjusted = holm(np.array([row.p_worse for row in found]))
    return [
        Difference(**{**row.__dict__, "p_worse": float(p), "is_worse": bool(p < LEVEL)})
        for row, p in zip(found, adjusted, strict=True)
    ]


def holm(p: np.ndarray) -> np.ndarray:
    """Holm's step-down adjustment of p-values.

    >>> holm(np.array([0.01, 0.04, 0.03])).round(2).tolist()
    [0.03, 0.06, 0.06]
    """
    order = np.argsort(p, kind="stable")
    stepped = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    adjusted = np.empty(len(p))
    adjusted[order] = np.minimum(stepped, 1.0)
    return adjusted


def _difference(name: str, pairs: Pairs, metric: Metric, seed: int, sign: float, margin: float) -> Difference:
    """The metric of both, drawing whole rounds; `sign` is +1 where more is better."""
    new, old = metric(pairs.truth, pairs.challenger), metric(pairs.truth, pairs.champion)
    rng = np.random.default_rng(seed)
    drawn = np.array(
        [_drawn(pairs, rng.integers(len(pairs), size=len(pairs)), metric) for _ in range(_DRAWS)]
    )
    drawn = drawn[~np.isnan(drawn)]
    if not len(drawn):
        return Difference(name, len(pairs), new, old, float("nan"), float("nan"), float("nan"), True)
    low, high = np.quantile(drawn, [0.025, 0.975])
    p_worse = float((sign * drawn >= -margin).mean())
    return Difference(name, len(pairs), new, old, float(low), float(high), p_worse, p_worse < LEVEL)


def _drawn(pairs: Pairs, rows: np.ndarray, metric: Metric) -> float:
    truth = pairs.truth[rows]
    return metric(truth, pairs.challenger[rows]) - metric(truth, pairs.champion[rows])
