"""What was written since history was sorted, as facts to be added to it: a write costs its own facts only.

A changed order's old facts are taken away and its new ones added, and what they have in common is neither: one
more event leaves a handful of facts. They are appended and never altered, so whoever took a look before keeps
what it saw, and no request ever sorts.
"""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from features.arrays import Floats, Ints
from features.estates import CommunityFacts
from features.order_facts import OrderFacts
from features.prefix_sums import Stream, joined
from features.streams import VALUES
from features.windows import Key
from hotline.calendar import DAY

if TYPE_CHECKING:
    from features.history import Past

_Asked = tuple[str, Key]
_FIRST_ROOM = 16
#: Up to so many facts of a key are summed one by one; more of them as arrays.
_FEW = 48
_ALWAYS = int(np.iinfo(np.int64).min)


class _Facts:
    """The appended facts of one kind and key: key number, moment and values, by the row in which they came."""

    def __init__(self, kind: str) -> None:
        self.names = VALUES[kind]
        self.codes: dict[tuple[str, ...], int] = {}
        self.rows_of: list[list[int]] = []
        self.size = 0
        self._room = np.empty((2 + len(self.names), _FIRST_ROOM), dtype=np.int64)

    def add(self, key: tuple[str, ...], time: int, values: tuple[int, ...]) -> None:
        """Append one fact; readers see it once they know of the new size."""
        if self.size == self._room.shape[1]:
            self._room = np.concatenate([self._room, np.empty_like(self._room)], axis=1)
        if key not in self.codes:
            self.rows_of.append([])
            self.codes[key] = len(self.rows_of) - 1
        code = self.codes[key]
        self._room[:, self.size] = (code, time, *values)
        self.rows_of[code].append(self.size)
        self.size += 1

    def sum(self, key: tuple[str | None, ...], value: str, size: int, start: int, end: int) -> int:
        """The sum over the first `size` facts of a key with start ≤ moment < end."""
        code = self.codes.get(key)  # type: ignore[arg-type]
        if code is None:
            return 0
        room, place = self._room, 2 + self.names.index(value)
        if len(self.codes) == 1:
            times = room[1, :size]
            return int(room[place, :size] @ ((times >= start) & (times < end)))
        rows = self.rows_of[code]
        if len(rows) > _FEW:
            chosen = np.array(rows)
            chosen = chosen[chosen < size]
            times = room[1, chosen]
            return int(room[place, chosen] @ ((times >= start) & (times < end)))
        return sum(int(room[place, r]) for r in rows if r < size and start <= room[1, r] < end)

    def laid(self, size: int) -> np.ndarray:
        """The first `size` facts, a row each for key number, moment and values."""
        return self._room[:, :size]


@dataclass(frozen=True, eq=False)
class Changes:
    """One look at the changes: of each kind and key, only the facts that were there then count."""

    facts: Mapping[_Asked, _Facts]
    sizes: Mapping[_Asked, int]
    orders: Container[str]
    communities: tuple[pd.DataFrame, ...] = ()

    def add_few(
        self,
        totals: Mapping[str, Ints],
        keys: Sequence[tuple[str | None, ...]],
        as_of: Ints,
        kind: str,
        by: Key,
        days: Sequence[float | None],
    ) -> None:
        """Add what is to be added to the sums of a few questions: value by value, stretches × questions."""
        size = self.sizes.get((kind, by), 0)
        if not size:
            return
        facts = self.facts[kind, by]
        for question, key in enumerate(keys):
            if key not in facts.codes:
                continue
            end = int(as_of[question])
            for row, stretch in enumerate(days):
                start = _ALWAYS if stretch is None else end - int(stretch * DAY)
                for value, total in totals.items():
                    total[row, question] += facts.sum(key, value, size, start, end)

    def sums(self, past: "Past", kind: str, by: Key, days: float | None, value: str) -> Floats:
        """The same for many questions."""
        if not self.sizes.get((kind, by)):
            return np.zeros(len(past.frame))
        moments, stream = self._stream(kind, by)
        code = self._codes(past, by, self.facts[kind, by].codes)
        slot = joined(code, 0, len(moments))
        as_of = past.frame.as_of
        end = slot + np.searchsorted(moments, as_of)
        start = slot if days is None else slot + np.searchsorted(moments, as_of - int(days * DAY))
        sums = stream.sums[value]
        found = sums[np.searchsorted(stream.slots, end)] - sums[np.searchsorted(stream.slots, start)]
        return np.where(code >= 0, found, 0).astype(np.float64)

    def _codes(self, past: "Past", by: Key, codes: Mapping[tuple[str, ...], int]) -> Ints:
        keys: Iterator[tuple[str, ...]] = (
            zip(*(past.word(name) for name in by), strict=True) if by else iter([()] * len(past.frame))
        )
        return np.fromiter((codes.get(key, -1) for key in keys), dtype=np.int64, count=len(past.frame))

    def _stream(self, kind: str, by: Key) -> tuple[Ints, Stream]:
        if (kind, by) not in self._streams:
            facts = self.facts[kind, by]
            code, time, *values = facts.laid(self.sizes[kind, by])
            moments, moment = np.unique(time, return_inverse=True)
            named = dict(zip(facts.names, values, strict=True))
            self._streams[kind, by] = moments, Stream.of(code, moment, len(moments), named)
        return self._streams[kind, by]

    @cached_property
    def _streams(self) -> dict[_Asked, tuple[Ints, Stream]]:
        return {}

    def community_facts(self, name: str) -> CommunityFacts | None:
        """What was said of communities since, in one respect; None where nothing was."""
        if not self.communities:
            return None
        if name not in self._community_facts:
            self._community_facts[name] = CommunityFacts.of(pd.concat(self.communities), name)
        return self._community_facts[name]

    @cached_property
    def _community_facts(self) -> dict[str, CommunityFacts]:
        return {}


@dataclass(frozen=True, eq=False)
class ChangeBook:
    """Where changes are written down, by one writer at a time; `look` is what readers take."""

    asked: Sequence[_Asked]
    facts: dict[_Asked, _Facts] = field(default_factory=dict)
    orders: set[str] = field(default_factory=set)

    def write(self, order_id: str, changed: OrderFacts) -> None:
        """Append the facts by which one order changed."""
        self.orders.add(order_id)
        for (kind, by, key, time), values in changed.items():
            if any(values):
                if (kind, by) not in self.facts:
                    self.facts[kind, by] = _Facts(kind)
                self.facts[kind, by].add(key, time, values)

    def look(self, communities: tuple[pd.DataFrame, ...] = ()) -> Changes:
        """The changes written so far."""
        sizes = {asked: facts.size for asked, facts in self.facts.items()}
        return Changes(dict(self.facts), sizes, self.orders, communities)
