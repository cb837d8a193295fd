"""Every round of every order as it stood at a moment: the one table that the indicators are counted from."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from features.arrays import Floats, Ints, Mask
from features.chronicle import Chronicle
from features.frame import OrderFrame
from features.ordering import CITY_CALLBACK, DISTRICT_CALLBACK
from hotline.calendar import NO_TIME
from hotline.lifecycle import FIRMS_OWN_DESK, EventType, OfficialCaller

#: Later than everything: the place of what has not come.
_FAR = np.iinfo(np.int64).max


@dataclass(frozen=True, eq=False)
class Rounds:
    """What was known at `as_of` (known_at ≤ as_of), without what had been taken back by then.

    rows   : positions of the chronicle that stand, ascending
    number : per such row, the round that it belongs to, 0 …
    start  : per round, the position where it began: the receipt or a re-dispatch that stands
    end    : per round, the last position that was known of it
    """

    chronicle: Chronicle
    as_of: int
    rows: Ints
    number: Ints
    start: Ints
    end: Ints

    @classmethod
    def of(cls, chronicle: Chronicle, as_of: int, without: Mask | None = None) -> "Rounds":
        """The rounds at a moment; `without` marks orders (by number) that are left out."""
        stands = chronicle.known_at <= as_of
        takes = chronicle.retractions
        stands[chronicle.retracted_position[takes[stands[takes]]]] = False
        if without is not None:
            stands &= ~without[chronicle.order]
        rows = np.flatnonzero(stands)
        begins = (chronicle.is_receipt | chronicle.is_type(EventType.REDISPATCHED))[rows]
        first = np.flatnonzero(begins)
        last = np.append(first[1:], len(rows)) - 1
        return cls(chronicle, as_of, rows, np.cumsum(begins) - 1, rows[first], rows[last[: len(first)]])

    def __len__(self) -> int:
        return len(self.start)

    @cached_property
    def order(self) -> Ints:
        """The order's number in the chronicle."""
        return self.chronicle.order[self.start]

    @cached_property
    def is_first(self) -> Mask:
        """Whether the round began with the receipt."""
        return self.chronicle.is_receipt[self.start]

    @cached_property
    def is_last(self) -> Mask:
        """Whether no later round of the order had begun."""
        return np.append(self.order[1:] != self.order[:-1], True)[: len(self)]

    @cached_property
    def opened_at(self) -> Ints:
        """When the round was opened: the order's receipt, or its re-dispatch, microseconds."""
        stated = self.chronicle.field("received_at").at(self.end, NO_TIME)
        known = self.chronicle.happened_at[self.start]
        return np.where(self.is_first & (stated != NO_TIME), stated, known)

    @cached_property
    def opened_known(self) -> Ints:
        """When the opening of the round was known."""
        return self.chronicle.known_at[self.start]

    @cached_property
    def is_relayed(self) -> Mask:
        """Whether it came by the hotline; the firm's own orders are in no indicator."""
        return self.chronicle.field("source").at(self.end, None) != FIRMS_OWN_DESK

    def first(self, *types: str) -> Ints:
        """The position of each round's first event of these types; -1 without one."""
        rows, number = self._of(*types)
        found = np.full(len(self), -1, dtype=np.int64)
        found[number[::-1]] = rows[::-1]
        return found

    def last(self, *types: str) -> Ints:
        """The position of each round's last event of these types; -1 without one."""
        rows, number = self._of(*types)
        found = np.full(len(self), -1, dtype=np.int64)
        found[number] = rows
        return found

    def earliest(self, *types: str, since: Ints | None = None) -> Ints:
        """When the earliest of these events happened, not before `since` of its round; NO_TIME without one."""
        rows, number = self._of(*types)
        happened_at = self.chronicle.happened_at[rows]
        if since is not None:
            kept = happened_at >= since[number]
            number, happened_at = number[kept], happened_at[kept]
        found = np.full(len(self), _FAR)
        np.minimum.at(found, number, happened_at)
        return np.where(found == _FAR, NO_TIME, found)

    def happened(self, position: Ints) -> Ints:
        """When the events at these positions happened; NO_TIME for -1."""
        return np.where(position >= 0, self.chronicle.happened_at[position], NO_TIME)

    def known(self, position: Ints) -> Ints:
        """When the rows at these positions were known; NO_TIME for -1."""
        return np.where(position >= 0, self.chronicle.known_at[position], NO_TIME)

    def position_at(self, moment: Ints) -> Ints:
        """The last position of each round that was known at a moment of its own."""
        return np.clip(self.chronicle.position_at(self.order, moment), self.start, self.end)

    @cached_property
    def closing(self) -> Ints:
        """The last closing of the round; -1 while it is open."""
        return self.last(EventType.CLOSED)

    @cached_property
    def is_archived(self) -> Mask:
        """Whether it was put away."""
        return self.first(EventType.ARCHIVED) >= 0

    @cached_property
    def call(self) -> Ints:
        """The first callback of the office whose ratings count, answered or not; -1 without one."""
        return self.first(self.caller)

    def call_since(self, since: Ints) -> Ints:
        """The first callback of that office that was known from a moment of its round on; -1 without one."""
        rows, number = self._calls(since)
        found = np.full(len(self), -1, dtype=np.int64)
        found[number[::-1]] = rows[::-1]
        return found

    def told(self, column: str, since: Ints | None = None) -> tuple[Ints, Floats]:
        """The first callback of that office that says something in a column, and what; -1 and NaN without.

        With `since` the first of those known from a moment of its round on.
        """
        rows, number = self._calls(since)
        said = self.chronicle.log.callbacks[column].to_numpy()[self.chronicle.row[rows]]
        told = ~np.isnan(said)
        position, value = np.full(len(self), -1, dtype=np.int64), np.full(len(self), np.nan)
        position[number[told][::-1]], value[number[told][::-1]] = rows[told][::-1], said[told][::-1]
        return position, value

    @cached_property
    def rated(self) -> tuple[Ints, Floats]:
        """The round's first rated callback, and the rating 0–3; -1 and NaN without one."""
        return self.told("rating")

    @property
    def caller(self) -> str:
        """The kind of callback whose ratings count."""
        is_city = self.chronicle.log.label_caller is OfficialCaller.CITY
        return CITY_CALLBACK if is_city else DISTRICT_CALLBACK

    def frame(self, chosen: Ints) -> OrderFrame:
        """Questions about some rounds as they stand at the moment."""
        as_of = np.full(len(chosen), self.as_of, dtype=np.int64)
        return OrderFrame(self.chronicle, self.order[chosen], as_of, self.end[chosen])

    def _calls(self, since: Ints | None) -> tuple[Ints, Ints]:
        """The callbacks of that office with their rounds."""
        rows, number = self._of(self.caller)
        if since is None:
            return rows, number
        kept = self.chronicle.known_at[rows] >= since[number]
        return rows[kept], number[kept]

    def _of(self, *types: str) -> tuple[Ints, Ints]:
        """The standing rows of these types with their rounds; receipts are no events."""
        chosen = (self.chronicle.is_type(*types) & ~self.chronicle.is_receipt)[self.rows]
        return self.rows[chosen], self.number[chosen]
