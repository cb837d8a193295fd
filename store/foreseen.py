"""What handlers foretold without having seen a score, beside the newest score that was logged by then."""

from dataclasses import dataclass

from sqlalchemy import Connection, select

from store.predictions import Cause
from store.tables import forecasts, predictions


@dataclass(frozen=True)
class Foreseen:
    """One forecast of one order, and the model's P(不满意) at the same moment.

    at         : microseconds; when the forecast was known
    rating     : 0–3, what the handler expected; None where only a chance was written
    probability: the handler's own P(不满意); None where only a level was written
    model      : of the newest score of a moment not after `at` that was logged by then
    """

    order_id: str
    at: int
    rating: int | None
    probability: float | None
    model: float
    model_version: str


def foreseen(connection: Connection, since: int, until: int) -> list[Foreseen]:
    """The forecasts made from `since` to `until` before a score was seen, oldest first.

    Those of orders without a score are left out.
    """
    asked, said = forecasts.c, predictions.c
    newest = (
        select(said.prediction_id)
        .where(
            said.order_id == asked.order_id,
            said.as_of <= asked.known_at,
            said.scored_at <= asked.known_at,
            said.cause != Cause.GIVEN,
        )
        .order_by(said.as_of.desc(), said.prediction_id.desc())
        .limit(1)
        .correlate(forecasts)
        .scalar_subquery()
    )
    # Most forecasts of an extract are older than the log: they need not be looked up one by one.
    first = select(said.scored_at).order_by(said.prediction_id).limit(1).scalar_subquery()
    question = (
        select(asked.order_id, asked.known_at, asked.rating, asked.probability, said.p0, said.model_version)
        .join_from(forecasts, predictions, said.prediction_id == newest)
        .where(asked.seen_model == 0, asked.known_at >= first)
        .where(asked.known_at > since, asked.known_at <= until)
        .order_by(asked.known_at, asked.order_id)
    )
    return [Foreseen(*row) for row in connection.execute(question)]
