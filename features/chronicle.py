"""Each order's own happenings in the order in which they became known."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from features.log import TIME_FIELDS, WORD_FIELDS, Log
from hotline.calendar import DAY, NO_TIME
from hotline.lifecycle import STAGE_AFTER, STAGE_ORDER, EventType, OfficialCaller, Stage, rank

Ints = np.ndarray
Floats = np.ndarray

RECEIPT = "received"
REVISION = "(revision)"
CITY_CALLBACK = "(city callback)"
DISTRICT_CALLBACK = "(962121 callback)"

_STAGE_NUMBER = {stage: number for number, stage in enumerate(STAGE_ORDER)}
_CLOSED = _STAGE_NUMBER[Stage.CLOSED]
_AWAITING = _STAGE_NUMBER[Stage.AWAITING_CALLBACK]
#: The kinds of rows that are not events of the order itself.
SILENT = (REVISION, CITY_CALLBACK, DISTRICT_CALLBACK)

# Revisions fall after the closing and before the callback of the same instant: what an extract shows
# only in its final state may not be seen a tie too early.
_REVISION_RANK = rank(EventType.CLOSED) * 2 + 1
_CALLBACK_RANK = rank(EventType.CALLED_BACK) * 2


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

    @classmethod
    def of(cls, log: Log) -> "Chronicle":
        """The chronicle of a log; rows of orders without a single revision are left out."""
        revisions, events, callbacks = log.orders, log.events, log.callbacks
        order_ids = np.unique(revisions["order_id"].to_numpy().astype(object)) if len(revisions) else _NONE
        index = pd.Index(order_ids)
        types: dict[str, int] = {RECEIPT: 0, REVISION: 1, CITY_CALLBACK: 2, DISTRICT_CALLBACK: 3}
        event_type = _numbered(events["type"], types)
        event_rank = np.array([rank(name) * 2 for name in types], dtype=np.int64)[event_type]
        is_city = callbacks["by"].to_numpy() == OfficialCaller.CITY.value
        frames = (revisions, events, callbacks)
        order = np.concatenate([_codes(index, frame["order_id"]) for frame in frames])
        known_at = np.concatenate([_times(frame["known_at"]) for frame in frames])
        absent = [np.full(len(frame), NO_TIME) for frame in frames]
        happened_at = np.concatenate([absent[0], _times(events["happened_at"]), absent[2]])
        happened_at = np.where(happened_at == NO_TIME, known_at, happened_at)
        promised_at = np.concatenate([absent[0], _times(events["promised_at"]), absent[2]])
        sub = np.concatenate(
            [np.full(len(revisions), _REVISION_RANK), event_rank, _CALLBACK_RANK + is_city.astype(np.int64)]
        )
        kind = np.concatenate([np.ones(len(revisions), np.int64), event_type, np.where(is_city, 2, 3)])
        row = np.concatenate([np.arange(len(frame)) for frame in frames])
        _mark_receipts(order, known_at, kind, sub, len(revisions), len(order_ids))
        keep = np.flatnonzero(order >= 0)
        tie = _event_ties(order, known_at, sub, len(revisions), events["event_id"].to_numpy())
        sequence = keep[np.lexsort((row[keep], tie[keep], sub[keep], known_at[keep], order[keep]))]
        sorted_order = order[sequence]
        bounds = np.searchsorted(sorted_order, np.arange(len(order_ids) + 1))
        return cls(
            log=log,
            order_ids=order_ids,
            order=sorted_order,
            known_at=known_at[sequence],
            type=kind[sequence],
            types=tuple(types),
            row=row[sequence],
            happened_at=happened_at[sequence],
            promised_at=promised_at[sequence],
            first=bounds[:-1],
            last=bounds[1:] - 1,
        )

    def __len__(self) -> int:
        return len(self.order)

    def type_number(self, name: str) -> int:
        """The number of a type; -1 where no row has it."""
        return self.types.index(name) if name in self.types else -1

    def is_type(self, *names: str) -> np.ndarray:
        """Per row, whether its type is one of these."""
        return np.isin(self.type, [self.type_number(name) for name in names])

    def order_number(self, order_ids: np.ndarray) -> Ints:
        """Numbers of orders by id; -1 for unknown ones."""
        return pd.Index(self.order_ids).get_indexer(order_ids)

    def position_at(self, order: Ints, as_of: Ints) -> Ints:
        """The last position that each order's desk knew at each time.

        A callback known at that very instant is not yet seen, nor anything after it.
        """
        position = self._search(order, as_of, side="right") - 1
        before = self._search(order, as_of, side="left")
        tied = np.flatnonzero((position >= before) & self._has_callback(before, position))
        for i in tied:
            rows = np.arange(before[i], position[i] + 1)
            position[i] = rows[np.isin(self.type[rows], (2, 3))][0] - 1
        return position

    def _search(self, order: Ints, as_of: Ints, side: str) -> Ints:
        moments, ranks = self._known_ranks
        ranked = np.searchsorted(moments, as_of, side=side)
        return np.searchsorted(ranks, order.astype(np.int64) * (len(moments) + 1) + ranked, side="left")

    @cached_property
    def _known_ranks(self) -> tuple[Ints, Ints]:
        moments, inverse = np.unique(self.known_at, return_inverse=True)
        return moments, self.order.astype(np.int64) * (len(moments) + 1) + inverse

    def _has_callback(self, start: Ints, end: Ints) -> np.ndarray:
        before = np.concatenate([[0], np.cumsum((self.type == 2) | (self.type == 3))])
        return before[end + 1] > before[start]

    @cached_property
    def retracted_position(self) -> Ints:
        """Per row, the position of the event that it takes back; -1 for rows that take nothing back."""
        target = np.full(len(self), -1, dtype=np.int64)
        takes = np.flatnonzero(self.is_type(EventType.RETRACTED))
        if not len(takes):
            return target
        is_event = self.is_event
        ids = self.log.events["event_id"].to_numpy()
        where = dict(zip(ids[self.row[is_event]], np.flatnonzero(is_event), strict=True))
        retracts = self.log.events["retracts"].to_numpy()[self.row[takes]]
        target[takes] = [where.get(name, -1) for name in retracts]
        same = (target[takes] >= 0) & (self.order[takes] == self.order[target[takes]])
        target[takes[~same]] = -1
        return target

    @cached_property
    def is_receipt(self) -> np.ndarray:
        """Per row, whether it is the order's receipt, always the first of its rows."""
        mark = np.zeros(len(self), dtype=bool)
        mark[self.first] = True
        return mark

    @cached_property
    def is_event(self) -> np.ndarray:
        """Per row, whether it stands for a row of the log's events."""
        return ~np.isin(self.type, (1, 2, 3)) & ~self.is_receipt

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
        joins = np.append(self._same_instant & (self.type[1:] == 1), False)
        ends = np.where(~joins, np.arange(len(self)), len(self))
        return np.minimum.accumulate(ends[::-1])[::-1]

    @cached_property
    def stage(self) -> Ints:
        """Per row, the number of the stage in which the order stands after it."""
        after = np.array([_STAGE_NUMBER[STAGE_AFTER[t]] if t in STAGE_AFTER else -1 for t in self.types])
        stage = after[self.type]
        filled = stage[_forward(stage >= 0)]
        for order in np.unique(self.order[self.retracted_position >= 0]):
            self._replay_stage(order, stage, filled)
        return filled

    def _replay_stage(self, order: int, stage: Ints, filled: Ints) -> None:
        void: set[int] = set()
        for position in range(self.first[order], self.last[order] + 1):
            if self.retracted_position[position] >= 0:
                void.add(self.retracted_position[position])
            valid = [p for p in range(self.first[order], position + 1) if stage[p] >= 0 and p not in void]
            filled[position] = stage[valid[-1]] if valid else 0

    def stage_at(self, position: Ints, as_of: Ints) -> Ints:
        """The stage at each question: a closed order awaits its callback after a day."""
        stage = self.stage[position]
        waited = as_of - self.known_at[self.last_milestone[position]]
        return np.where((stage == _CLOSED) & (waited >= DAY), _AWAITING, stage)

    @cached_property
    def last_milestone(self) -> Ints:
        """Per row, the position of the last row that set the order's stage."""
        return _forward(np.isin(self.type, [n for n, t in enumerate(self.types) if t in STAGE_AFTER]))

    @cached_property
    def round_start(self) -> Ints:
        """Per row, the position where its round began: the receipt or the last re-dispatch."""
        return _forward(self.is_type(EventType.REDISPATCHED) | self.is_receipt)

    def field(self, name: str) -> "FieldIndex":
        """The course of one field of the orders, to be asked by position."""
        if name not in self._fields:
            self._fields[name] = FieldIndex.of(self, name)
        return self._fields[name]

    @cached_property
    def _fields(self) -> dict[str, "FieldIndex"]:
        return {}


