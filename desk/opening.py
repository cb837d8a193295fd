"""Opening the desk: the store and the champion that go together."""

import logging
from datetime import datetime
from functools import partial

from sqlalchemy.exc import SQLAlchemyError

from desk.kept_histories import KeptHistories
from desk.playbook_in_force import PlaybookInForce
from desk.promotion.judging import reigning_of
from desk.scored import Scored
from desk.scored_log import logged
from desk.scorer import Scorer
from desk.settings import Settings
from hotline.calendar import SHANGHAI
from hotline.errors import QinglingError
from hotline.order import Order
from models.registry import Registry
from store.database import Store, open_store
from store.predictions import Cause

_LOG = logging.getLogger("desk")
_SOME_MOMENT = datetime(2026, 4, 13, 10, tzinfo=SHANGHAI)
_ROUNDING = 1e-6


class BrokenModelError(QinglingError):
    """The model was read, but what it says are no probabilities."""


def open_scorer(settings: Settings, in_force: PlaybookInForce | None = None) -> tuple[Store, Scorer]:
    """The champion with the store of the data set that it learnt from; its bands follow the playbook in force.

    Raises NoModelError where nothing was promoted, FeaturesChangedError where it no longer fits,
    BrokenModelError where it says what cannot be.
    """
    champion = Registry(settings.home).champion()
    dataset = settings.dataset or champion.model.span.dataset
    in_force = in_force or PlaybookInForce.of(settings)
    store = open_store(settings.home, dataset, settings.database_url)
    try:
        kept = KeptHistories(settings.home, store, champion.model)
        scorer = Scorer(store, champion, partial(in_force.band_limits, store.engine), kept)
        _try_out(scorer)
    except BaseException:
        store.close()
        raise
    return store, scorer


def keep_history(settings: Settings) -> None:
    """Sort what a service of this home would sort at its start, if it would, and keep it for it.

    What keeps it from that keeps nobody from anything else: then the service sorts.
    """
    try:
        store, _ = open_scorer(settings)
    except (QinglingError, SQLAlchemyError, OSError, ValueError) as error:
        _LOG.warning("history is left for the service to sort: %s", type(error).__name__)
    else:
        store.close()


def _try_out(scorer: Scorer) -> None:
    """BrokenModelError where the champion has no probabilities for the plainest of orders."""
    tried = scorer.score_given(Order("(tried out)", _SOME_MOMENT), _SOME_MOMENT).predictions[0]
    numbers = (*tried.probabilities, tried.expected_loss)
    if not all(0 <= number <= 1 for number in numbers) or abs(sum(tried.probabilities) - 1) > _ROUNDING:
        raise BrokenModelError("the champion's probabilities are none; run `qingling rollback` or `train`")


def open_store_in_use(settings: Settings) -> Store:
    """The store that a service of this home would serve: the champion's, or the data set in use.

    Of a champion that cannot be opened nobody knows the data set; it must not keep the doors shut.
    """
    dataset = settings.dataset
    if dataset is None and (champion := reigning_of(Registry(settings.home)).champion):
        dataset = champion.model.span.dataset
    return open_store(settings.home, dataset, settings.database_url)


def log_scores(store: Store, scored: Scored, scored_at: datetime, cause: Cause = Cause.ASKED) -> None:
    """Write scores with their feature rows to the log."""
    store.append_predictions(logged(scored, scored_at, cause))
