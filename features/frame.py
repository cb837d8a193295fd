"""The questions: which orders, at which moments, and what each order's own record says then."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from features.chronicle import Chronicle, Floats, Ints
from hotline.calendar import HOUR, NO_TIME


@dataclass(frozen=True, eq=False)
class OrderFrame:
    """One row a question. A batch and a single order are the same thing; serving is a frame of one.

    order    : number of the order in `chronicle`
    as_of    : when the question is asked, microseconds
    position : the last row of the chronicle that the order's desk knew then
    """

    chronicle: Chronicle
    order: Ints
    as_of: Ints
    position: Ints

    @classmethod
    def at_times(cls, chronicle: Chronicle, order_ids: Sequence[str], as_of: Ints) -> "OrderFrame":
        """Questions about orders at given times (microseconds), none before the order's receipt.

        Raises LookupError for an unknown order, ValueError for a time before its receipt.
        """
        order = chronicle.order_number(np.asarray(order_ids, dtype=object))
        if (order < 0).any():
            raise LookupError(f"no order {order_ids[int(np.argmin(order))]}")
        position = chronicle.position_at(order, as_of)
        if (early := position < chronicle.first[order]).any():
            raise ValueError(f"order {order_ids[int(np.argmax(early))]} was not received yet at that time")
        return cls(chronicle, order, as_of, position)

    @classmethod
    def at_positions(cls, chronicle: Chronicle, position: Ints) -> "OrderFrame":
        """Questions asked the instant the given rows became known."""
        return cls(
            chronicle, chronicle.order[position], chronicle.known_at[position], chronicle.seen_with[position]
        )

    def __len__(self) -> int:
        return len(self.order)

    def take(self, rows: Ints) -> "OrderFrame":
        """The questions in these rows only."""
        return OrderFrame(self.chronicle, self.order[rows], self.as_of[rows], self.position[rows])

    @property
    def order_id(self) -> np.ndarray:
        """Ids of the orders asked about."""
        return self.chronicle.order_ids[self.order]

    def word(self, name: str) -> np.ndarray:
        """A field in words, as known then; None where missing."""
        return self.chronicle.field(name).at(self.position, None)

    def time(self, name: str) -> Ints:
        """A field that is a time, in microseconds, as known then; NO_TIME where missing."""
        return self.chronicle.field(name).at(self.position, NO_TIME)

    def number(self, name: str) -> Floats:
        """An attribute that is a number, as known then; NaN where missing."""
        return self.chronicle.field(name).at(self.position, np.nan)

    @cached_property
    def received_at(self) -> Ints:
        """When each order was received, microseconds; its first known moment where the field is empty."""
        stated = self.time("received_at")
        return np.where(stated == NO_TIME, self.chronicle.known_at[self.chronicle.first[self.order]], stated)

    @cached_property
    def first_position(self) -> Ints:
        """The position of each order's receipt."""
        return self.chronicle.first[self.order]

    @cached_property
    def round_start(self) -> Ints:
        """The position where the round in which each order stands began."""
        return self.chronicle.round_start[self.position]

    @cached_property
    def stage(self) -> Ints:
        """The number of the stage in which each order stands."""
        return self.chronicle.stage_at(self.position, self.as_of)

    def own(self, *types: str, this_round: bool = False) -> "OwnEvents":
        """What has happened to each order itself, of these types, as known then."""
        key = (types, this_round)
        if key not in self._own:
            self._own[key] = OwnEvents.of(self, np.flatnonzero(self.chronicle.is_type(*types)), this_round)
        return self._own[key]

    def own_rows(self, rows: np.ndarray) -> "OwnEvents":
        """The same for any chosen rows of the chronicle (a mask)."""
        return OwnEvents.of(self, np.flatnonzero(rows), this_round=False)

    @cached_property
    def _own(self) -> dict[tuple[tuple[str, ...], bool], "OwnEvents"]:
        return {}


