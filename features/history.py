"""Everybody's past as one index: sorted once, asked by binary search, one order or a million alike."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from features.chronicle import Chronicle, FieldIndex, Floats, Ints
from features.frame import OrderFrame
from features.log import Log
from features.streams import FACTS, Facts, in_hand
from hotline.calendar import DAY

#: A key is one field of the order or a crossing of several; () is the whole district.
Key = tuple[str, ...]


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
        """How many facts sort before (key, before): the end of a window that excludes that instant."""
        moment = np.searchsorted(self.moments, before, side="left")
        slot = key * (len(self.moments) + 1) + moment
        if len(slot) < 2:
            return np.searchsorted(self.slots, slot, side="left")
        order = np.argsort(slot, kind="stable")  # unsorted questions miss the cache at every step
        found = np.empty(len(slot), dtype=np.int64)
        found[order] = np.searchsorted(self.slots, slot[order], side="left")
        return found


@dataclass(frozen=True, eq=False)
class History:
    """The past of every street, community, company, manager, caller and category in one log."""

    chronicle: Chronicle
    _streams: dict[tuple[str, Key], Stream] = field(default_factory=dict)
    _facts: dict[str, Facts] = field(default_factory=dict)

    @classmethod
    def of(cls, log: Log) -> "History":
        """The history in this log; streams are sorted when first asked for."""
        return cls(Chronicle.of(log))

    def stream(self, kind: str, by: Key) -> Stream:
        """The facts of a kind keyed by some fields."""
        if (kind, by) not in self._streams:
            facts = self._in_hand(by) if kind == "in_hand" else self._kind(kind)
            key = facts.key if facts.key is not None else self.codes_at(by, facts.position)
            self._streams[kind, by] = Stream.of(key, facts.time, facts.values)
        return self._streams[kind, by]

    def _in_hand(self, by: Key) -> Facts:
        return in_hand(self.chronicle, self.codes_at(by, np.arange(len(self.chronicle))))

    def _kind(self, kind: str) -> Facts:
        if kind not in self._facts:
            self._facts[kind] = FACTS[kind](self.chronicle)
        return self._facts[kind]

    def vocabulary(self, name: str) -> pd.Index:
        """All values that a field ever took."""
        if name not in self._vocabularies:
            values = self.chronicle.field(name).value
            self._vocabularies[name] = (
                pd.Index(pd.unique(values)) if len(values) else pd.Index([], dtype=object)
            )
        return self._vocabularies[name]

    @cached_property
    def _vocabularies(self) -> dict[str, pd.Index]:
        return {}

    def codes(self, by: Key, words: tuple[np.ndarray, ...]) -> Ints:
        """Key numbers for the values of the key's fields, one array a field; -1 for an unknown one."""
        combined = np.zeros(len(words[0]), dtype=np.int64)
        known = np.ones(len(words[0]), dtype=bool)
        for name, column in zip(by, words, strict=True):
            vocabulary = self.vocabulary(name)
            code = vocabulary.get_indexer(column)
            known &= (code >= 0) & ~pd.isna(column)
            combined = combined * max(1, len(vocabulary)) + code
        return np.where(known, combined, -1)

    def codes_at(self, by: Key, position: Ints) -> Ints:
        """Key numbers of the orders at these positions of the chronicle."""
        combined = np.zeros(len(position), dtype=np.int64)
        known = np.ones(len(position), dtype=bool)
        for name in by:
            code = self._coded(name).at(position, -1)
            known &= code >= 0
            combined = combined * max(1, len(self.vocabulary(name))) + code
        return np.where(known, combined, -1)

    def _coded(self, name: str) -> FieldIndex:
        if name not in self._coded_fields:
            words = self.chronicle.field(name)
            codes = self.vocabulary(name).get_indexer(words.value).astype(np.int64)
            self._coded_fields[name] = FieldIndex(words.position, codes, words.first, words.order)
        return self._coded_fields[name]

    @cached_property
    def _coded_fields(self) -> dict[str, FieldIndex]:
        return {}


