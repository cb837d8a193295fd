"""The champion and everybody's history, ready to score any order at any moment of its life."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import RLock
from typing import Any, Protocol

import numpy as np
import pandas as pd

from desk.order_frames import frames_of
from desk.reasons import top_reasons
from features.chronicle import Chronicle
from features.frame import OrderFrame
from features.history import History, Past
from features.log import Log
from hotline.bands import BandLimits, band_of
from hotline.calendar import DAY, NO_TIME, from_micros, to_micros
from hotline.lifecycle import STAGE_ORDER, EventType
from hotline.order import Attribute, Order
from hotline.prediction import Prediction
from models.registry import Registered

#: So many changed orders are kept beside the sorted history before it is sorted anew.
_MOST_CHANGED = 2_000
#: An order closed this long ago without a callback is no longer waited for.
_CALLBACK_WINDOW = 30 * DAY

Columns = Mapping[str, np.ndarray]


class OrderStore(Protocol):
    """What the scorer asks of a store."""

    def frames(self, order_ids: Sequence[str] | None = None) -> dict[str, pd.DataFrame]:
        """The frames of all orders, or of some."""

    def attributes(self) -> tuple[Attribute, ...]:
        """The declared attributes."""

    def watermark(self) -> int:
        """A number that grows with every write."""

    def changed_since(self, watermark: int) -> tuple[list[str], int]:
        """The orders written to after a watermark, and the new one."""


@dataclass(frozen=True, eq=False)
class Scored:
    """Predictions with the feature rows that they were made of."""

    predictions: tuple[Prediction, ...]
    columns: Columns

    def feature_row(self, number: int) -> str:
        """One question's features as JSON, the citizen's words left out."""
        row = {n: _plain(values[number]) for n, values in self.columns.items() if n != "text"}
        return json.dumps(row, ensure_ascii=False)


class Scorer:
    """Scores orders by the champion. History is sorted once; what is written later is seen at once.

    Orders written since are kept in a small second history, and what the sorted one says of them is
    subtracted, so that every count is exact whatever was changed, taken back or handed over.
    """

    def __init__(self, store: OrderStore, champion: Registered, limits: BandLimits | None = None) -> None:
        self.store = store
        self.champion = champion
        self.limits = limits or BandLimits()
        self._lock = RLock()
        self._sort_anew()

    def _sort_anew(self) -> None:
        self._watermark = self.store.watermark()
        self._base = History.of(self._log(self.store.frames()))
        self._changed: frozenset[str] = frozenset()
        self._layers: tuple[tuple[History, int], ...] = ((self._base, 1),)

    def _log(self, frames: Mapping[str, pd.DataFrame]) -> Log:
        model = self.champion.model
        return Log.of(frames, model.attributes, model.label_caller)

    def refresh(self) -> None:
        """Take in what has been written since the last look."""
        with self._lock:
            written, watermark = self.store.changed_since(self._watermark)
            if watermark == self._watermark:
                return
            changed = self._changed | set(written)
            if len(changed) > _MOST_CHANGED:
                self._sort_anew()
                return
            if changed:
                fresh = History.of(self._log(self.store.frames(sorted(changed))))
                self._layers = ((self._base, 1), (fresh, 1), (self._stale(changed), -1))
            self._changed, self._watermark = changed, watermark

    def _stale(self, order_ids: frozenset[str]) -> History:
        """What the sorted history says of these orders."""
        log = self._base.chronicle.log
        return History.of(
            Log(
                orders=_of_orders(log.orders, order_ids),
                events=_of_orders(log.events, order_ids),
                callbacks=_of_orders(log.callbacks, order_ids),
                communities=log.communities.iloc[:0],
                attributes=log.attributes,
                label_caller=log.label_caller,
            )
        )

    def score(self, order_id: str, at: datetime) -> Scored:
        """One order of the store at a moment. LookupError if unknown; ValueError if not received yet."""
        self.refresh()
        own = Chronicle.of(self._log(self.store.frames([order_id])))
        frame = OrderFrame.at_times(own, [order_id], np.array([to_micros(at)]))
        return self._score(frame, self._layers)

    def score_given(self, order: Order, at: datetime) -> Scored:
        """An order as it is given, whether or not the store has it, amid everybody's history."""
        self.refresh()
        own = History.of(self._log(frames_of(order)))
        frame = OrderFrame.at_times(own.chronicle, [order.order_id], np.array([to_micros(at)]))
        stored = History.of(self._log(self.store.frames([order.order_id])))
        return self._score(frame, (*self._layers, (own, 1), (stored, -1)))

    def score_open(self, at: datetime) -> Scored:
        """All orders that still wait for a callback or a closing at a moment, the riskiest first."""
        self.refresh()
        moment = to_micros(at)
        pieces = []
        for history, changed_ones in (
            (self._base, False),
            (self._layers[1][0] if self._changed else None, True),
        ):
            if history is None:
                continue
            frame = open_orders(history.chronicle, moment)
            known = np.isin(frame.order_id.astype(str), list(self._changed)) if self._changed else None
            if known is not None:
                frame = frame.take(np.flatnonzero(known == changed_ones))
            if len(frame):
                pieces.append(self._score(frame, self._layers))
        if not pieces:
            return Scored((), {})
        predictions = [p for piece in pieces for p in piece.predictions]
        columns = {n: np.concatenate([piece.columns[n] for piece in pieces]) for n in pieces[0].columns}
        order = sorted(
            range(len(predictions)), key=lambda i: (-predictions[i].dissatisfied, predictions[i].order_id)
        )
        return Scored(tuple(predictions[i] for i in order), {n: v[order] for n, v in columns.items()})

    def _score(self, frame: OrderFrame, layers: tuple[tuple[History, int], ...]) -> Scored:
        model = self.champion.model
        columns = model.features.compute(frame, Past(frame, layers))
        probabilities = model.probabilities(columns)
        losses = model.expected_loss(probabilities)
        effects = model.contributions(columns)
        due = frame.time("due_at")
        predictions = []
        for row in range(len(frame)):
            as_of = from_micros(frame.as_of[row])
            p = tuple(map(float, probabilities[row]))
            predictions.append(
                Prediction(
                    order_id=str(frame.order_id[row]),
                    as_of=as_of,
                    stage=STAGE_ORDER[int(frame.stage[row])],
                    probabilities=p,  # type: ignore[arg-type]
                    expected_loss=float(losses[row]),
                    band=band_of(
                        p[0],
                        bool(columns["is_structurally_blocked"][row] == 1),
                        None if due[row] == NO_TIME else from_micros(due[row]),
                        not bool(columns["is_closed"][row]),
                        as_of,
                        self.limits,
                    ),
                    reasons=top_reasons(model.features, columns, effects, row),
                    model_version=self.champion.version,
                )
            )
        return Scored(tuple(predictions), columns)


