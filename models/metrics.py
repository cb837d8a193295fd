"""How good probabilities are: ranking, calibration and the four levels, with weights and intervals."""

from dataclasses import dataclass

import numpy as np

Floats = np.ndarray


def auc(truth: np.ndarray, score: Floats, weight: Floats | None = None) -> float:
    """Area under the ROC curve, ties counted half; NaN where only one class is there.

    >>> auc(np.array([0, 0, 1, 1]), np.array([0.1, 0.4, 0.35, 0.8]))
    0.75
    """
    weight = np.ones(len(score)) if weight is None else weight
    truth = truth.astype(bool)
    if truth.all() or not truth.any():
        return float("nan")
    order = np.argsort(score, kind="stable")
    score, truth, weight = score[order], truth[order], weight[order]
    _, start = np.unique(score, return_index=True)
    positive = np.add.reduceat(weight * truth, start)
    negative = np.add.reduceat(weight * ~truth, start)
    below = np.cumsum(negative) - negative
    return float((positive * (below + negative / 2)).sum() / (positive.sum() * negative.sum()))


def average_precision(truth: np.ndarray, score: Floats, weight: Floats | None = None) -> float:
    """Mean precision over the recalls reached, going down from the highest score; NaN without positives."""
    weight = np.ones(len(score)) if weight is None else weight
    if not truth.any():
        return float("nan")
    order = np.argsort(-score, kind="stable")
    score, hit, weight = score[order], (truth.astype(float) * weight)[order], weight[order]
    last = np.append(np.flatnonzero(np.diff(score)), len(score) - 1)
    hits, seen = np.cumsum(hit)[last], np.cumsum(weight)[last]
    return float(np.sum(np.diff(hits, prepend=0.0) * hits / seen) / hits[-1])


def brier(truth: np.ndarray, probability: Floats, weight: Floats | None = None) -> float:
    """Mean squared error of the probability."""
    return float(np.average((probability - truth) ** 2, weights=weight))


def ece(truth: np.ndarray, probability: Floats, weight: Floats | None = None, bins: int = 10) -> float:
    """Expected calibration error over bins of equal weight."""
    weight = np.ones(len(probability)) if weight is None else weight
    if not len(probability):
        return float("nan")
    order = np.argsort(probability, kind="stable")
    share = np.cumsum(weight[order]) / weight.sum()
    bin_of = np.minimum((share * bins - 1e-9).astype(int), bins - 1)
    gap = np.bincount(bin_of, (weight * (probability - truth))[order], minlength=bins)
    return float(np.abs(gap).sum() / weight.sum())


def perfect_ece(probability: Floats, draws: int, seed: int = 0) -> float:
    """What the ECE of these probabilities, were they all true, stays under in 95 of 100 draws."""
    if not len(probability):
        return float("nan")
    rng = np.random.default_rng(seed)
    found = [ece(rng.random(len(probability)) < probability, probability) for _ in range(draws)]
    return float(np.quantile(found, 0.95))


def ranked_probability_score(
    rating: np.ndarray, probabilities: Floats, weight: Floats | None = None
) -> float:
    """Mean squared distance of the cumulative probabilities (n × 4) from the rating that came."""
    came = (rating[:, None] <= np.arange(probabilities.shape[1] - 1)).astype(float)
    distance = ((np.cumsum(probabilities, axis=1)[:, :-1] - came) ** 2).mean(axis=1)
    return float(np.average(distance, weights=weight))


def recall_in_riskiest(truth: np.ndarray, score: Floats, share: float = 0.10) -> float:
    """Share of all dissatisfied that stand among the riskiest orders; NaN without any dissatisfied."""
    if not truth.any():
        return float("nan")
    taken = max(1, round(share * len(score)))
    riskiest = np.argsort(-score, kind="stable")[:taken]
    return float(truth[riskiest].sum() / truth.sum())


@dataclass(frozen=True)
class Interval:
    """A 95 % interval."""

    low: float
    high: float


def auc_interval(
    truth: np.ndarray,
    score: Floats,
    order: np.ndarray,
    weight: Floats | None = None,
    draws: int = 500,
    seed: int = 0,
) -> Interval:
    """The bootstrap interval of the AUC, drawing whole orders, not moments; NaN with one class only."""
    weight = np.ones(len(score)) if weight is None else weight
    _, group = np.unique(order, return_inverse=True)
    groups = int(group.max()) + 1 if len(group) else 0
    rng = np.random.default_rng(seed)
    sequence = np.argsort(score, kind="stable")
    score, truth, weight, group = score[sequence], truth[sequence], weight[sequence], group[sequence]
    drawn = []
    for _ in range(draws if groups > 1 else 0):
        times = np.bincount(rng.integers(groups, size=groups), minlength=groups)[group]
        value = auc(truth[times > 0], score[times > 0], (weight * times)[times > 0])
        if not np.isnan(value):
            drawn.append(value)
    if not drawn:
        return Interval(float("nan"), float("nan"))
    low, high = np.quantile(drawn, [0.025, 0.975])
    return Interval(float(low), float(high))
