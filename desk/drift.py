"""How far chances were off in earlier months, and so may be off in this one."""

from dataclasses import dataclass

import numpy as np
from scipy import special

from features.arrays import Floats

#: Before anything is seen: months differ by about so much (log-odds), and are off by about so much together.
_BETWEEN, _TOGETHER = 0.1, 0.2
_GRID = np.linspace(0.005, 0.8, 60)
#: Holds a month's own shift where it has hardly any orders.
_SHIFT_PRIOR = 1.0
_STEPS = 30


@dataclass(frozen=True)
class Shift:
    """By how much the log-odds of a month's chances were off, and the variance of that figure."""

    value: float
    variance: float


def shift_of(chance: Floats, hits: float) -> Shift:
    """What to add to the log-odds of these chances so that they sum to what came.

    >>> round(shift_of(np.full(1000, 0.1), 100).value, 3)
    0.0
    """
    odds, value = special.logit(np.clip(chance, 1e-9, 1 - 1e-9)), 0.0
    for _ in range(_STEPS):
        p = special.expit(odds + value)
        information = float((p * (1 - p)).sum()) + _SHIFT_PRIOR
        step = (hits - float(p.sum()) - _SHIFT_PRIOR * value) / information
        value += float(np.clip(step, -1.0, 1.0))
        if abs(step) < 1e-9:
            break
    return Shift(value, 1.0 / information)


@dataclass(frozen=True, eq=False)
class Drift:
    """What the coming month's shift may be: a mean for all months, and a spread between them, both uncertain.

    weight, mean, error : for each spread of the grid its weight, the mean of all months and its error
    """

    weight: Floats
    mean: Floats
    error: Floats

    @classmethod
    def learn(cls, shifts: list[Shift]) -> "Drift":
        """From the shifts of earlier months; without any, what is taken to be known before."""
        value = np.array([shift.value for shift in shifts])
        variance = np.array([shift.variance for shift in shifts])
        spread = variance[None, :] + _GRID[:, None] ** 2
        precision = (1 / spread).sum(axis=1) + _TOGETHER**-2
        mean = (value / spread).sum(axis=1) / precision
        told = -0.5 * (np.log(spread).sum(axis=1) + np.log(precision))
        told -= 0.5 * ((value**2 / spread).sum(axis=1) - mean**2 * precision)
        told -= 0.5 * (_GRID / _BETWEEN) ** 2
        weight = np.exp(told - told.max())
        return cls(weight / weight.sum(), mean, precision**-0.5)

    @property
    def expected(self) -> float:
        """The shift to be expected."""
        return float(self.weight @ self.mean)

    def draw(self, rng: np.random.Generator, month: Floats) -> Floats:
        """Drawn shifts; `month` are standard normals, one a drawing, that the parts of a month share."""
        chosen = rng.choice(len(_GRID), size=len(month), p=self.weight)
        return (
            self.mean[chosen] + self.error[chosen] * rng.standard_normal(len(month)) + _GRID[chosen] * month
        )