@dataclass(frozen=True, eq=False)
class OwnEvents:
    """An order's own events of some kind up to its moment; what was taken back by then is left out.

    rows  : positions of such events in the chronicle, ascending
    lo,hi : per question, its slice of `rows`
    """

    frame: OrderFrame
    rows: Ints
    lo: Ints
    hi: Ints

    @classmethod
    def of(cls, frame: OrderFrame, rows: Ints, this_round: bool) -> "OwnEvents":
        """The slices of these rows that belong to each question."""
        start = frame.round_start if this_round else frame.first_position
        lo, hi = (
            np.searchsorted(rows, start, side="left"),
            np.searchsorted(rows, frame.position, side="right"),
        )
        return cls(frame, rows, lo, np.maximum(lo, hi))

    @cached_property
    def _void(self) -> dict[int, Ints]:
        """Questions some of whose events were taken back by then, with the events that still stand."""
        chronicle = self.frame.chronicle
        takes = np.flatnonzero(chronicle.retracted_position >= 0)
        touched = np.isin(chronicle.retracted_position[takes], self.rows)
        affected = np.isin(self.frame.order, chronicle.order[takes[touched]])
        standing = {}
        for question in np.flatnonzero(affected):
            own = self.rows[self.lo[question] : self.hi[question]]
            gone = chronicle.retracted_position[takes[takes <= self.frame.position[question]]]
            standing[int(question)] = own[~np.isin(own, gone)]
        return standing

    @cached_property
    def count(self) -> Floats:
        """How many."""
        counts = (self.hi - self.lo).astype(np.float64)
        for question, rows in self._void.items():
            counts[question] = len(rows)
        return counts

    @property
    def any(self) -> np.ndarray:
        """Whether there was one."""
        return self.count > 0

    @cached_property
    def last(self) -> Ints:
        """The position of the last one; -1 where there is none."""
        return self._edge(self.hi - 1, -1)

    @cached_property
    def first(self) -> Ints:
        """The position of the first one; -1 where there is none."""
        return self._edge(self.lo, 0)

    def _edge(self, slot: Ints, pick: int) -> Ints:
        if not len(self.rows):
            return np.full(len(self.lo), -1)
        edge = np.where(self.hi > self.lo, self.rows[np.clip(slot, 0, len(self.rows) - 1)], -1)
        for question, rows in self._void.items():
            edge[question] = rows[pick] if len(rows) else -1
        return edge

    @property
    def hours_since_last(self) -> Floats:
        """Hours since the last one became known; NaN where there is none."""
        return self._hours(self.last)

    @property
    def hours_since_first(self) -> Floats:
        """Hours since the first one became known; NaN where there is none."""
        return self._hours(self.first)

    def _hours(self, position: Ints) -> Floats:
        waited = (self.frame.as_of - self.frame.chronicle.known_at[position]) / HOUR
        return np.where(position >= 0, waited, np.nan)

    @property
    def known_at_first(self) -> Ints:
        """When the first one became known; NO_TIME where there is none."""
        return np.where(self.first >= 0, self.frame.chronicle.known_at[self.first], NO_TIME)

    @property
    def known_at_last(self) -> Ints:
        """When the last one became known; NO_TIME where there is none."""
        return np.where(self.last >= 0, self.frame.chronicle.known_at[self.last], NO_TIME)

    def last_of(self, column: np.ndarray, missing: object) -> np.ndarray:
        """The value at the last one of a column that runs along the chronicle."""
        return np.where(self.last >= 0, column[self.last], missing)


def event_column(chronicle: Chronicle, name: str) -> np.ndarray:
    """A column of the log's events laid along the chronicle; missing on rows that are no events."""
    column = chronicle.log.events[name].to_numpy()
    laid = np.full(len(chronicle), None if column.dtype == object else np.nan, dtype=column.dtype)
    laid[chronicle.is_event] = column[chronicle.row[chronicle.is_event]]
    return laid
