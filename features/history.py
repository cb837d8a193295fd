"""Everybody's past as one index: sorted once, asked by binary search, one order or a million alike."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from features.arrays import FEW, Floats, Ints, Mask, Words, numbered, places_among
from features.changes import Changes
from features.chronicle import Chronicle
from features.estates import CommunityFacts, last_known
from features.few import Few, UsualSums
from features.fields import FieldIndex
from features.frame import OrderFrame
from features.log import Log
from features.own_receipt import held_by, own_receipts
from features.prefix_sums import Asked, Stream
from features.streams import FACTS, Facts, in_hand
from features.windows import Key, Window
from hotline.calendar import DAY


@dataclass(frozen=True, eq=False)
class History:
    """The past of every street, community, company, manager, caller and category in one log."""

    chronicle: Chronicle
    _streams: dict[tuple[str, Key], Stream] = field(default_factory=dict)
    _vocabularies: dict[str, Mapping[str, int]] = field(default_factory=dict)
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
            moment = self.chronicle.moment[facts.position] if facts.time is None else self._moment(facts.time)
            self._streams[kind, by] = Stream.of(key, moment, len(self.chronicle.moments), facts.values)
        return self._streams[kind, by]

    @property
    def streams(self) -> Mapping[tuple[str, Key], Stream]:
        """The streams that were asked for so far."""
        return self._streams

    @property
    def asked(self) -> tuple[tuple[str, Key], ...]:
        """The streams (kind and key) that were asked for so far."""
        return tuple(self._streams)

    @cached_property
    def usual_sums(self) -> UsualSums:
        """The sums that few questions asked for so far."""
        return UsualSums()

    def _moment(self, time: Ints) -> Ints:
        """The places of times among the chronicle's moments."""
        return np.searchsorted(self.chronicle.moments, time)

    def _in_hand(self, by: Key) -> Facts:
        return in_hand(self.chronicle, self.codes_at(by, np.arange(len(self.chronicle))))

    def _kind(self, kind: str) -> Facts:
        if kind not in self._facts:
            self._facts[kind] = FACTS[kind](self.chronicle)
        return self._facts[kind]

    def community_facts(self, name: str) -> CommunityFacts:
        """What this log says of all communities in one respect."""
        if name not in self._community_facts:
            self._community_facts[name] = CommunityFacts.of(self.chronicle.log.communities, name)
        return self._community_facts[name]

    @cached_property
    def _community_facts(self) -> dict[str, CommunityFacts]:
        return {}

    def vocabulary(self, name: str) -> Mapping[str, int]:
        """The number of each value that a field ever took."""
        if name not in self._vocabularies:
            found = self._coded(name)[0]
            self._vocabularies[name] = {word: number for number, word in enumerate(found)}
        return self._vocabularies[name]

    def codes(self, by: Key, words: tuple[np.ndarray, ...]) -> Ints:
        """Key numbers for the values of the key's fields, one array a field; -1 for an unknown one."""
        return self._combined(
            by, [numbered(self.vocabulary(name), w) for name, w in zip(by, words, strict=True)]
        )

    def code(self, by: Key, words: tuple[str | None, ...]) -> int:
        """The key number for one value of each of the key's fields; -1 for an unknown one."""
        combined = 0
        for name, word in zip(by, words, strict=True):
            vocabulary = self.vocabulary(name)
            number = vocabulary.get(word, -1)  # type: ignore[arg-type]
            if number < 0:
                return -1
            combined = combined * len(vocabulary) + number
        return combined

    def codes_at(self, by: Key, position: Ints) -> Ints:
        """Key numbers of the orders at these positions of the chronicle."""
        if not by:
            return np.zeros(len(position), dtype=np.int64)
        return self._combined(by, [self._coded(name)[1].at(position, -1) for name in by])

    def _combined(self, by: Key, codes: list[Ints]) -> Ints:
        """One number for several: -1 where any of them is."""
        combined = codes[0]
        for name, code in zip(by[1:], codes[1:], strict=True):
            known = (combined >= 0) & (code >= 0)
            combined = np.where(known, combined * np.int64(len(self.vocabulary(name))) + code, -1)
        return combined

    def _coded(self, name: str) -> tuple[Words, FieldIndex]:
        """A field's values by number, and its course in numbers."""
        if name not in self._coded_fields:
            words = self.chronicle.field(name)
            codes, found = pd.factorize(words.value)
            self._coded_fields[name] = found, replace(words, value=codes.astype(np.int32))
        return self._coded_fields[name]

    @cached_property
    def _coded_fields(self) -> dict[str, tuple[Words, FieldIndex]]:
        return {}


