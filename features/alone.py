"""The windows of a single question in plain numbers: arrays of one entry cost more than the search itself.

The same streams answer by the same two searches as for many questions; a promise compares the two.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from features.arrays import Floats
from features.windows import Key
from hotline.calendar import DAY

if TYPE_CHECKING:
    from features.history import Past

_Place = tuple[int, int]


@dataclass(frozen=True, eq=False)
class Alone:
    """One question's view of the past; every search and every sum is made once."""

    past: "Past"
    _sums: dict[tuple[str, Key, float | None, str], int] = field(default_factory=dict)
    _told: dict[tuple[str, Key, float | None, str, bool], Floats] = field(default_factory=dict)
    _places: dict[tuple[int, str, Key, float | None], _Place] = field(default_factory=dict)
    _slots: dict[tuple[int, Key], int] = field(default_factory=dict)
    _edges: dict[tuple[int, float], int] = field(default_factory=dict)

    @property
    def as_of(self) -> int:
        """The moment, microseconds."""
        return int(self.past.frame.as_of[0])

    def key(self, by: Key) -> tuple[str | None, ...]:
        """The words of a key."""
        return tuple(self.past.word(name)[0] for name in by)

    def column(self, kind: str, by: Key, days: float | None, value: str, at_least_none: bool) -> Floats:
        """The sum as a column of one entry, for reading only; 0 instead of less where a count is asked for."""
        asked = (kind, by, days, value, at_least_none)
        if asked not in self._told:
            total = self.sum(kind, by, days, value)
            told = np.array([float(max(0, total) if at_least_none else total)])
            told.flags.writeable = False
            self._told[asked] = told
        return self._told[asked]

    def sum(self, kind: str, by: Key, days: float | None, value: str) -> int:
        """The sum of a value of the facts of a kind and key in the last `days`, or ever."""
        asked = (kind, by, days, value)
        if asked not in self._sums:
            total = 0
            for number, (history, sign) in enumerate(self.past.layers):
                start, end = self._place(number, kind, by, days)
                if end > start:
                    sums = history.stream(kind, by).sums[value]
                    total += sign * (int(sums[end]) - int(sums[start]))
            for changes in self.past.changes:
                total += changes.sum(self.key(by), self.as_of, kind, by, days, value)
            self._sums[asked] = total
        return self._sums[asked]

    def _place(self, layer: int, kind: str, by: Key, days: float | None) -> _Place:
        """Where a window begins and ends in one layer's stream."""
        asked = (layer, kind, by, days)
        if asked not in self._places:
            slot = self._slot(layer, by)
            if slot < 0:
                self._places[asked] = (0, 0)
            else:
                search = self.past.layers[layer][0].stream(kind, by).slots.searchsorted
                begin = slot if days is None else slot + self._edge(layer, days)
                self._places[asked] = int(search(begin)), int(search(slot + self._edge(layer, 0)))
        return self._places[asked]

    def _slot(self, layer: int, by: Key) -> int:
        """The first slot of the key in one layer; below 0 for an unknown one."""
        if (layer, by) not in self._slots:
            moments = len(self.past.layers[layer][0].chronicle.moments)
            self._slots[layer, by] = self.past.layers[layer][0].code(by, self.key(by)) * (moments + 1)
        return self._slots[layer, by]

    def _edge(self, layer: int, days: float) -> int:
        """How many moments of a layer lie before the edge of a window."""
        if (layer, days) not in self._edges:
            moments = self.past.layers[layer][0].chronicle.moments
            self._edges[layer, days] = int(moments.searchsorted(self.as_of - int(days * DAY)))
        return self._edges[layer, days]
