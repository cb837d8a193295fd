"""The questions: which orders, at which moments, and what each order's own record says then."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from features.arrays import FEW, Floats, Ints, sorting
from features.chronicle import Chronicle
from features.own_events import OwnEvents
from hotline.calendar import NO_TIME


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
        return self._field(name, None)

    def time(self, name: str) -> Ints:
        """A field that is a time, in microseconds, as known then; NO_TIME where missing."""
        return self._field(name, NO_TIME)

    def number(self, name: str) -> Floats:
        """An attribute that is a number, as known then; NaN where missing."""
        return self._field(name, np.nan)

    def _field(self, name: str, missing: Any) -> np.ndarray:
        """A field as known then; few questions keep what was found, for several features ask for it."""
        if self.memory is None:
            return self.chronicle.field(name).at(self.position, missing)
        if name not in self._found:
            self._found[name] = self.chronicle.field(name).at(self.position, missing)
        return self._found[name]

    @cached_property
    def memory(self) -> dict[Any, Any] | None:
        """What was worked out for a few questions; None where there are many."""
        return {} if len(self) <= FEW else None

    @cached_property
    def _found(self) -> dict[str, np.ndarray]:
        return {}

    @cached_property
    def moment(self) -> Ints:
        """How many of the chronicle's moments lie before each question's."""
        if self._is_known_then:
            return self.chronicle.moment[self.position]
        return np.searchsorted(self.chronicle.moments, self.as_of).astype(np.int32)

    @cached_property
    def by_time(self) -> Ints:
        """What sorts the questions by time."""
        return sorting(self.moment) if self._is_known_then else np.argsort(self.as_of).astype(np.int32)

    @cached_property
    def _is_known_then(self) -> bool:
        """Whether every question is asked at the very instant of the last row that its desk knew."""
        return np.array_equal(self.chronicle.known_at[self.position], self.as_of)

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

    def own(self, *types: str, this_round: bool = False) -> OwnEvents:
        """What has happened to each order itself, of these types, as known then."""
        key = (types, this_round)
        if key not in self._own:
            self._own[key] = OwnEvents.of(self, self.chronicle.rows_of(*types), this_round)
        return self._own[key]

    def own_rows(self, rows: np.ndarray, this_round: bool = False) -> OwnEvents:
        """The same for any chosen rows of the chronicle (a mask)."""
        return OwnEvents.of(self, np.flatnonzero(rows), this_round)

    @cached_property
    def own_moments(self) -> OwnEvents:
        """All that has happened to each order, its receipt included."""
        return self.own_rows(self.chronicle.is_moment)

    @cached_property
    def own_promises(self) -> OwnEvents:
        """The events that promised a date."""
        chronicle = self.chronicle
        return self.own_rows(chronicle.is_event & (chronicle.promised_at != NO_TIME))

    @cached_property
    def _own(self) -> dict[tuple[tuple[str, ...], bool], OwnEvents]:
        return {}

    @cached_property
    def bare(self) -> "OrderFrame":
        """The same questions with nothing worked out: what a frame keeps must not keep the frame in turn.

        Otherwise a replaced history would stay in memory until a collection of garbage.
        """
        return OrderFrame(self.chronicle, self.order, self.as_of, self.position)