@dataclass(frozen=True, eq=False)
class Past:
    """History as each question of a frame may see it: cut strictly before `as_of`.

    `layers` are histories that add up, each with +1 or -1, and `changes` what has to be added to them, or
    taken from them, since they were sorted. A feature cannot reach anything later than its moment through here.
    """

    frame: OrderFrame
    layers: tuple[tuple[History, int], ...]
    changes: tuple[Changes, ...] = ()

    @classmethod
    def of(cls, frame: OrderFrame, history: History) -> "Past":
        """The past of these questions in one history."""
        return cls(frame, ((history, 1),))

    def events(self, kind: str, by: str | Key = (), days: float | None = None) -> Window:
        """The facts of a kind (see `features.streams`) of the same key in the last `days`, or ever."""
        key = (by,) if isinstance(by, str) else by
        if (kind, key, days) not in self._windows:
            self._windows[kind, key, days] = Window(self, kind, key, days)
        return self._windows[kind, key, days]

    @cached_property
    def _windows(self) -> dict[tuple[str, Key, float | None], Window]:
        return {}

    @cached_property
    def few(self) -> "Few | None":
        """The questions where they are few; None where there are none or many."""
        return Few(self) if 0 < len(self.frame) <= FEW else None

    @cached_property
    def memory(self) -> dict[Any, Any] | None:
        """What was worked out for a few questions; None where there are many."""
        return {} if self.few is not None else None

    def community_fact(self, name: str) -> Floats:
        """A fact about each order's community, as known at the moment; NaN where nothing was."""
        if ("community", name) not in self._cache:
            layers = [history.community_facts(name) for history, sign in self.layers if sign > 0]
            layers += [facts for changes in self.changes if (facts := changes.community_facts(name))]
            found = last_known(layers, self.word("community"), self.frame.as_of)
            found.flags.writeable = False
            self._cache["community", name] = found
        return self._cache["community", name]

    def other_orders(self, by: Key, days: float) -> Floats:
        """Orders received of the same key in the last `days`, the one asked about left out."""
        received = self.events("received", by=by, days=days).count
        return received - own_receipts(self, by, days)

    @cached_property
    def is_held(self) -> Mask:
        """Whether history holds the orders asked about."""
        return held_by(self)

    @cached_property
    def _cache(self) -> dict[Any, Any]:
        return {}

    def codes(self, layer: int, by: Key) -> Ints:
        """Key numbers of the questions in one layer's vocabulary."""
        if (layer, by) not in self._cache:
            history = self.layers[layer][0]
            if not by or history.chronicle is self.frame.chronicle:
                self._cache[layer, by] = history.codes_at(by, self.frame.position)
            else:
                self._cache[layer, by] = history.codes(by, tuple(self.word(name) for name in by))
        return self._cache[layer, by]

    def _asked(self, layer: int, by: Key) -> Asked:
        key = ("asked", layer, by)
        if key not in self._cache:
            moments = len(self.layers[layer][0].chronicle.moments)
            self._cache[key] = Asked.of(self.codes(layer, by), self.frame.by_time, moments)
        return self._cache[key]

    def word(self, name: str) -> np.ndarray:
        """A field of the orders asked about, in words."""
        if name not in self._cache:
            self._cache[name] = self.frame.word(name)
        return self._cache[name]

    def sequence(self, layer: int, by: Key) -> Ints:
        """What sorts the questions by key in one layer, and within it by time."""
        return self._asked(layer, by).by_both

    def position(self, layer: int, kind: str, by: Key, days: float | None) -> Ints:
        """The edge of a window in one layer, in `sequence`: `days` before the moment, or (0) the moment itself."""
        key = (layer, kind, by, days)
        if key not in self._cache:
            self._cache[key] = self.layers[layer][0].stream(kind, by).position(self._slots(layer, by, days))
        return self._cache[key]

    def _slots(self, layer: int, by: Key, days: float | None) -> Ints:
        """The edges of windows as slots, in `sequence`; None: before everything of the key."""
        key = ("slots", layer, by, days)
        if key not in self._cache:
            asked = self._asked(layer, by)
            self._cache[key] = (
                asked.start if days is None else asked.start + self._edge(layer, days)[asked.by_key]
            )
        return self._cache[key]

    def _edge(self, layer: int, days: float) -> Ints:
        """How many moments of a layer lie before the edge, questions sorted by time."""
        key = ("edge", layer, days)
        if key not in self._cache:
            chronicle, frame = self.layers[layer][0].chronicle, self.frame
            if days == 0 and chronicle is frame.chronicle:
                self._cache[key] = frame.moment[frame.by_time]
            else:
                self._cache[key] = places_among(chronicle.moments, self._times - int(days * DAY))
        return self._cache[key]

    @cached_property
    def _times(self) -> Ints:
        return self.frame.as_of[self.frame.by_time]

    def let_go(self) -> None:
        """Forget what was worked out of windows: it holds on to the past, as the past does to it.

        Otherwise everybody's history, long replaced by another, would stay in memory until a collection of garbage.
        """
        for worked_out in ("_windows", "few", "memory"):
            self.__dict__.pop(worked_out, None)
