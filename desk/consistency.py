"""Whether past scores come out the same when they are computed again from what was recorded by then."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pandas as pd

from desk.scored import Scored
from features.frame import OrderFrame
from features.history import History, Past
from features.log import Log
from models.satisfaction_model import SatisfactionModel
from store.predictions import LoggedPrediction

#: Sums of a hundred thousand terms differ in their last bits with the order of adding.
TOLERANCE = 1e-9
#: A write that was received before a score was asked for may have been kept only after the score had looked.
_MET = 2_000_000


class RecordedStore(Protocol):
    """What is asked of a store."""

    def frames(
        self, order_ids: Sequence[str] | None = None, recorded_until: int | None = None
    ) -> dict[str, pd.DataFrame]:
        """The frames as recorded by a moment."""


@dataclass(frozen=True)
class Difference:
    """A past score that comes out otherwise; `features` holds name → (then, now)."""

    order_id: str
    as_of: int
    scored_at: int
    then: float
    now: float | None
    features: Mapping[str, tuple[Any, Any]]


@dataclass(frozen=True)
class Consistency:
    """What a recomputation of logged scores found.

    met : scores that agree once facts recorded within two seconds of them are seen, or not: requests that met
    """

    compared: int
    met: int
    differences: tuple[Difference, ...]


def recompute(
    store: RecordedStore, model: SatisfactionModel, logged: Sequence[LoggedPrediction]
) -> Consistency:
    """Each score again, from the rows that were recorded by its moment, and what came out otherwise."""
    recorded = _Recorded(store, model)
    met, differences = 0, []
    for row in logged:
        found = recorded.compare(row, row.scored_at)
        if found is None:
            continue
        cuts = recorded.near(row.scored_at)
        if any(recorded.compare(row, cut) is None for cut in cuts):
            met += 1
        else:
            differences.append(found)
    return Consistency(len(logged), met, tuple(differences))


class _Recorded:
    """Histories as they were recorded by a moment; the last one is kept, since neighbours share it."""

    def __init__(self, store: RecordedStore, model: SatisfactionModel) -> None:
        self._store, self._model = store, model
        frames = store.frames()
        stamps = [f["recorded_at"] for f in frames.values() if "recorded_at" in f and len(f)]
        self._stamps = np.unique(np.concatenate([np.asarray(s, dtype=np.int64) for s in stamps]))
        self._kept: tuple[int, History] | None = None

    def near(self, moment: int) -> list[int]:
        """Other moments of recording around this one, the nearest first: it is nearly always the one."""
        low, high = np.searchsorted(self._stamps, [moment - _MET, moment + _MET])
        found = self._stamps[low:high]
        cuts = np.unique(np.concatenate([found - 1, found]))
        return [int(cut) for cut in cuts[np.argsort(np.abs(cuts - moment), kind="stable")]]

    def compare(self, row: LoggedPrediction, recorded_until: int) -> Difference | None:
        """None where the score comes out the same."""
        history = self._history(recorded_until)
        then = json.loads(row.features)
        try:
            frame = OrderFrame.at_times(history.chronicle, [row.order_id], np.array([row.as_of]))
        except (LookupError, ValueError):  # not recorded yet, or not received yet
            return Difference(row.order_id, row.as_of, row.scored_at, row.probabilities[0], None, {})
        columns = self._model.features.compute(frame, Past(frame, ((history, 1),)))
        now = float(self._model.probabilities(columns)[0, 0])
        told = json.loads(Scored((), columns).feature_row(0))
        changed = {
            name: (then.get(name), value) for name, value in told.items() if not _alike(then.get(name), value)
        }
        if not changed and abs(now - row.probabilities[0]) <= TOLERANCE:
            return None
        return Difference(row.order_id, row.as_of, row.scored_at, row.probabilities[0], now, changed)

    def _history(self, recorded_until: int) -> History:
        place = int(np.searchsorted(self._stamps, recorded_until, side="right"))
        if self._kept is None or self._kept[0] != place:
            frames = self._store.frames(recorded_until=recorded_until)
            model = self._model
            self._kept = place, History.of(Log.of(frames, model.attributes, model.label_caller))
        return self._kept[1]


def _alike(then: Any, now: Any) -> bool:
    if isinstance(then, float) and isinstance(now, float):
        return math.isclose(then, now, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
    return bool(then == now)
