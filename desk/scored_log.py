"""Scores as lines of the log."""

from datetime import datetime

from desk.scored import Scored
from hotline.calendar import to_micros
from store.predictions import Cause, LoggedPrediction


def logged(scored: Scored, scored_at: datetime, cause: Cause) -> list[LoggedPrediction]:
    """One line a score, with its feature row."""
    return [
        LoggedPrediction(
            order_id=p.order_id,
            as_of=to_micros(p.as_of),
            scored_at=to_micros(scored_at),
            model_version=p.model_version,
            probabilities=p.probabilities,
            band=p.band.value,
            stage=p.stage.value,
            features=scored.feature_row(number),
            cause=cause,
        )
        for number, p in enumerate(scored.predictions)
    ]
