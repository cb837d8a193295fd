"""Opening the desk: the store and the champion that go together."""

from datetime import datetime

from desk.scored import Scored
from desk.scorer import Scorer
from desk.settings import Settings
from hotline.calendar import to_micros
from models.registry import Registry
from store.database import Store, open_store
from store.predictions import LoggedPrediction


def open_scorer(settings: Settings) -> tuple[Store, Scorer]:
    """The champion with the store of the data set that it learnt from.

    Raises NoModelError where nothing was promoted, FeaturesChangedError where it no longer fits.
    """
    champion = Registry(settings.home).champion()
    dataset = settings.dataset or champion.model.span.dataset
    store = open_store(settings.home, dataset, settings.database_url)
    return store, Scorer(store, champion)


def log_scores(store: Store, scored: Scored, scored_at: datetime) -> None:
    """Write scores with their feature rows to the log."""
    store.append_predictions(
        [
            LoggedPrediction(
                order_id=p.order_id,
                as_of=to_micros(p.as_of),
                scored_at=to_micros(scored_at),
                model_version=p.model_version,
                probabilities=p.probabilities,
                band=p.band.value,
                stage=p.stage.value,
                features=scored.feature_row(number),
            )
            for number, p in enumerate(scored.predictions)
        ]
    )
