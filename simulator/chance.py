"""From a score to the chance of each rating, with what is hidden known or averaged over."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from simulator.behaviour import ORDER_SPREAD, TEMPER_SPREAD, THRESHOLDS
from simulator.clock import Codes, Numbers

NO_RATING = -1
#: Temper and chance together: one normal, for they only ever act as a sum within one order.
HIDDEN_SPREAD = float(np.hypot(TEMPER_SPREAD, ORDER_SPREAD))
#: Gauss–Hermite points over it; 31 are exact to far more digits than are written.
_POINTS = 31


def chance_at_most(score: Numbers, level: int) -> Numbers:
    """P(rating ≤ level) for the sum of everything, hidden parts included."""
    return 1.0 / (1.0 + np.exp(THRESHOLDS[level] - score))


def draw_ratings(rng: np.random.Generator, score: Numbers) -> Codes:
    """A rating (0 不满意 … 3 满意) for each sum of everything."""
    chance = rng.random(len(score))
    return np.sum([chance > chance_at_most(score, level) for level in range(3)], axis=0, dtype=np.int64)


@dataclass(frozen=True)
class Evidence:
    """Ratings already given for the same orders: they tell something of what is hidden.

    `score` is the observable score that each was given at; `rating` is NO_RATING where there was none.
    """

    score: Numbers
    rating: Codes

    def likelihood(self, hidden: float) -> Numbers:
        """P(this rating) if the hidden part were `hidden`; 1 where there was none."""
        steps = [chance_at_most(self.score + hidden, level) for level in range(3)]
        none, certain = np.zeros(len(self.score)), np.ones(len(self.score))
        by_level = np.diff(np.stack([none, *steps, certain]), axis=0)
        given = by_level[np.maximum(self.rating, 0), np.arange(len(self.score))]
        return np.where(self.rating == NO_RATING, 1.0, given)


def observable_chance(score: Numbers, evidence: tuple[Evidence, ...] = ()) -> Numbers:
    """P(不满意) averaged over temper and chance, given what earlier callbacks of the order said.

    >>> bool(observable_chance(np.array([0.0]))[0] > chance_at_most(np.array([0.0]), 0)[0])
    True
    """
    return averaged(lambda everything: chance_at_most(everything, 0), score, evidence)


def averaged(of: Callable[[Numbers], Numbers], score: Numbers, evidence: Sequence[Evidence] = ()) -> Numbers:
    """Something of the sum of everything, averaged over temper and chance, given the callbacks so far."""
    points, weights = np.polynomial.hermite_e.hermegauss(_POINTS)
    total, mass = np.zeros(len(score)), np.zeros(len(score))
    for point, weight in zip(points, weights / weights.sum(), strict=True):
        hidden = point * HIDDEN_SPREAD
        known = np.full(len(score), weight)
        for piece in evidence:
            known = known * piece.likelihood(hidden)
        mass += known
        total += known * of(score + hidden)
    return total / mass
