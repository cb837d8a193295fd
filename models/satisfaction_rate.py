"""满意率 of everybody who was called: as the rated tell it, corrected for who answers, and how far it may err."""

from dataclasses import dataclass

import numpy as np

from features.arrays import Floats, Ints
from hotline.satisfaction import WEIGHTS
from models.calibration import LevelMap
from models.metrics import Interval
from models.response import LEAST, RIDGE, Calls, Response, folds_of
from models.ridge import RidgeLogistic

#: The silent may hold any rating at most so many times as often, or as seldom, as those who answered in
#: the same circumstances. Nothing in the data tells this figure: it says how much mood one allows for.
FACTOR = 2.0
_95_PERCENT = 1.96
_POINTS = np.array(WEIGHTS)


@dataclass(frozen=True)
class Estimate:
    """A figure with the 95 % interval of its sampling; drawing orders, not rounds."""

    value: float
    interval: Interval


@dataclass(frozen=True)
class CorrectedRate:
    """满意率 (0–1) of all rounds called back.

    rate     : if who answers depends on nothing but what was known before the call
    shift    : how far that lies above the naive rate
    allowing : where it lies if mood moves the silent by up to `factor`, sampling included
    """

    rate: Estimate
    shift: Estimate
    factor: float
    allowing: Interval


def naive_rate(calls: Calls) -> Estimate:
    """满意率 of the rated alone, as the indicator is counted today; NaN where nobody rated."""
    if not calls.is_rated.any():
        return Estimate(float("nan"), Interval(float("nan"), float("nan")))
    rated = calls.take(np.flatnonzero(calls.is_rated))
    return _rate(_points(rated), rated.frame.order)


def extreme_rates(calls: Calls) -> tuple[Estimate, Estimate]:
    """满意率 of all rounds called back if all the silent were 不满意, and if all were 满意."""
    points, order = np.nan_to_num(_points(calls)), calls.frame.order
    return _rate(points, order), _rate(points + ~calls.is_rated, order)


def corrected_rate(response: Response, factor: float = FACTOR, seed: int = 0) -> CorrectedRate | None:
    """The rate of all rounds called back; None where who answers cannot be told.

    `factor` is at least 1; with 1 the silent are taken to be as the rated in the same circumstances.
    """
    if factor < 1:
        raise ValueError(f"a factor of {factor}: the silent differ by 1 (not at all) or more")
    if response.chance is None:
        return None
    calls, silent = response.calls, ~response.calls.is_rated
    order, points = calls.frame.order, np.nan_to_num(_points(calls))
    levels = expected_levels(calls, seed)
    expected = levels @ _POINTS
    values = doubly_robust(points, expected, response)
    naive = points[~silent].mean()
    share_of_naive = ~silent / (~silent).mean() * (points - naive) + naive
    low, high = bounds(levels, factor)
    lowest = _rate(values - silent * (expected - low), order).interval.low
    highest = _rate(values + silent * (high - expected), order).interval.high
    return CorrectedRate(
        rate=_rate(values, order),
        shift=_mean(values - share_of_naive, order),
        factor=factor,
        allowing=Interval(lowest, highest),
    )


def _points(calls: Calls) -> Floats:
    """Points of each round's rating; NaN where there is none."""
    level = np.nan_to_num(calls.rating).astype(int)
    return np.where(calls.is_rated, _POINTS[level], np.nan)


def doubly_robust(points: Floats, expected: Floats, response: Response) -> Floats:
    """Per round, the points to be expected plus what the rated showed to be wrong with that.

    The mean is right if either the chance of a rating or the expected points are; `points` of the silent
    count for nothing.
    """
    weight = response.weight * response.calls.is_rated
    return expected + weight / weight.mean() * (points - expected)


def bounds(levels: Floats, factor: float) -> tuple[Floats, Floats]:
    """The least and most points to be expected of a silent citizen, one entry a row of `levels` (n × 4).

    Any rating may be up to `factor` times as likely as `levels` says, or as much less, and all still sum
    to 1: so the worst case puts `factor` on the worst 1 / (1 + factor) of the chances.

    >>> low, high = bounds(np.array([[0.25, 0.0, 0.0, 0.75]]), 3.0)
    >>> low.round(3).tolist(), high.round(3).tolist()
    ([0.25], [0.917])
    """
    tail = 1.0 / (1.0 + factor)
    worst = _mean_of_first(levels, _POINTS, tail)
    best = _mean_of_first(levels[:, ::-1], _POINTS[::-1], tail)
    mean, more = levels @ _POINTS / factor, 1.0 - 1.0 / factor
    return mean + more * worst, mean + more * best


def _mean_of_first(chances: Floats, points: Floats, share: float) -> Floats:
    """The mean points of the first `share` of the chances, level by level."""
    before = np.cumsum(chances, axis=1) - chances
    return np.clip(share - before, 0.0, chances) @ points / share


def expected_levels(calls: Calls, seed: int = 0) -> Floats:
    """P(不满意, 一般, 基本满意, 满意) of each round (n × 4), learnt from the rated of other orders."""
    levels = np.empty((len(calls), len(WEIGHTS)))
    for held in folds_of(calls.frame.order, seed):
        rows = np.flatnonzero(~held & calls.is_rated)
        levels[held] = _learnt_levels(calls.matrix[rows], calls.rating[rows].astype(int), calls.matrix[held])
    return levels


def _learnt_levels(X: Floats, rating: Ints, asked: Floats) -> Floats:
    """By a ridge regression for 不满意 and a map to the other levels; overall shares where few differ."""
    bad, weight = rating == 0, np.ones(len(rating))
    if min(bad.sum(), (~bad).sum()) < LEAST:
        return np.tile(np.bincount(rating, minlength=len(WEIGHTS)) / len(rating), (len(asked), 1))
    ridge = RidgeLogistic.fit(X, bad, weight, RIDGE)
    return LevelMap.fit(ridge.log_odds(X), rating, weight).probabilities(ridge.log_odds(asked))


def _rate(values: Floats, order: Ints) -> Estimate:
    """A mean of points; its interval stays within 0 and 1, and is none too sure where few or all alike rated.

    The spread is taken as if four orders more, of which nothing is known, had ended two at each end.
    """
    mean = values.mean()
    found = _mean(values, order, 2.0 * mean**2 + 2.0 * (1.0 - mean) ** 2)
    return Estimate(found.value, Interval(max(found.interval.low, 0.0), min(found.interval.high, 1.0)))


def _mean(values: Floats, order: Ints, more_squares: float = 0.0) -> Estimate:
    """The mean of values that come by orders; `more_squares` is added to their squared deviations."""
    number = np.unique(order, return_inverse=True)[1]
    squares = (np.bincount(number, values - values.mean()) ** 2).sum() + more_squares
    orders = int(number.max()) + 1
    error = float(np.sqrt(squares * orders / max(orders - 1, 1)) / len(values))
    mean = float(values.mean())
    return Estimate(mean, Interval(mean - _95_PERCENT * error, mean + _95_PERCENT * error))
