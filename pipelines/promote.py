"""The challenger becomes champion if it is not worse on the same later orders; the one before can return."""

import io
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from desk.settings import Settings
from features.frame import OrderFrame
from features.history import History
from features.log import Log
from features.training_set import compute_columns
from models.comparison import Pairs
from models.judgement import Judgement
from models.promotion import Verdict, judge, judge_first
from models.registry import CHALLENGER, NoModelError, Registered, Registry
from store.database import open_store

#: The challenger's judgement of the last fifth, kept with its training.
JUDGED = "judged.parquet"


@dataclass(frozen=True)
class Promotion:
    """What became of a candidate."""

    version: str
    verdict: Verdict
    granted: bool


def promote(settings: Settings, version: str | None, force: bool, reason: str | None = None) -> Promotion:
    """Judge a candidate beside the champion, and put it in service if it passes or is forced.

    Raises NoModelError where there is no challenger.
    """
    registry = Registry(settings.home)
    candidate = registry.get(version or CHALLENGER)
    verdict = verdict_on(settings, candidate.version)
    granted = verdict.granted or force
    if granted:
        forced = f"forced: {reason or 'no reason was given'}"
        registry.promote(candidate, "not worse" if verdict.granted else forced)
    return Promotion(candidate.version, verdict, granted)


def rollback(settings: Settings) -> str:
    """Put the champion before this one in service again; its version.

    Raises NoModelError where there was none.
    """
    return Registry(settings.home).rollback().version


def verdict_on(settings: Settings, version: str) -> Verdict:
    """How a version does beside the champion on the same later orders; nothing is promoted.

    Raises NoModelError where there is no such version, or it was kept without its judgement.
    """
    registry = Registry(settings.home)
    candidate = registry.get(version)
    try:
        reigning = registry.champion()
    except NoModelError:
        return judge_first(candidate.report)
    judged = _judged(registry, candidate.version)
    if judged is None:
        raise NoModelError(
            f"version {candidate.version} was kept without its judgement; run `qingling train`"
        )
    champion = _said_by_champion(judged, registry, reigning, settings)
    pairs = Pairs.of(judged, champion)
    return judge(candidate.report, reigning.report, pairs, settings.capacity)


def _judged(registry: Registry, version: str) -> Judgement | None:
    kept = registry.file(version, JUDGED)
    return Judgement.from_frame(pd.read_parquet(io.BytesIO(kept))) if kept else None


def _said_by_champion(
    judged: Judgement, registry: Registry, champion: Registered, settings: Settings
) -> np.ndarray:
    """The champion's P(不满意) at the challenger's moments, only of orders that it had not learnt from.

    Of its own last fifth it is what its like said then; of orders received later than all it learnt from,
    what it says now of what was known then. NaN for all others.
    """
    asked = pd.MultiIndex.from_arrays([judged.order_id, judged.as_of])
    said = np.full(len(judged), np.nan)
    theirs = _judged(registry, champion.version)
    if theirs is not None:
        moments = pd.MultiIndex.from_arrays([theirs.order_id, theirs.as_of])
        last = ~moments.duplicated(keep="last")
        place = moments[last].get_indexer(asked)
        said[place >= 0] = theirs.dissatisfied[last][place[place >= 0]]
    is_new = np.isnan(said) & (judged.received_at > champion.model.span.last_received_at)
    if is_new.any():
        said[is_new] = _asked_now(judged.take(is_new), champion, settings)
    return said


def _asked_now(judged: Judgement, champion: Registered, settings: Settings) -> np.ndarray:
    model = champion.model
    store = open_store(settings.home, model.span.dataset, settings.database_url)
    try:
        history = History.of(Log.of(store.frames(), model.attributes, model.label_caller))
    finally:
        store.close()
    frame = OrderFrame.at_times(history.chronicle, _ids(judged), judged.as_of)
    columns: dict[str, Any] = compute_columns(frame, history, model.features)
    return np.asarray(model.probabilities(columns)[:, 0])


def _ids(judged: Judgement) -> list[str]:
    return [str(order_id) for order_id in judged.order_id]
