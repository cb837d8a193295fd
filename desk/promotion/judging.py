"""A candidate beside the champion on the same later orders: whether it may take over, and every figure of both."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from desk.promotion.judged import judged_of, said_by_champion
from desk.settings import Settings
from features.frame import OrderFrame
from features.history import History
from features.log import Log
from features.training_set import compute_columns
from models.comparison import Pairs
from models.judgement import Judgement
from models.promotion import Verdict, judge, judge_first
from models.registry import NoModelError, Registered, Registry
from models.satisfaction_model import FeaturesChangedError
from models.side_by_side import side_by_side
from store.database import open_store


@dataclass(frozen=True, eq=False)
class Pair:
    """A candidate and the champion, with what both said of the candidate's later orders.

    reigning: None where nothing serves, or what does can no longer be asked
    judged  : None where the candidate was kept without its judgement
    said    : the champion's P(不满意) at these moments, NaN where it may have learnt from the order
    """

    candidate: Registered
    reigning: Registered | None
    judged: Judgement | None
    said: np.ndarray | None

    def verdict(self, capacity: float) -> Verdict:
        """Whether the candidate may take over; `capacity` is the share of orders that the desks can call."""
        if self.reigning is None or self.judged is None or self.said is None:
            return judge_first(self.candidate.report)
        pairs = Pairs.of(self.judged, self.said)
        return judge(self.candidate.report, self.reigning.report, pairs, capacity)

    def figures(self, capacity: float) -> dict[str, Any] | None:
        """What a page shows of both; None where the candidate was kept without its judgement."""
        return None if self.judged is None else side_by_side(self.judged, self.said, capacity)


def pair_of(settings: Settings, version: str) -> Pair:
    """A version and the champion as both stand now.

    Raises NoModelError where there is no such version, or it was kept without its judgement and has to be
    compared.
    """
    registry = Registry(settings.home)
    candidate = registry.get(version)
    judged, reigning = judged_of(registry, candidate.version), reigning_of(registry).champion
    if reigning is None:
        return Pair(candidate, None, judged, None)
    if judged is None:
        raise NoModelError(
            f"version {candidate.version} was kept without its judgement; run `qingling train`"
        )
    said = said_by_champion(
        judged, registry, reigning, lambda rows: _asked_now(judged.take(rows), reigning, settings)
    )
    return Pair(candidate, reigning, judged, said)


@dataclass(frozen=True)
class Reigning:
    """The version that serves, as its file says, and the champion itself.

    `is_broken` where there is a file, and no champion can be had from it by today's program.
    """

    version: str | None
    champion: Registered | None
    is_broken: bool = False

    @property
    def compared(self) -> str | None:
        """The version that a candidate has to be compared with; None where there is none that can be asked."""
        return self.champion.version if self.champion else None


def reigning_of(registry: Registry) -> Reigning:
    """What serves now; one look at a file's date where nothing changed."""
    return _reigning(registry, registry.champion_mark())


@lru_cache(maxsize=2)
def _reigning(registry: Registry, mark: tuple[int, int] | None) -> Reigning:
    if mark is None:
        return Reigning(None, None)
    serving = registry.serving()
    version = str(serving["version"]) if serving else None
    try:
        return Reigning(version, registry.champion())
    except (NoModelError, FeaturesChangedError, ValueError, KeyError, TypeError):
        return Reigning(version, None, is_broken=True)


def verdict_on(settings: Settings, version: str) -> Verdict:
    """How a version does beside the champion on the same later orders; nothing is promoted.

    Raises NoModelError as `pair_of` does.
    """
    return pair_of(settings, version).verdict(settings.capacity)


def _asked_now(judged: Judgement, champion: Registered, settings: Settings) -> np.ndarray:
    model = champion.model
    store = open_store(settings.home, model.span.dataset, settings.database_url)
    try:
        history = History.of(Log.of(store.frames(), model.attributes, model.label_caller))
    finally:
        store.close()
    frame = OrderFrame.at_times(history.chronicle, judged.order_id.tolist(), judged.as_of)
    return model.probabilities(compute_columns(frame, history, model.features))[:, 0]
