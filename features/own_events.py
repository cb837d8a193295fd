"""An order's own events of some kind: how many, which was last, what they carried."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from features.arrays import Floats, Ints, places_below
from hotline.calendar import HOUR, NO_TIME

if TYPE_CHECKING:
    from features.frame import OrderFrame


@dataclass(frozen=True, eq=False)
class OwnEvents:
    """An order's own events of some kind up to its moment; what was taken back by then is left out.

    rows  : positions of such events in the chronicle, ascending
    lo,hi : per question, its slice of `rows`
    """

    frame: "OrderFrame"
    rows: Ints
    lo: Ints
    hi: Ints

    @classmethod
    def of(cls, frame: "OrderFrame", rows: Ints, this_round: bool) -> "OwnEvents":
        """The slices of these rows that belong to each question."""
        start = frame.round_start if this_round else frame.first_position
        lo, hi = places_below(rows, (start, frame.position + 1), len(frame.chronicle))
        return cls(frame.bare, rows, lo, np.maximum(lo, hi))

    @cached_property
    def _corrected(self) -> Mapping[int, Ints]:
        """Questions some of whose events were taken back by then, with the events that still stand."""
        chronicle, position = self.frame.chronicle, self.frame.position
        takes = chronicle.retractions
        if not len(takes) or not len(self.rows):
            return {}
        takes = takes[np.isin(chronicle.retracted_position[takes], self.rows)]
        standing = {}
        for question in np.flatnonzero(np.isin(self.frame.order, chronicle.order[takes])):
            own = self.rows[self.lo[question] : self.hi[question]]
            gone = chronicle.retracted_position[takes[takes <= position[question]]]
            standing[int(question)] = own[~np.isin(own, gone)]
        return standing

    @cached_property
    def count(self) -> Floats:
        """How many."""
        counts = (self.hi - self.lo).astype(np.float64)
        for question, rows in self._corrected.items():
            counts[question] = len(rows)
        return counts

    @property
    def any(self) -> np.ndarray:
        """Whether there was one."""
        return self.count > 0

    @cached_property
    def last(self) -> Ints:
        """The position of the last one; -1 where there is none."""
        return self._edge(self.hi - 1, -1)

    @cached_property
    def first(self) -> Ints:
        """The position of the first one; -1 where there is none."""
        return self._edge(self.lo, 0)

    def _edge(self, slot: Ints, pick: int) -> Ints:
        if not len(self.rows):
            return np.full(len(self.lo), -1)
        edge = np.where(self.hi > self.lo, self.rows[np.minimum(slot, len(self.rows) - 1)], -1)
        for question, rows in self._corrected.items():
            edge[question] = rows[pick] if len(rows) else -1
        return edge

    @property
    def hours_since_last(self) -> Floats:
        """Hours since the last one became known; NaN where there is none."""
        waited = (self.frame.as_of - self.frame.chronicle.known_at[self.last]) / HOUR
        return np.where(self.last >= 0, waited, np.nan)

    @cached_property
    def known_at_first(self) -> Ints:
        """When the first one became known; NO_TIME where there is none."""
        return np.where(self.first >= 0, self.frame.chronicle.known_at[self.first], NO_TIME)

    @cached_property
    def known_at_last(self) -> Ints:
        """When the last one became known; NO_TIME where there is none."""
        return np.where(self.last >= 0, self.frame.chronicle.known_at[self.last], NO_TIME)

    def last_of(self, column: np.ndarray, missing: Any) -> np.ndarray:
        """The value at the last one of a column that runs along the chronicle."""
        return np.where(self.last >= 0, column[self.last], missing)

    def sum_of(self, column: Ints) -> Ints:
        """The sum of a whole-number column that runs along the chronicle."""
        sums = np.concatenate([[0], np.cumsum(column[self.rows])])
        total = sums[self.hi] - sums[self.lo]
        for question, rows in self._corrected.items():
            total[question] = column[rows].sum()
        return total

    def highest_of(self, column: Floats) -> Floats:
        """The highest value of a column that runs along the chronicle; NaN where there is none."""
        if not len(self.rows):
            return np.full(len(self.lo), np.nan)
        values, slot = column[self.rows], np.maximum(self.hi - 1, 0)
        highest = running_highest(values, self.frame.chronicle.order[self.rows])[slot]
        highest = np.where(self.hi > self.lo, highest, np.nan)
        for question, rows in self._corrected.items():
            highest[question] = column[rows].max() if len(rows) else np.nan
        return highest

    def distinct_of(self, codes: Ints) -> Floats:
        """How many different codes along the chronicle these events show, over the order's whole life."""
        values = codes[self.rows]
        order = np.lexsort((self.rows, values, self.frame.chronicle.order[self.rows]))
        pairs = np.stack([self.frame.chronicle.order[self.rows], values])[:, order]
        is_new = np.zeros(len(self.rows), dtype=np.int64)
        is_new[order] = np.append(True, (np.diff(pairs) != 0).any(axis=0))[: len(order)]
        sums = np.concatenate([[0], np.cumsum(is_new)])
        distinct = (sums[self.hi] - sums[self.lo]).astype(np.float64)
        for question, rows in self._corrected.items():
            distinct[question] = len(np.unique(codes[rows]))
        return distinct


def running_highest(values: np.ndarray, group: Ints) -> np.ndarray:
    """The highest value so far within each run of the same group.

    >>> running_highest(np.array([2, 1, 3, 1]), np.array([0, 0, 0, 1])).tolist()
    [2, 2, 3, 1]
    """
    if not len(values):
        return values
    distinct, level = np.unique(values, return_inverse=True)
    lift = np.cumsum(np.append(0, np.diff(group) != 0)) * len(distinct)
    return distinct[np.maximum.accumulate(level + lift) - lift]