@dataclass(frozen=True, eq=False)
class Past:
    """History as each question of a frame may see it: cut strictly before `as_of`.

    `layers` are histories that add up, each with +1 or -1: the sorted one, what came since, and
    what that replaces. A feature cannot reach anything later than its moment through here.
    """

    frame: OrderFrame
    layers: tuple[tuple[History, int], ...]

    @classmethod
    def of(cls, frame: OrderFrame, history: History) -> "Past":
        """The past of these questions in one history."""
        return cls(frame, ((history, 1),))

    def events(self, kind: str, by: str | Key = (), days: float | None = None) -> "Window":
        """The facts of a kind (see `features.streams`) of the same key in the last `days`, or ever."""
        key = (by,) if isinstance(by, str) else by
        if (kind, key, days) not in self._windows:
            self._windows[kind, key, days] = Window(self, kind, key, days)
        return self._windows[kind, key, days]

    @cached_property
    def _windows(self) -> dict[tuple[str, Key, float | None], "Window"]:
        return {}

    @cached_property
    def _cache(self) -> dict[object, Ints]:
        return {}

    def codes(self, layer: int, by: Key) -> Ints:
        """Key numbers of the questions in one layer's vocabulary."""
        if (layer, by) not in self._cache:
            history = self.layers[layer][0]
            size = len(self.frame)
            words = tuple(self._word(name) for name in by)
            self._cache[layer, by] = history.codes(by, words) if by else np.zeros(size, dtype=np.int64)
        return self._cache[layer, by]

    def _word(self, name: str) -> np.ndarray:
        if name not in self._cache:
            self._cache[name] = self.frame.word(name)
        return self._cache[name]

    def position(self, layer: int, kind: str, by: Key, days: float | None) -> Ints:
        """The edge of a window in one layer: `days` before the moment, or (0) the moment itself."""
        key = (layer, kind, by, days)
        if key not in self._cache:
            code = self.codes(layer, by)
            if days is None:
                before = np.full(len(code), np.iinfo(np.int64).min)
            else:
                before = self.frame.as_of - int(days * DAY)
            self._cache[key] = self.layers[layer][0].stream(kind, by).position(code, before)
        return self._cache[key]


@dataclass(frozen=True, eq=False)
class Window:
    """Facts of one kind and key in a stretch of time before each question's moment."""

    past: Past
    kind: str
    by: Key
    days: float | None

    def sum(self, value: str) -> Floats:
        """The sum of a whole-number value of the facts."""
        total = np.zeros(len(self.past.frame))
        for number, (history, sign) in enumerate(self.past.layers):
            sums = history.stream(self.kind, self.by).sums[value]
            hi, lo = self._edges(number)
            total += sign * (sums[hi] - sums[lo])
        return total

    def _edges(self, layer: int) -> tuple[Ints, Ints]:
        hi = self.past.position(layer, self.kind, self.by, 0)
        lo = self.past.position(layer, self.kind, self.by, self.days)
        known = self.past.codes(layer, self.by) >= 0
        return np.where(known, hi, 0), np.where(known, lo, 0)

    @property
    def count(self) -> Floats:
        """How many facts."""
        return self.sum("count")

    def mean(self, value: str) -> Floats:
        """The mean of a value; NaN where there are no facts."""
        return divided(self.sum(value), self.count)

    def share(self, value: str, prior: "Window | Floats | float", weight: float = 20.0) -> Floats:
        """The share of facts with this flag, drawn towards `prior` as if by `weight` facts more."""
        anchor = prior.share(value, 0.5, 1.0) if isinstance(prior, Window) else prior
        return (self.sum(value) + weight * anchor) / (self.count + weight)


def divided(numerator: Floats, denominator: Floats) -> Floats:
    """The quotient; NaN where the denominator is not above zero."""
    return np.where(denominator > 0, numerator / np.where(denominator > 0, denominator, 1.0), np.nan)
