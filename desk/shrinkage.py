"""Small numbers: a unit's figure drawn towards the level above it, with the interval that remains."""

from dataclasses import dataclass

import numpy as np
from scipy import special, stats

from features.arrays import Floats

#: How alike units may be: the correlation of two orders of one unit, from hardly any to much. Which of them
#: it is, is weighed by how well each explains the units; where there are few of them, all remain possible.
_ALIKE = np.geomspace(0.002, 0.3, 25)
#: Of a figure without a level above it, as little is taken to be known before as half an order at each end.
_NOTHING_KNOWN = 1.0


@dataclass(frozen=True, eq=False)
class Shrunk:
    """Figures of several units, 0–1: the value to be expected and the ends of its interval, one entry a unit."""

    value: Floats
    low: Floats
    high: Floats


def shrunk(counted: Floats, points: Floats, prior: Floats, strength: float, tail: float) -> Shrunk:
    """Units' figures beside what is known of the level above.

    counted, points : how many were counted (see `worth`), and the points that they earned
    prior, strength : the figure of the level above for each unit, and so many orders that it weighs
    """
    good, bad = prior * strength + points, (1 - prior) * strength + counted - points
    good, bad = np.maximum(good, 1e-9), np.maximum(bad, 1e-9)
    low, high = (stats.beta.ppf(p, good, bad) for p in (tail, 1 - tail))
    return Shrunk(good / (good + bad), low, high)


def alone(counted: Floats, points: Floats, tail: float) -> Shrunk:
    """The same where there is no level above: by Jeffreys' prior."""
    return shrunk(counted, points, np.full(len(counted), 0.5), _NOTHING_KNOWN, tail)


def strength_of(counted: Floats, points: Floats, prior: Floats) -> float:
    """How many orders the level above weighs: many where units differ little, few where they differ much.

    The mean correlation within units by the beta-binomial likelihood of all units, each beside its prior.
    """
    told = counted > 0
    counted, points, prior = counted[told, None], points[told, None], prior[told, None]
    prior = np.clip(prior, 1e-6, 1 - 1e-6)
    strength = 1 / _ALIKE - 1
    a, b = prior * strength, (1 - prior) * strength
    told_by = (special.betaln(a + points, b + counted - points) - special.betaln(a, b)).sum(axis=0)
    weight = np.exp(told_by - told_by.max())
    return float(1 / np.average(_ALIKE, weights=weight) - 1)


def worth(points: Floats) -> float:
    """What one value between 0 and 1 counts as, beside a yes or no of the same mean: 1 for those themselves.

    Ratings spread less than a yes or no would, so each tells more.

    >>> worth(np.array([0.0, 1.0, 1.0])), round(worth(np.array([0.6, 0.8])), 1)
    (1.0, 21.0)
    """
    if not len(points):
        return 1.0
    mean, spread = points.mean(), points.var()
    most = mean * (1 - mean)
    return float(min(most / spread, 21.0)) if spread > 0 else 1.0