@dataclass(frozen=True, eq=False)
class FieldIndex:
    """The values that a field took, by the position from which each was known."""

    position: Ints
    value: np.ndarray
    first: Ints
    order: Ints

    @classmethod
    def of(cls, chronicle: Chronicle, name: str) -> "FieldIndex":
        """The index of one column of the order revisions."""
        column = chronicle.log.orders[name].to_numpy()
        if name in TIME_FIELDS:
            present = column != NO_TIME
        elif name in WORD_FIELDS or column.dtype == object:
            present = ~pd.isna(column)
        else:
            present = ~np.isnan(column)
        is_revision = chronicle.is_receipt | (chronicle.type == 1)
        position = np.flatnonzero(is_revision)
        position = position[present[chronicle.row[position]]]
        return cls(position, column[chronicle.row[position]], chronicle.first, chronicle.order)

    def at(self, position: Ints, missing: object) -> np.ndarray:
        """The value at each position; `missing` where the field was not known yet."""
        found = np.searchsorted(self.position, position, side="right") - 1
        if not len(self.position):
            return np.full(len(position), missing, dtype=self.value.dtype)
        known = (found >= 0) & (self.position[found] >= self.first[self.order[position]])
        return np.where(known, self.value[found], missing)


_NONE = np.empty(0, dtype=object)


