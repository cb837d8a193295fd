"""Facts of one kind sorted once, so that any window over them is two searches and a subtraction."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from features.arrays import Ints, counts_below, sorting


@dataclass(frozen=True, eq=False)
class Stream:
    """Facts of one kind, sorted by (key, time), with prefix sums beside them.

    `sums` hold whole numbers, one longer than the facts; a window is two searches and a subtraction.
    """

    moments: Ints
    slots: Ints
    sums: Mapping[str, Ints]

    @classmethod
    def of(cls, key: Ints, time: Ints, values: Mapping[str, Ints]) -> "Stream":
        """Sort facts with these keys (-1: belongs to nobody), times and whole-number values."""
        kept = np.flatnonzero(key >= 0)
        key, time = key[kept], time[kept]
        moments, moment = np.unique(time, return_inverse=True)
        slot = key * (len(moments) + 1) + moment
        order = np.argsort(slot, kind="stable")
        sums = {name: np.concatenate([[0], np.cumsum(v[kept][order])]) for name, v in values.items()}
        return cls(moments, slot[order], sums)

    def position(self, asked: "Asked", before: Ints) -> Ints:
        """How many facts sort before (key, before): the end of a window that excludes that instant.

        For a key that nobody has (-1) it is 0 whenever asked, so that its windows are empty. `before` has
        one entry a question, ascending, in the sequence of `asked.by_moment`.
        """
        moment = counts_below(self.moments, before)[asked.by_key]
        slot = asked.key * (len(self.moments) + 1) + moment
        found = np.empty(len(slot), dtype=np.int64)
        found[asked.by_both] = counts_below(self.slots, slot)
        return found


@dataclass(frozen=True, eq=False)
class Asked:
    """Questions about keys, sorted once: unsorted ones miss the cache at every step of a search.

    by_moment : what sorts them by time
    by_key    : what sorts those by key
    by_both   : what sorts them by key, and within it by time
    key       : their keys, so sorted
    """

    by_moment: Ints
    by_key: Ints
    by_both: Ints
    key: Ints

    @classmethod
    def of(cls, key: Ints, by_moment: Ints) -> "Asked":
        """Questions with these keys, `by_moment` sorting them by time."""
        if len(key) == 1:
            return cls(by_moment, by_moment, by_moment, key)
        by_key = sorting(key[by_moment])
        by_both = by_moment[by_key]
        return cls(by_moment, by_key, by_both, key[by_both])
