"""The log of scores: what was said of which order, when, by which model, from which features."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select

from store.tables import predictions


class Cause(StrEnum):
    """Why a score was given."""

    ASKED = "asked"
    GIVEN = "given"
    """Asked for an order as it was given; the store may not have it, or have it otherwise."""
    RESCORED = "rescored"


@dataclass(frozen=True)
class LoggedPrediction:
    """One score as it was given; `features` is the feature row as JSON text."""

    order_id: str
    as_of: int
    scored_at: int
    model_version: str
    probabilities: tuple[float, float, float, float]
    band: str
    stage: str
    features: str = "{}"
    cause: Cause = Cause.ASKED


_COLUMNS = (
    predictions.c.order_id,
    predictions.c.as_of,
    predictions.c.scored_at,
    predictions.c.model_version,
    *(predictions.c[f"p{level}"] for level in range(4)),
    predictions.c.band,
    predictions.c.stage,
    predictions.c.features,
    predictions.c.cause,
)


def append(connection: Connection, rows: Sequence[LoggedPrediction]) -> None:
    """Add scores to the log."""
    if rows:
        connection.execute(insert(predictions), [_columns(row) for row in rows])


def of_order(connection: Connection, order_id: str) -> tuple[LoggedPrediction, ...]:
    """The scores of one order, oldest first."""
    asked = select(*_COLUMNS).where(predictions.c.order_id == order_id)
    found = connection.execute(asked.order_by(predictions.c.scored_at, predictions.c.prediction_id))
    return tuple(map(_logged, found))


def latest(connection: Connection, order_ids: Sequence[str]) -> dict[str, LoggedPrediction]:
    """The last score of each of these orders that was not of an order as given; those without are left out."""
    kept = predictions.c.cause != Cause.GIVEN
    last = (
        select(func.max(predictions.c.prediction_id))
        .where(predictions.c.order_id.in_(order_ids), kept)
        .group_by(predictions.c.order_id)
    )
    found = connection.execute(select(*_COLUMNS).where(predictions.c.prediction_id.in_(last)))
    return {row.order_id: row for row in map(_logged, found)}


def courses(connection: Connection, order_ids: Sequence[str]) -> dict[str, list[tuple[int, float]]]:
    """Moment and P(不满意) of every score of these orders, oldest first; those of orders as given are left out."""
    columns = predictions.c.order_id, predictions.c.as_of, predictions.c.p0
    asked = predictions.c.order_id.in_(order_ids), predictions.c.cause != Cause.GIVEN
    found: dict[str, list[tuple[int, float]]] = {}
    for order_id, as_of, risk in connection.execute(select(*columns).where(*asked).order_by(*columns[:2])):
        found.setdefault(order_id, []).append((as_of, risk))
    return found


def drawn(connection: Connection, model_version: str, count: int) -> tuple[LoggedPrediction, ...]:
    """So many of this model's scores of kept orders, drawn evenly over the log, oldest first."""
    mine = (predictions.c.model_version == model_version, predictions.c.cause != Cause.GIVEN)
    ids = list(connection.scalars(select(predictions.c.prediction_id).where(*mine).order_by("prediction_id")))
    step = max(1, len(ids) // max(count, 1))
    some = ids[::-1][::step][:count]
    found = connection.execute(
        select(*_COLUMNS).where(predictions.c.prediction_id.in_(some)).order_by(predictions.c.prediction_id)
    )
    return tuple(map(_logged, found))


def _logged(row: Row[Any]) -> LoggedPrediction:
    order_id, as_of, scored_at, version, p0, p1, p2, p3, band, stage, features, cause = tuple(row)
    return LoggedPrediction(
        order_id, as_of, scored_at, version, (p0, p1, p2, p3), band, stage, features, Cause(cause)
    )


def _columns(row: LoggedPrediction) -> dict[str, object]:
    return {
        "order_id": row.order_id,
        "as_of": row.as_of,
        "scored_at": row.scored_at,
        "model_version": row.model_version,
        **{f"p{level}": p for level, p in enumerate(row.probabilities)},
        "band": row.band,
        "stage": row.stage,
        "features": row.features,
        "cause": row.cause.value,
    }
