"""The log of scores: what was said of which order, when, by which model, from which features."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select

from store.tables import predictions


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


def append(connection: Connection, rows: Sequence[LoggedPrediction]) -> None:
    """Add scores to the log."""
    if rows:
        connection.execute(insert(predictions), [_columns(row) for row in rows])


def of_order(connection: Connection, order_id: str) -> tuple[LoggedPrediction, ...]:
    """The scores of one order, oldest first."""
    table = predictions.c
    question = (
        select(
            table.order_id,
            table.as_of,
            table.scored_at,
            table.model_version,
            *(table[f"p{level}"] for level in range(4)),
            table.band,
            table.stage,
            table.features,
        )
        .where(table.order_id == order_id)
        .order_by(table.scored_at, table.prediction_id)
    )
    return tuple(
        LoggedPrediction(*row[:4], (row[4], row[5], row[6], row[7]), *row[8:])
        for row in connection.execute(question)
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
    }
