"""Stretches of time before each question, and the sums, means and shares of what was known in them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from features.arrays import Floats

if TYPE_CHECKING:
    from features.history import Past

#: A key is one field of the order or a crossing of several; () is the whole district.
Key = tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Window:
    """Facts of one kind and key in a stretch of time before each question's moment."""

    past: "Past"
    kind: str
    by: Key
    days: float | None

    def sum(self, value: str) -> Floats:
        """The sum of a whole-number value of the facts."""
        if self.past.few is not None:
            return self.past.few.column((self.kind, self.by, self.days, value), at_least_none=False)
        total = np.empty(len(self.past.frame))
        for number, (history, sign) in enumerate(self.past.layers):
            sums = history.stream(self.kind, self.by).sums[value]
            end = self.past.position(number, self.kind, self.by, 0)
            start = self.past.position(number, self.kind, self.by, self.days)
            change = sums[end]
            change -= sums[start]
            if sign < 0:
                np.negative(change, out=change)
            sequence = self.past.sequence(number, self.by)
            if number == 0:
                total[sequence] = change
            else:
                total[sequence] += change
        for changes in self.past.changes:
            total += changes.sums(self.past, self.kind, self.by, self.days, value)
        return total

    @property
    def count(self) -> Floats:
        """How many facts; what was taken back may weigh more than what is left in a short window."""
        if self.past.few is not None:
            return self.past.few.column((self.kind, self.by, self.days, "count"), at_least_none=True)
        count = self.sum("count")
        return np.maximum(count, 0.0, out=count)

    def mean(self, value: str) -> Floats:
        """The mean of a value; NaN where there are no facts."""
        return divided(self.sum(value), self.count)

    def share(self, value: str, prior: "Window | Floats | float", weight: float = 20.0) -> Floats:
        """The share of facts with this flag, drawn towards `prior` as if by `weight` facts more."""
        memory = self.past.memory
        if memory is None or isinstance(prior, np.ndarray):
            return self._share(value, prior, weight)
        asked = (self, value, prior, weight)
        if asked not in memory:
            memory[asked] = self._share(value, prior, weight)
        found: Floats = memory[asked]
        return found

    def _share(self, value: str, prior: "Window | Floats | float", weight: float) -> Floats:
        anchor = prior.share(value, 0.5, 1.0) if isinstance(prior, Window) else prior
        return (self.sum(value) + weight * anchor) / (self.count + weight)


def divided(numerator: Floats, denominator: Floats) -> Floats:
    """The quotient; NaN where the denominator is not above zero."""
    return np.where(denominator > 0, numerator / np.where(denominator > 0, denominator, 1.0), np.nan)
