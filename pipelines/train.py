"""From the store to a registered challenger."""

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import pandas as pd

from desk.kept_findings import refuse_leaks
from desk.promotion.judged import JUDGED
from desk.settings import Settings
from desk.unfinished import refuse_half_extracts
from features.catalogue import feature_set
from features.history import History
from features.log import Log
from features.training_set import TrainingSet
from hotline.calendar import from_micros
from hotline.errors import QinglingError
from models.backtest import Protocol, Training, backtest, fit_and_judge
from models.handlers import compare_with_handlers
from models.registry import NoModelError, Registry
from models.response import standing_for_all
from models.selection import Choice, Search, choose, only
from models.tuning import Tuning
from pipelines.card import card_files, card_of_training, write_page
from pipelines.provenance import LOCK, lock_file, provenance
from store.database import open_store
from store.datasets import current_dataset

#: What a training chose, kept with its run.
CHOICE = "choice.json"


class UnknownFamilyError(QinglingError, ValueError):
    """There is no such family of features."""


def history_of(settings: Settings) -> tuple[str, History]:
    """The data set's name and its whole history."""
    dataset, history, _ = _read(settings)
    return dataset, history


def _read(settings: Settings) -> tuple[str, History, pd.DataFrame]:
    """The data set's name, its whole history, and the handlers' own forecasts."""
    store = open_store(settings.home, settings.dataset, settings.database_url)
    try:
        frames = store.frames()
        return store.dataset, History.of(Log.of(frames, store.attributes())), frames["forecasts"]
    finally:
        store.close()


@dataclass(frozen=True)
class Recipe:
    """How to train.

    `tune_minutes` of tuning, or the recorded choice of version `replay`, or the menu alone; with
    `weigh_answers` those who answered the callback stand for all who were called.
    """

    seed: int = 0
    tune_minutes: float | None = None
    replay: str | None = None
    weigh_answers: bool = False


def train(settings: Settings, recipe: Recipe, progress: Callable[[str], None]) -> dict[str, Any]:
    """Judge on the last fifth, then learn from every ripe order and register the model as challenger.

    Raises NoModelError where the version to replay was never trained here.
    """
    named = settings.dataset or current_dataset(settings.home)
    refuse_leaks(settings.home, named)
    refuse_half_extracts(settings.home, named)
    registry = Registry(settings.home)
    if recipe.replay is not None:
        recipe, search, tuning = *_replayed(registry, recipe.replay), None
    else:
        search, tuning = _search(recipe, progress)
    progress("reading the store")
    dataset, history, forecasts = _read(settings)
    log = history.chronicle.log
    weigh = partial(standing_for_all, history) if recipe.weigh_answers else _as_they_are
    training = fit_and_judge(history, feature_set(log), dataset, recipe.seed, progress, search, weigh)
    progress("comparing with the handlers' forecasts")
    since = int(training.judgement.received_at.min())
    training.report["handlers"] = compare_with_handlers(forecasts, history, training.like, since)
    made_of = provenance(log)
    parameters = {"seed": recipe.seed, "weigh_answers": recipe.weigh_answers, **made_of}
    if recipe.replay:
        parameters["replays"] = recipe.replay
    progress("drawing the card")
    card = card_of_training(settings, registry, training, log, parameters)
    progress("registering")
    files = _files(training, recipe, tuning) | card_files(card)
    version = registry.register(training.model, training.report, parameters, files)
    page = write_page(settings.home, card, version)
    return {"version": version, "alias": "challenger", "card": str(page), **made_of, **training.report}


def _replayed(registry: Registry, version: str) -> tuple[Recipe, Search]:
    """The recipe of an earlier training, its choice made already."""
    kept = registry.file(version, CHOICE)
    if kept is None:
        raise NoModelError(f"version {version} was kept without its choice; nothing to replay")
    stored = json.loads(kept)
    recipe = Recipe(stored["seed"], replay=version, weigh_answers=stored.get("weigh_answers", False))
    return recipe, only(Choice.from_json(stored["choice"]))


def _search(recipe: Recipe, progress: Callable[[str], None]) -> tuple[Search, Tuning | None]:
    if not recipe.tune_minutes:
        return choose, None
    tuning = Tuning(recipe.tune_minutes, recipe.seed, progress=progress)
    return tuning.search, tuning


def _as_they_are(part: TrainingSet) -> TrainingSet:
    return part


def _files(training: Training, recipe: Recipe, tuning: Tuning | None) -> dict[str, bytes]:
    """What is kept with a run besides the model."""
    assert training.like.choice is not None
    choice = {
        "seed": recipe.seed,
        "weigh_answers": recipe.weigh_answers,
        "choice": training.like.choice.to_json(),
    }
    files = {CHOICE: _json(choice), JUDGED: training.judgement.to_frame().to_parquet()}
    if tuning is not None:
        files["tuning.json"] = _json(tuning.record)
    if (lock := lock_file()) is not None:
        files[LOCK] = lock
    return files


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode()


def backtest_store(
    settings: Settings,
    test_share: float,
    origins: int,
    protocol: Protocol,
    most_events: int | None,
    seed: int,
    progress: Callable[[str], None],
    without: Collection[str] = (),
) -> dict[str, Any]:
    """How models learnt on earlier orders of the data set do on later ones, some families left out or not.

    Raises UnknownFamilyError for a family that there is none of.
    """
    progress("reading the store")
    dataset, history = history_of(settings)
    try:
        features = feature_set(history.chronicle.log).without(without, keep=("stage",))
    except ValueError as error:
        raise UnknownFamilyError(str(error)) from error
    return backtest(
        history, features, dataset, test_share, origins, protocol, most_events, seed, progress=progress
    )


def last_known_at(settings: Settings) -> datetime:
    """When the newest fact of the data set was known: the end of what the store can speak of."""
    store = open_store(settings.home, settings.dataset, settings.database_url)
    events = store.frames()["events"]
    store.close()
    return from_micros(int(events["known_at"].max()))
