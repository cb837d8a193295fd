"""From the store to a registered challenger."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from desk.settings import Settings
from features.catalogue import feature_set
from features.history import History
from features.log import Log
from hotline.calendar import from_micros
from models.backtest import Protocol, backtest, fit_and_judge
from models.registry import Registry
from store.database import open_store


def history_of(settings: Settings) -> tuple[str, History]:
    """The data set's name and its whole history."""
    store = open_store(settings.home, settings.dataset, settings.database_url)
    try:
        return store.dataset, History.of(Log.of(store.frames(), store.attributes()))
    finally:
        store.close()


def train(settings: Settings, seed: int, progress: Callable[[str], None]) -> dict[str, Any]:
    """Judge on the last fifth, then learn from every ripe order and register the model as challenger."""
    progress("reading the store")
    dataset, history = history_of(settings)
    features = feature_set(history.chronicle.log)
    training = fit_and_judge(history, features, dataset, seed, progress)
    progress("registering")
    version = Registry(settings.home).register(training.model, training.report, {"seed": seed})
    return {"version": version, "alias": "challenger", **training.report}


def backtest_store(
    settings: Settings,
    test_share: float,
    origins: int,
    protocol: Protocol,
    most_events: int | None,
    seed: int,
    progress: Callable[[str], None],
) -> dict[str, Any]:
    """How models learnt on earlier orders of the data set do on later ones."""
    progress("reading the store")
    dataset, history = history_of(settings)
    features = feature_set(history.chronicle.log)
    return backtest(
        history, features, dataset, test_share, origins, protocol, most_events, seed, progress=progress
    )


def last_known_at(settings: Settings) -> datetime:
    """When the newest fact of the data set was known: the end of what the store can speak of."""
    store = open_store(settings.home, settings.dataset, settings.database_url)
    events = store.frames()["events"]
    store.close()
    return from_micros(int(events["known_at"].max()))
