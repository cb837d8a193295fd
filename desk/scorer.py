"""The champion and everybody's history, ready to score any order at any moment of its life."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from threading import RLock
from typing import Any, Protocol

import numpy as np
import pandas as pd

from desk.order_frames import frames_of
from desk.reasons import top_reasons
from desk.refusals import NotReceivedYet
from desk.standing import Standing
from features.chronicle import Chronicle
from features.frame import OrderFrame
from features.history import History, Past
from features.log import Log
from hotline.bands import BandLimits, band_of
from hotline.calendar import DAY, NO_TIME, from_micros, to_micros
from hotline.lifecycle import FIRMS_OWN_DESK, STAGE_ORDER, EventType
from hotline.order import Attribute, Order
from hotline.prediction import Prediction
from hotline.satisfaction import Rating
from models.registry import Registered

#: So many changed orders are kept beside the sorted history before it is sorted anew.
_MOST_CHANGED = 2_000
#: An order closed this long ago without a callback is no longer waited for.
_CALLBACK_WINDOW = 30 * DAY

Columns = Mapping[str, np.ndarray]
Layers = tuple[tuple[History, int], ...]


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
        self._standing = self._sorted_anew()

    def _sorted_anew(self) -> Standing:
        watermark = self.store.watermark()
        base = History.of(self._log(self.store.frames()))
        return self._warmed(Standing(base, None, frozenset(), watermark))

    def _log(self, frames: Mapping[str, pd.DataFrame]) -> Log:
        model = self.champion.model
        return Log.of(frames, model.attributes, model.label_caller)

    def _warmed(self, standing: Standing) -> Standing:
        """The same with its streams sorted: one score of one order asks for all of them.

        Afterwards scores only read it, so that many threads may.
        """
        chronicle = (standing.fresh or standing.base).chronicle
        if len(chronicle):
            at = chronicle.known_at[chronicle.last[:1]] + 1
            self._score(OrderFrame.at_times(chronicle, [str(chronicle.order_ids[0])], at), standing)
        return standing

    def refresh(self) -> Standing:
        """Take in what has been written since the last look, and return the look that holds now."""
        with self._lock:
            standing = self._standing
            written, watermark = self.store.changed_since(standing.watermark)
            if watermark != standing.watermark:
                self._standing = self._with(written, watermark)
            return self._standing

    def _with(self, written: Sequence[str], watermark: int) -> Standing:
        standing = self._standing
        changed = standing.changed | set(written)
        if len(changed) > _MOST_CHANGED:
            return self._sorted_anew()
        if not written:
            return replace(standing, watermark=watermark)
        fresh = History.of(self._log(self.store.frames(sorted(changed))))
        return self._warmed(Standing(standing.base, fresh, changed, watermark))

    def score(self, order_id: str, at: datetime) -> Scored:
        """One order of the store at a moment. NoSuchOrder if unknown; NotReceivedYet before its receipt."""
        standing = self.refresh()
        own = Chronicle.of(standing.log_of(order_id))
        return self._score(_asked(own, order_id, at), standing)

    def score_given(self, order: Order, at: datetime) -> Scored:
        """An order as it is given, whether or not the store has it, amid everybody's history."""
        standing = self.refresh()
        own = History.of(self._log(frames_of(order)))
        layers = (*standing.layers, (own, 1))
        if standing.has(order.order_id):
            layers += ((History.of(standing.log_of(order.order_id)), -1),)
        return self._score(_asked(own.chronicle, order.order_id, at), standing, layers)

    def score_open(self, at: datetime, only: Sequence[str] | None = None) -> Scored:
        """All orders that still wait for a callback or a closing at a moment, the riskiest first.

        With `only` those of them that are named.
        """
        standing = self.refresh()
        frames = _open_frames(standing, to_micros(at))
        if only is not None:
            named = pd.Index(only)
            frames = [
                frame.take(np.flatnonzero(named.get_indexer(pd.Index(frame.order_id)) >= 0))
                for frame in frames
            ]
        pieces = [self._score(frame, standing) for frame in frames if len(frame)]
        if not pieces:
            return Scored((), {})
        predictions = [p for piece in pieces for p in piece.predictions]
        columns = {n: np.concatenate([piece.columns[n] for piece in pieces]) for n in pieces[0].columns}
        order = sorted(
            range(len(predictions)), key=lambda i: (-predictions[i].dissatisfied, predictions[i].order_id)
        )
        return Scored(tuple(predictions[i] for i in order), {n: v[order] for n, v in columns.items()})

    def _score(self, frame: OrderFrame, standing: Standing, layers: Layers | None = None) -> Scored:
        model = self.champion.model
        columns = model.features.compute(frame, Past(frame, layers or standing.layers))
        probabilities = model.probabilities(columns)
        sets = model.sets.members(probabilities)
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
                    reckon_with=tuple(level for level in Rating if sets[row, level]),
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
    own_desk = (frame.word("source") == FIRMS_OWN_DESK) & closing.any
    return frame.take(np.flatnonzero(~is_rated & ~is_archived & ~long_closed & ~own_desk))


def _asked(chronicle: Chronicle, order_id: str, at: datetime) -> OrderFrame:
    try:
        return OrderFrame.at_times(chronicle, [order_id], np.array([to_micros(at)]))
    except ValueError as error:
        raise NotReceivedYet(order_id) from error


def _open_frames(standing: Standing, at: int) -> list[OrderFrame]:
    """The open orders of the sorted history that nobody wrote to since, and those of the fresh one."""
    frame = open_orders(standing.base.chronicle, at)
    if standing.fresh is None:
        return [frame]
    changed = np.array([order_id in standing.changed for order_id in frame.order_id], dtype=bool)
    return [frame.take(np.flatnonzero(~changed)), open_orders(standing.fresh.chronicle, at)]


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, str):
        return value
    return float(value) if value == value else None
