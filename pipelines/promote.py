"""The challenger becomes champion if it is not worse on the same later orders; the one before can return."""

from dataclasses import dataclass

import numpy as np

from desk.settings import Settings
from features.frame import OrderFrame
from features.history import History
from features.log import Log
from features.training_set import compute_columns
from models.comparison import Pairs
from models.judgement import Judgement
from models.promotion import Verdict, judge, judge_first
from models.registry import CHALLENGER, NoModelError, Registered, Registry
from pipelines.judged import judged_of, said_by_champion
from store.database import open_store


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
    judged = judged_of(registry, candidate.version)
    if judged is None:
        raise NoModelError(
            f"version {candidate.version} was kept without its judgement; run `qingling train`"
        )
    champion = said_by_champion(
        judged, registry, reigning, lambda rows: _asked_now(judged.take(rows), reigning, settings)
    )
    pairs = Pairs.of(judged, champion)
    return judge(candidate.report, reigning.report, pairs, settings.capacity)


def _asked_now(judged: Judgement, champion: Registered, settings: Settings) -> np.ndarray:
    model = champion.model
    store = open_store(settings.home, model.span.dataset, settings.database_url)
    try:
        history = History.of(Log.of(store.frames(), model.attributes, model.label_caller))
    finally:
        store.close()
    frame = OrderFrame.at_times(history.chronicle, judged.order_id.tolist(), judged.as_of)
    return model.probabilities(compute_columns(frame, history, model.features))[:, 0]
