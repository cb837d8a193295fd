"""Each order's own happenings in the order in which they became known."""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from features.arrays import Ints, Words, last_marked
from features.fields import FieldIndex
from features.log import Log
from features.ordering import CITY_CALLBACK, DISTRICT_CALLBACK, REVISION, Rows
from features.prefix_sums import joined
from features.stages import last_milestones, stages_after
from hotline.calendar import NO_TIME
from hotline.lifecycle import EventType


@dataclass(frozen=True, eq=False)
class Chronicle:
    """All happenings of all orders, sorted by (order, known_at, lifecycle rank, event id).

    A *position* is a row of this table; what an order's desk knew at a moment is the rows from the
    order's first up to that position. Arrays have one entry a row unless said otherwise.

    order       : number of the order (its place in `order_ids`, which is sorted)
    known_at    : microseconds
    type        : number of the row's type (its place in `types`)
    row         : the row's place in the log's frame of its kind
    first, last : per order, its first and last position
    moments     : every time at which something became known or was promised, ascending
    moment      : the place of the row's known_at in `moments`
    """

    log: Log
    order_ids: np.ndarray
    order: Ints
    known_at: Ints
    type: Ints
    types: tuple[str, ...]
    row: Ints
    happened_at: Ints
    promised_at: Ints
    first: Ints
    last: Ints
    moments: Ints
    moment: Ints

    @classmethod
    def of(cls, log: Log) -> "Chronicle":
        """The chronicle of a log; rows of orders without a single revision are left out."""
        rows = Rows.of(log)
        bounds = np.searchsorted(rows.order, np.arange(len(rows.order_ids) + 1))
        promises = rows.promised_at[rows.promised_at != NO_TIME]
        moments, moment = np.unique(np.concatenate([rows.known_at, promises]), return_inverse=True)
        return cls(
            log=log,
            order_ids=rows.order_ids,
            order=rows.order,
            known_at=rows.known_at,
            type=rows.type,
            types=rows.types,
            row=rows.row,
            happened_at=rows.happened_at,
            promised_at=rows.promised_at,
            first=bounds[:-1],
            last=bounds[1:] - 1,
            moments=moments,
            moment=moment[: len(rows.known_at)].astype(np.int32),
        )

    def __len__(self) -> int:
        return len(self.order)

    def type_number(self, name: str) -> int:
        """The number of a type; -1 where no row has it."""
        return self.types.index(name) if name in self.types else -1

    def is_type(self, *names: str) -> np.ndarray:
        """Per row, whether its type is one of these."""
        mask = np.zeros(len(self), dtype=bool)
        for name in names:
            if name in self.types:
                mask |= self.type == self.types.index(name)
        return mask

    def rows_of(self, *names: str) -> Ints:
        """The positions of rows whose type is one of these."""
        if names not in self._rows_of:
            self._rows_of[names] = np.flatnonzero(self.is_type(*names))
        return self._rows_of[names]

    @cached_property
    def _rows_of(self) -> dict[tuple[str, ...], Ints]:
        return {}

    def order_number(self, order_ids: np.ndarray) -> Ints:
        """Numbers of orders by id; -1 for unknown ones."""
        if not len(self.order_ids):
            return np.full(len(order_ids), -1)
        place = np.minimum(np.searchsorted(self.order_ids, order_ids), len(self.order_ids) - 1)
        return np.where(self.order_ids[place] == order_ids, place, -1)

    def position_at(self, order: Ints, as_of: Ints) -> Ints:
        """The last position that each order's desk knew at each time.

        A callback known at that very instant is not yet seen, nor anything after it.
        """
        position = self._search(order, as_of, side="right") - 1
        before = self._search(order, as_of, side="left")
        tied = np.flatnonzero((position >= before) & self._has_callback(before, position))
        for i in tied:
            rows = np.arange(before[i], position[i] + 1)
            position[i] = rows[self.is_callback[rows]][0] - 1
        return position

    def _search(self, order: Ints, as_of: Ints, side: Literal["left", "right"]) -> Ints:
        moment = np.searchsorted(self.moments, as_of, side=side)
        return np.searchsorted(self._slots, joined(order, moment, len(self.moments)), side="left")

    @cached_property
    def _slots(self) -> Ints:
        return joined(self.order, self.moment, len(self.moments))

    def _has_callback(self, start: Ints, end: Ints) -> np.ndarray:
        return self._callbacks_before[end + 1] > self._callbacks_before[start]

    @cached_property
    def _callbacks_before(self) -> Ints:
        return np.cumsum(np.append(False, self.is_callback), dtype=np.int32)

    @cached_property
    def is_callback(self) -> np.ndarray:
        """Per row, whether it is an official callback."""
        return self.is_type(CITY_CALLBACK, DISTRICT_CALLBACK)

    @cached_property
    def is_revision(self) -> np.ndarray:
        """Per row, whether it revises its order's fields, the receipt left out."""
        return self.is_type(REVISION)

    @cached_property
    def revisions(self) -> Ints:
        """The positions that set or change fields of their order, the receipts included."""
        return np.flatnonzero(self.is_receipt | self.is_revision)

    @cached_property
    def is_receipt(self) -> np.ndarray:
        """Per row, whether it is the order's receipt, always the first of its rows."""
        mark = np.zeros(len(self), dtype=bool)
        mark[self.first] = True
        return mark

    @cached_property
    def is_event(self) -> np.ndarray:
        """Per row, whether it stands for a row of the log's events."""
        return ~(self.is_revision | self.is_callback | self.is_receipt)

    @cached_property
    def is_moment(self) -> np.ndarray:
        """Per row, whether the order's desk learnt of an event there: when a prediction is asked for.

        The receipt counts unless the order's first event falls in the same instant.
        """
        next_is_event = np.zeros(len(self), dtype=bool)
        next_is_event[:-1] = self.is_event[1:] & self._same_instant
        return self.is_event | (self.is_receipt & ~next_is_event)

    @cached_property
    def _same_instant(self) -> np.ndarray:
        """Per row but the last, whether the next row is of the same order and instant."""
        return (np.diff(self.order) == 0) & (np.diff(self.known_at) == 0)

    @cached_property
    def seen_with(self) -> Ints:
        """Per row, the last position seen together with it: revisions of its instant that follow it."""
        if not len(self):
            return np.empty(0, dtype=np.int64)
        joins = np.append(self._same_instant & self.is_revision[1:], False)
        ends = np.where(~joins, np.arange(len(self)), len(self))
        return np.minimum.accumulate(ends[::-1])[::-1]

    @cached_property
    def retracted_position(self) -> Ints:
        """Per row, the position of the event that it takes back; -1 for rows that take nothing back.

        An event is taken back once: the first retraction known counts, later ones take nothing back.
        """
        target = np.full(len(self), -1, dtype=np.int32)
        takes = np.flatnonzero(self.is_type(EventType.RETRACTED))
        if not len(takes):
            return target
        names = self.log.rows["events"].take(self.row[takes])["retracts"].to_numpy()
        events = np.flatnonzero(self.is_event & np.isin(self.order, self.order[takes]))
        ids = self.log.rows["events"].take(self.row[events])["event_id"].to_numpy()
        where = {(self.order[p], id_): p for p, id_ in zip(events, ids, strict=True)}
        found = np.array([where.get((self.order[p], n), -1) for p, n in zip(takes, names, strict=True)])
        first = np.unique(found, return_index=True)[1]
        first = first[(found[first] >= 0) & (found[first] != takes[first])]
        target[takes[first]] = found[first]
        return target

    @cached_property
    def retractions(self) -> Ints:
        """The positions of rows that take an event back."""
        return np.flatnonzero(self.retracted_position >= 0)

    @cached_property
    def last_milestone(self) -> Ints:
        """Per row, the position of the last standing row that set the order's stage."""
        return last_milestones(self)

    def stage_at(self, position: Ints, as_of: Ints) -> Ints:
        """The number of the stage at each question."""
        return stages_after(self, self.last_milestone[position], as_of)

    @cached_property
    def round_start(self) -> Ints:
        """Per row, the position where its round began: the receipt or the last re-dispatch."""
        return last_marked(self.is_type(EventType.REDISPATCHED) | self.is_receipt)

    def field(self, name: str) -> FieldIndex:
        """The course of one field of the orders, to be asked by position."""
        if name not in self._fields:
            self._fields[name] = FieldIndex.of(self, name)
        return self._fields[name]

    @cached_property
    def _fields(self) -> dict[str, FieldIndex]:
        return {}

    def event_column(self, name: str) -> np.ndarray:
        """A column of the log's events laid along the chronicle; missing on rows that are no events."""
        if name not in self._event_columns:
            column = self.log.events[name].to_numpy()
            missing = None if column.dtype == object else np.nan
            laid: Words = np.full(len(self), missing, dtype=column.dtype)
            laid[self.is_event] = column[self.row[self.is_event]]
            self._event_columns[name] = laid
        return self._event_columns[name]

    @cached_property
    def _event_columns(self) -> dict[str, np.ndarray]:
        return {}
