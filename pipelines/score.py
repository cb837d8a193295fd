"""Scores from the command line, by the same champion and history as over HTTP."""

import json
from datetime import UTC, datetime

from desk.answers import prediction_json
from desk.opening import log_scores, open_scorer
from desk.settings import Settings
from hotline.errors import ArgumentError
from pipelines.printing import print_prediction, print_predictions


def run(
    settings: Settings, order_id: str | None, all_open: bool, at: str | None, limit: int, as_json: bool
) -> None:
    """Score one order or all open ones and print them; the scores are logged."""
    if (order_id is None) == (not all_open):
        raise ArgumentError("name one order, or ask for all open ones with --open")
    now = datetime.now(UTC)
    moment = parse_moment(at) if at else now
    store, scorer = open_scorer(settings)
    scored = scorer.score(order_id, moment) if order_id else scorer.score_open(moment)
    log_scores(store, scored, now)
    store.close()
    if as_json:
        found = [prediction_json(p) for p in scored.predictions]
        print(json.dumps(found[0] if order_id else found, ensure_ascii=False))
    elif order_id:
        print_prediction(scored.predictions[0])
    else:
        print_predictions(scored.predictions[:limit], len(scored.predictions))


def parse_moment(text: str) -> datetime:
    """An aware time; ArgumentError with the remedy otherwise."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ArgumentError(f"{text!r} is no time; write it like 2026-10-01T09:00+08:00") from error
    if moment.tzinfo is None:
        raise ArgumentError(f"{text!r} has no time zone; write it like 2026-10-01T09:00+08:00")
    return moment