def _codes(index: pd.Index, ids: pd.Series) -> Ints:
    return index.get_indexer(ids.to_numpy().astype(object)) if len(ids) else np.empty(0, np.int64)


def _times(column: pd.Series) -> Ints:
    return column.to_numpy().astype(np.int64)


def _numbered(names: pd.Series, types: dict[str, int]) -> Ints:
    codes, found = pd.factorize(names.to_numpy(), sort=False)
    for name in sorted(found):
        types.setdefault(str(name), len(types))
    return (
        np.array([types[str(name)] for name in found] or [0], dtype=np.int64)[codes] if len(codes) else codes
    )


def _event_ties(order: Ints, known_at: Ints, sub: Ints, n_revisions: int, event_ids: np.ndarray) -> Ints:
    """Where events share order, instant and rank, the rank of their ids; 0 elsewhere."""
    tie = np.zeros(len(order), dtype=np.int64)
    events = np.arange(n_revisions, n_revisions + len(event_ids))
    if len(events) < 2:
        return tie
    rows = events[np.lexsort((sub[events], known_at[events], order[events]))]
    same = (np.diff(order[rows]) == 0) & (np.diff(known_at[rows]) == 0) & (np.diff(sub[rows]) == 0)
    tied = rows[np.append(same, False) | np.insert(same, 0, False)]
    if len(tied):
        tie[tied] = np.unique(event_ids[tied - n_revisions].astype(str), return_inverse=True)[1]
    return tie


def _mark_receipts(
    order: Ints, known_at: Ints, kind: Ints, sub: Ints, n_revisions: int, n_orders: int
) -> None:
    """Turn each order's first revision into its receipt: nothing of the order is known before it."""
    rows = np.flatnonzero(order[:n_revisions] >= 0)
    rows = rows[np.lexsort((rows, known_at[rows], order[rows]))]
    numbers, first = np.unique(order[rows], return_index=True)
    receipts = rows[first]
    kind[receipts] = 0
    sub[receipts] = -1
    earliest = np.full(n_orders, np.iinfo(np.int64).max)
    known = np.flatnonzero(order >= 0)
    np.minimum.at(earliest, order[known], known_at[known])
    known_at[receipts] = earliest[numbers]


def _forward(mark: np.ndarray) -> Ints:
    return (
        np.maximum.accumulate(np.where(mark, np.arange(len(mark)), 0)) if len(mark) else np.empty(0, np.int64)
    )
