"""Facts of one kind sorted once, so that any window over them is two searches and a subtraction."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from features.arrays import Ints, counts_below, sorting


@dataclass(frozen=True, eq=False)
class Stream:
    """Facts of one kind, sorted by (key, moment), with prefix sums beside them.

    `slots` join key and moment into one ascending number (see `joined`); `sums` hold whole numbers, one
    longer than the facts; a window is two searches and a subtraction.
    """

    slots: Ints
    sums: Mapping[str, Ints]

    @classmethod
    def of(cls, key: Ints, moment: Ints, moments: int, values: Mapping[str, Ints]) -> "Stream":
        """Sort facts with these keys (-1: belongs to nobody), moments (of so many) and whole-number values."""
        kept = np.flatnonzero(key >= 0)
        slot = joined(key[kept], moment[kept], moments)
        order = np.argsort(slot, kind="stable")
        sums = {name: np.concatenate([[0], np.cumsum(v[kept][order])]) for name, v in values.items()}
        return cls(slot[order], sums)

    def position(self, slots: Ints) -> Ints:
        """How many facts stand before each of these ascending slots: the end of a window that excludes it.

        For a key that nobody has (-1) it is 0 whatever the moment, so that its windows are empty.
        """
        return counts_below(self.slots, slots)


def joined(key: Ints, moment: Ints | int, moments: int) -> Ints:
    """Key and moment (a place among so many, or one behind them) as one number that sorts by both."""
    slots = key * np.int64(moments + 1)
    slots += moment
    return slots


@dataclass(frozen=True, eq=False)
class Asked:
    """Questions about keys, sorted once: unsorted ones miss the cache at every step of a search.

    by_key  : what sorts questions that are sorted by time by key
    by_both : what sorts the questions by key, and within it by time
    start   : the first slot of their keys among so many moments, so sorted
    """

    by_key: Ints
    by_both: Ints
    start: Ints

    @classmethod
    def of(cls, key: Ints, by_time: Ints, moments: int) -> "Asked":
        """Questions with these keys, `by_time` sorting them by time."""
        timely = key[by_time]
        by_key = sorting(timely) if len(key) > 1 else by_time
        return cls(by_key, by_time[by_key], joined(timely[by_key], 0, moments))