def open_orders(chronicle: Chronicle, at: int) -> OrderFrame:
    """The orders received by then that are not archived, not rated in their round, and not long closed.

    The firm's own orders get no official callback: closed, they are done.
    """
    received = np.flatnonzero(chronicle.known_at[chronicle.first] <= at)
    as_of = np.full(len(received), at, dtype=np.int64)
    frame = OrderFrame(chronicle, received, as_of, chronicle.position_at(received, as_of))
    frame = frame.take(np.flatnonzero(frame.position >= frame.first_position))
    closing = frame.own(EventType.CLOSED, this_round=True)
    callbacks = chronicle.log.callbacks["rating"].to_numpy()
    counts = "(city callback)" if chronicle.log.label_caller == "city" else "(962121 callback)"
    calls = np.flatnonzero(chronicle.is_type(counts))
    rated = np.zeros(len(chronicle), dtype=bool)
    rated[calls] = ~np.isnan(callbacks[chronicle.row[calls]])
    rated_before = np.concatenate([[0], np.cumsum(rated)])
    is_rated = rated_before[frame.position + 1] > rated_before[frame.round_start]
    is_archived = frame.own(EventType.ARCHIVED, this_round=True).any
    long_closed = closing.any & (closing.known_at_last < at - _CALLBACK_WINDOW)
    own_desk = np.isin(frame.word("source").astype(object), ["企业自接"]) & closing.any
    return frame.take(np.flatnonzero(~is_rated & ~is_archived & ~long_closed & ~own_desk))


def _of_orders(frame: pd.DataFrame, order_ids: frozenset[str]) -> pd.DataFrame:
    return frame[frame["order_id"].isin(order_ids)].reset_index(drop=True)


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, str):
        return value
    return float(value) if value == value else None
