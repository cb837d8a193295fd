"""The windows of a few questions, all worked out together: small arrays one by one cost more than the searches.

The same streams answer by the same two searches as for many questions; a promise compares the two.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from features.arrays import Floats, Ints
from features.windows import Key
from hotline.calendar import DAY

if TYPE_CHECKING:
    from features.history import Past

#: Kind, key fields, days and value of a sum.
Sum = tuple[str, Key, float | None, str]
#: A stream (kind and key fields) with the stretches of time and the values that are asked of it.
_Ask = tuple[str, Key, tuple[float | None, ...], tuple[str, ...]]


class UsualSums:
    """The sums that features asked for of a history so far, a stream at a time."""

    def __init__(self) -> None:
        self._sums: dict[Sum, None] = {}
        self._asks: tuple[int, list[_Ask]] = (0, [])

    def with_one(self, asked: Sum) -> list[_Ask]:
        """All of them, this one among them from now on."""
        self._sums[asked] = None
        if self._asks[0] != len(self._sums):
            sums = [*self._sums]
            self._asks = len(sums), _by_stream(sums)
        return self._asks[1]


@dataclass(frozen=True, eq=False)
class Few:
    """A few questions' view of the past.

    Which sums features ask for is learnt from earlier questions: those are all made at the first one asked for.
    """

    past: "Past"
    _totals: dict[Sum, Ints] = field(default_factory=dict)
    _told: dict[tuple[Sum, bool], Floats] = field(default_factory=dict)

    def column(self, asked: Sum, at_least_none: bool) -> Floats:
        """The sum for each question, for reading only; 0 instead of less where a count is asked for."""
        told = self._told.get((asked, at_least_none))
        if told is None:
            told = self._total(asked).astype(np.float64)
            if at_least_none:
                np.maximum(told, 0.0, out=told)
            told.flags.writeable = False
            self._told[asked, at_least_none] = told
        return told

    def _total(self, asked: Sum) -> Ints:
        if asked not in self._totals:
            usual = self.past.layers[0][0].usual_sums.with_one(asked)
            for ask in _by_stream([asked]) if self._totals else usual:
                self._sum(*ask)
        return self._totals[asked]

    def _sum(self, kind: str, by: Key, days: tuple[float | None, ...], values: tuple[str, ...]) -> None:
        """All sums of one stream: its values by its stretches of time."""
        totals: dict[str, Ints] = {}
        for number, (history, sign) in enumerate(self.past.layers):
            stream = history.stream(kind, by)
            places = stream.slots.searchsorted(self._slots(number, by) + self._edges(number, days))
            for value in values:
                found = stream.sums[value][places]
                change = found[-1] - found[:-1]
                totals[value] = sign * change + totals[value] if number else change
        for changes in self.past.changes:
            changes.add_few(totals, self._keys(by), self._as_of, kind, by, days)
        for value, total in totals.items():
            for row, stretch in enumerate(days):
                self._totals[kind, by, stretch, value] = total[row]

    def _slots(self, layer: int, by: Key) -> Ints:
        """The first slot of each question's key in one layer; below 0 for an unknown one."""
        found = self._slots_of.get((layer, by))
        if found is None:
            history = self.past.layers[layer][0]
            codes = [history.code(by, key) for key in self._keys(by)]
            found = np.array(codes) * (len(history.chronicle.moments) + 1)
            self._slots_of[layer, by] = found
        return found

    def _edges(self, layer: int, days: tuple[float | None, ...]) -> Ints:
        """How many moments of a layer lie before each stretch, and before the questions' moment in the last row."""
        found = self._edges_of.get((layer, days))
        if found is None:
            found = np.array([self._edge(layer, stretch) for stretch in (*days, 0)])
            self._edges_of[layer, days] = found
        return found

    def _edge(self, layer: int, days: float | None) -> Ints:
        found = self._edge_of.get((layer, days))
        if found is None:
            if days is None:
                found = np.zeros_like(self._as_of)
            else:
                moments = self.past.layers[layer][0].chronicle.moments
                found = moments.searchsorted(self._as_of - int(days * DAY))
            self._edge_of[layer, days] = found
        return found

    def _keys(self, by: Key) -> list[tuple[str | None, ...]]:
        """The words of each question's key."""
        if by not in self._keys_of:
            words = [self.past.word(name) for name in by]
            self._keys_of[by] = [*zip(*words, strict=True)] if by else [()] * len(self._as_of)
        return self._keys_of[by]

    @cached_property
    def _as_of(self) -> Ints:
        return self.past.frame.as_of

    @cached_property
    def _slots_of(self) -> dict[tuple[int, Key], Ints]:
        return {}

    @cached_property
    def _edges_of(self) -> dict[tuple[int, tuple[float | None, ...]], Ints]:
        return {}

    @cached_property
    def _edge_of(self) -> dict[tuple[int, float | None], Ints]:
        return {}

    @cached_property
    def _keys_of(self) -> dict[Key, list[tuple[str | None, ...]]]:
        return {}


def _by_stream(sums: Iterable[Sum]) -> list[_Ask]:
    found: dict[tuple[str, Key], tuple[dict[float | None, None], dict[str, None]]] = {}
    for kind, by, days, value in sums:
        stretches, values = found.setdefault((kind, by), ({}, {}))
        stretches[days], values[value] = None, None
    return [(kind, by, tuple(days), tuple(values)) for (kind, by), (days, values) in found.items()]
