"""Handlers against the model, on forecasts that were made before the score was seen."""

import json
from datetime import UTC, datetime

from desk.answers import finite
from desk.handler_forecasts import handlers_beside
from desk.handler_words import handler_sentences
from desk.opening import open_store_in_use
from desk.promotion.judging import reigning_of
from desk.settings import Settings
from hotline.calendar import from_micros
from models.registry import Registry
from pipelines.indicators import moment_of
from pipelines.printing import console


def run(settings: Settings, at: str | None, as_json: bool) -> None:
    """Print the comparison as known at a moment, now by default."""
    as_of = from_micros(moment_of("--at", at)) if at else datetime.now(UTC)
    champion = reigning_of(Registry(settings.home)).champion
    store = open_store_in_use(settings)
    try:
        beside = handlers_beside(store, champion.model.label_caller if champion else None, as_of)
    finally:
        store.close()
    if as_json:
        print(json.dumps(finite(beside.to_json()), ensure_ascii=False))
        return
    for sentence in handler_sentences(beside):
        console().print(sentence, highlight=False)
