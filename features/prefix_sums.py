"""Facts of one kind sorted once, so that any window over them is two searches and a subtraction."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from features.arrays import Ints


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

    def position(self, key: Ints, before: Ints) -> Ints:
        """How many facts sort before (key, before): the end of a window that excludes that instant.

        For a key that nobody has (-1) it is 0 whenever asked, so that its windows are empty.
        """
        moment = np.searchsorted(self.moments, before, side="left")
        slot = key * (len(self.moments) + 1) + moment
        if len(slot) < 2:
            return np.searchsorted(self.slots, slot, side="left")
        order = np.argsort(slot, kind="stable")  # unsorted questions miss the cache at every step
        found = np.empty(len(slot), dtype=np.int64)
        found[order] = np.searchsorted(self.slots, slot[order], side="left")
        return found
