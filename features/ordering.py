"""The order of happenings: by the moment from which each was known, and what decides between equals."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from features.arrays import Ints
from features.few_rows import FewRows
from features.kept_words import places
from features.log import Log
from hotline.calendar import NO_TIME
from hotline.lifecycle import EventType, OfficialCaller, rank

RECEIPT = "received"
REVISION = "(revision)"
CITY_CALLBACK = "(city callback)"
DISTRICT_CALLBACK = "(962121 callback)"
_TYPES = {RECEIPT: 0, REVISION: 1, CITY_CALLBACK: 2, DISTRICT_CALLBACK: 3}

# Revisions fall after the closing and before the callback of the same instant: what an extract shows
# only in its final state may not be seen a tie too early.
_RECEIPT_RANK = -1
_REVISION_RANK = rank(EventType.CLOSED) * 2 + 1
_CALLBACK_RANK = rank(EventType.CALLED_BACK) * 2

_NONE = np.empty(0, dtype=object)


@dataclass(frozen=True, eq=False)
class Rows:
    """The rows of a log's revisions, events and callbacks, one entry a row, sorted.

    `order` is a place in `order_ids`, `type` one in `types`, `row` one in the log's frame of its kind.
    """

    order_ids: np.ndarray
    types: tuple[str, ...]
    order: Ints
    known_at: Ints
    type: Ints
    row: Ints
    happened_at: Ints
    promised_at: Ints

    @classmethod
    def of(cls, log: Log) -> "Rows":
        """Sorted by order, known_at, lifecycle rank and what decides ties; strangers' rows are left out."""
        frames = (log.orders, log.events, log.callbacks)
        order_ids = np.unique(log.orders["order_id"].to_numpy().astype(object)) if len(log.orders) else _NONE
        type_, types = _typed(log)
        order = np.concatenate([places(rows.of["order_id"], order_ids) for rows in log.rows.values()])
        known_at = np.concatenate([frame["known_at"].to_numpy() for frame in frames])
        ranks = _ranks(types)[type_]
        tie = _ties(log, order, known_at, ranks)
        _mark_receipts(order, known_at, type_, ranks, tie, len(log.orders), len(order_ids))
        kept = np.flatnonzero(order >= 0)
        sequence = kept[np.lexsort((tie[kept], ranks[kept], known_at[kept], order[kept]))]
        happened_at, promised_at = (_of_events(log, name) for name in ("happened_at", "promised_at"))
        return cls(
            order_ids=order_ids,
            types=types,
            order=order[sequence].astype(np.int32),
            known_at=known_at[sequence],
            type=type_[sequence].astype(np.int16),
            row=np.concatenate([np.arange(len(frame), dtype=np.int32) for frame in frames])[sequence],
            happened_at=np.where(happened_at == NO_TIME, known_at, happened_at)[sequence],
            promised_at=promised_at[sequence],
        )


def _typed(log: Log) -> tuple[Ints, tuple[str, ...]]:
    """Per row the number of its type, and the types' names."""
    types = dict(_TYPES)
    codes, found = pd.factorize(log.events["type"].to_numpy(), sort=False)
    for name in sorted(found):
        types.setdefault(str(name), len(types))
    of_events = np.array([types[str(name)] for name in found], dtype=np.int64)[codes]
    is_city = log.callbacks["by"].to_numpy() == OfficialCaller.CITY.value
    of_callbacks = np.where(is_city, types[CITY_CALLBACK], types[DISTRICT_CALLBACK])
    of_revisions = np.full(len(log.orders), types[REVISION])
    return np.concatenate([of_revisions, of_events, of_callbacks]).astype(np.int64), tuple(types)


def _ranks(types: tuple[str, ...]) -> Ints:
    ranks = np.array([rank(name) * 2 for name in types], dtype=np.int64)
    ranks[_TYPES[REVISION]] = _REVISION_RANK
    ranks[_TYPES[DISTRICT_CALLBACK]], ranks[_TYPES[CITY_CALLBACK]] = _CALLBACK_RANK, _CALLBACK_RANK + 1
    return ranks


def _of_events(log: Log, name: str) -> Ints:
    before, after = (np.full(len(frame), NO_TIME) for frame in (log.orders, log.callbacks))
    return np.concatenate([before, log.events[name].to_numpy(), after])


def _ties(log: Log, order: Ints, known_at: Ints, ranks: Ints) -> Ints:
    """Among rows of one order, instant and rank, the place of each; 0 elsewhere.

    Events fall by their id; revisions and callbacks by when they were recorded, then by what they say,
    so that the rows' order in their frames never matters.
    """
    tie = np.zeros(len(order), dtype=np.int64)
    rows = np.lexsort((ranks, known_at, order))
    same = (np.diff(order[rows]) == 0) & (np.diff(known_at[rows]) == 0) & (np.diff(ranks[rows]) == 0)
    tied = np.sort(rows[np.append(same, False) | np.insert(same, 0, False)]) if len(rows) else rows
    start = 0
    for frame, rows_of_frame in log.rows.items():
        own = tied[(tied >= start) & (tied < start + len(rows_of_frame))]
        if len(own):
            recorded_at, said = _deciders(frame, rows_of_frame.take(own - start))
            tie[own[np.lexsort((said, recorded_at))]] = np.arange(len(own))
        start += len(rows_of_frame)
    return tie


def _deciders(frame: str, rows: FewRows) -> tuple[Ints, Ints]:
    if frame == "events":
        said = rows["event_id"].to_numpy().astype(str)
        recorded_at = np.zeros(len(rows), dtype=np.int64)
    else:
        columns = [rows[name].to_numpy().tolist() for name in rows.columns]
        said = np.array([repr(row) for row in zip(*columns, strict=True)])
        recorded_at = rows["recorded_at"].to_numpy()
    return recorded_at, np.unique(said, return_inverse=True)[1]


def _mark_receipts(
    order: Ints, known_at: Ints, type_: Ints, ranks: Ints, tie: Ints, n_revisions: int, n_orders: int
) -> None:
    """Turn each order's first revision into its receipt: nothing of the order is known before it."""
    rows = np.flatnonzero(order[:n_revisions] >= 0)
    rows = rows[np.lexsort((tie[rows], known_at[rows], order[rows]))]
    numbers, first = np.unique(order[rows], return_index=True)
    receipts = rows[first]
    type_[receipts], ranks[receipts] = _TYPES[RECEIPT], _RECEIPT_RANK
    earliest = np.full(n_orders, np.iinfo(np.int64).max)
    known = np.flatnonzero(order >= 0)
    np.minimum.at(earliest, order[known], known_at[known])
    known_at[receipts] = earliest[numbers]
