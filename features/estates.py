"""Facts about communities, as known then."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from features.arrays import Floats, Ints, numbered


@dataclass(frozen=True, eq=False)
class CommunityFacts:
    """One fact of every community, sorted by community and by when it was known.

    communities : their numbers by name
    slot        : community number and moment, as one ascending number
    known_at    : when each value was known, and `recorded_at` when it was written down
    """

    communities: Mapping[str, int]
    moments: Ints
    slot: Ints
    community: Ints
    known_at: Ints
    recorded_at: Ints
    value: Floats

    @classmethod
    def of(cls, facts: pd.DataFrame, name: str) -> "CommunityFacts":
        """The course of one column of the log's communities; the last recorded of equals holds."""
        told = facts[facts[name].notna() & facts["community"].notna()]
        known_at, recorded_at = told["known_at"].to_numpy(), told["recorded_at"].to_numpy()
        value = told[name].to_numpy()
        code, names = pd.factorize(told["community"].to_numpy())
        order = np.lexsort((value, recorded_at, known_at, code))
        moments, moment = np.unique(known_at, return_inverse=True)
        return cls(
            communities={name: number for number, name in enumerate(names)},
            moments=moments,
            slot=(code * (len(moments) + 1) + moment)[order],
            community=code[order],
            known_at=known_at[order],
            recorded_at=recorded_at[order],
            value=value[order],
        )

    def at(self, community: np.ndarray, as_of: Ints) -> tuple[Ints, np.ndarray]:
        """For each question the place of the last value known by then, and whether there is one."""
        if not len(self.slot):
            return np.zeros(len(community), np.int64), np.zeros(len(community), dtype=bool)
        asked = numbered(self.communities, community)
        moment = np.searchsorted(self.moments, as_of, side="right")
        found = np.searchsorted(self.slot, asked * (len(self.moments) + 1) + moment, side="left") - 1
        return found, (asked >= 0) & (found >= 0) & (self.community[found] == asked)


def last_known(layers: list[CommunityFacts], community: np.ndarray, as_of: Ints) -> Floats:
    """The value known last over several records of the same communities; NaN where nothing was.

    A fact without a time of its own counts as known always.
    """
    value = np.full(len(community), np.nan)
    known_at = recorded_at = np.zeros(len(community), dtype=np.int64)
    for facts in layers:
        found, is_known = facts.at(community, as_of)
        if not is_known.any():
            continue
        told = facts.known_at[found], facts.recorded_at[found], facts.value[found]
        takes = is_known & (np.isnan(value) | _is_later(told, (known_at, recorded_at, value)))
        known_at, recorded_at = np.where(takes, told[0], known_at), np.where(takes, told[1], recorded_at)
        value = np.where(takes, told[2], value)
    return value


def _is_later(one: tuple[np.ndarray, ...], other: tuple[np.ndarray, ...]) -> np.ndarray:
    """Whether one tuple stands behind the other in lexicographic order, question by question."""
    if len(one) == 1:
        return one[0] > other[0]
    return (one[0] > other[0]) | ((one[0] == other[0]) & _is_later(one[1:], other[1:]))
