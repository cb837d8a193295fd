"""The model card of a training, kept with its run and as a page under `reports/`."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from desk.promotion.judged import said_by_champion
from desk.promotion.versions import page_of
from desk.settings import Settings
from features.log import Log
from hotline.whole_files import write_whole
from models.backtest import Training
from models.card import Champion, Source, card_of
from models.card_page import render
from models.registry import NoModelError, Registry
from models.satisfaction_model import FeaturesChangedError
from models.tracking import CHALLENGER
from store.database import open_store

#: The figures of a card and its page, as they are kept with a run.
FIGURES, PAGE = "card.json", "card.html"


def card_of_training(
    settings: Settings, registry: Registry, training: Training, log: Log, made_of: Mapping[str, Any]
) -> dict[str, Any]:
    """Every figure of the card of a training that is about to be registered."""
    champion = _champion(registry, training)
    return card_of(training, _source(settings, log), champion, made_of, datetime.now(UTC))


def card_files(card: Mapping[str, Any]) -> dict[str, bytes]:
    """What is kept with the run: the figures, and the page, which knows no version yet."""
    return {FIGURES: json.dumps(card, ensure_ascii=False).encode(), PAGE: render(card).encode()}


def write_page(home: Path, card: Mapping[str, Any], version: str, out: Path | None = None) -> Path:
    """Write the page of a version, by default to `reports/card-VERSION.html` under home; its path."""
    target = out or page_of(home, version)
    write_whole(target, render(card, version))
    return target


def write_again(settings: Settings, version: str | None, out: Path | None) -> Path:
    """Write the page of a registered version (by default the challenger) again from its kept figures.

    Raises NoModelError where there is no such version, or it was registered without a card.
    """
    registry = Registry(settings.home)
    found = registry.get(version or CHALLENGER).version
    kept = registry.file(found, FIGURES)
    if kept is None:
        raise NoModelError(f"version {found} was registered without a card; run `qingling train`")
    return write_page(settings.home, json.loads(kept), found, out)


def _source(settings: Settings, log: Log) -> Source:
    store = open_store(settings.home, settings.dataset, settings.database_url)
    try:
        origins = store.origins()
    finally:
        store.close()
    calls = log.callbacks[log.callbacks["by"] == log.label_caller.value]
    orders = log.orders["order_id"].nunique()
    return Source(origins, orders, called=len(calls), rated=int(calls["rating"].notna().sum()))


def _champion(registry: Registry, training: Training) -> Champion | None:
    """The champion of the same data set, as far as it can be asked about the same features; else None."""
    try:
        reigning = registry.champion()
    except (NoModelError, FeaturesChangedError):
        return None
    model, columns = reigning.model, training.test.columns
    if model.span.dataset != training.model.span.dataset or not set(model.features.names) <= set(columns):
        return None

    def ask(rows: np.ndarray) -> np.ndarray:
        return model.probabilities({name: columns[name][rows] for name in model.features.names})[:, 0]

    return Champion(reigning.version, said_by_champion(training.judgement, registry, reigning, ask))
