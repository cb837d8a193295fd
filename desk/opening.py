"""Opening the desk: the store and the champion that go together."""

from datetime import datetime

from desk.scored import Scored
from desk.scored_log import logged
from desk.scorer import Scorer
from desk.settings import Settings
from models.registry import Registry
from store.database import Store, open_store
from store.predictions import Cause


def open_scorer(settings: Settings) -> tuple[Store, Scorer]:
    """The champion with the store of the data set that it learnt from.

    Raises NoModelError where nothing was promoted, FeaturesChangedError where it no longer fits.
    """
    champion = Registry(settings.home).champion()
    dataset = settings.dataset or champion.model.span.dataset
    store = open_store(settings.home, dataset, settings.database_url)
    return store, Scorer(store, champion)


def open_store_in_use(settings: Settings) -> Store:
    """The store that a service of this home would serve: the champion's, or the data set in use."""
    registry = Registry(settings.home)
    dataset = settings.dataset
    if dataset is None and registry.champion_mark() is not None:
        dataset = registry.champion().model.span.dataset
    return open_store(settings.home, dataset, settings.database_url)


def log_scores(store: Store, scored: Scored, scored_at: datetime, cause: Cause = Cause.ASKED) -> None:
    """Write scores with their feature rows to the log."""
    store.append_predictions(logged(scored, scored_at, cause))
