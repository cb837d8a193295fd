"""What handlers foretold of their orders themselves."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select

from store.live import stamp
from store.tables import forecasts as _forecasts


@dataclass(frozen=True)
class ForecastRow:
    """One forecast.

    known_at   : when it was written down, microseconds
    rating     : 0–3, worst first; None where the handler was asked and said nothing
    seen_model : whether the handler may have known the model's word
    """

    order_id: str
    forecast_id: str
    known_at: int
    rating: int | None
    seen_model: bool


def write(connection: Connection, revision: int, row: ForecastRow) -> bool:
    """Write a forecast; False where one of this id is there."""
    mine = (_forecasts.c.order_id == row.order_id, _forecasts.c.forecast_id == row.forecast_id)
    if connection.scalar(select(_forecasts.c.forecast_id).where(*mine)) is not None:
        return False
    connection.execute(
        insert(_forecasts),
        {
            "order_id": row.order_id,
            "forecast_id": row.forecast_id,
            "known_at": row.known_at,
            "recorded_at": row.known_at,
            "rating": row.rating,
            "seen_model": int(row.seen_model),
        },
    )
    stamp(connection, [row.order_id], revision)
    return True


def latest(connection: Connection, order_ids: Sequence[str]) -> dict[str, ForecastRow]:
    """The last forecast of each of these orders, by order; those without one are left out."""
    columns = _forecasts.c
    asked = select(
        columns.order_id, columns.forecast_id, columns.known_at, columns.rating, columns.seen_model
    )
    found = connection.execute(
        asked.where(columns.order_id.in_(order_ids)).order_by(columns.known_at, columns.forecast_id)
    )
    return {
        row.order_id: ForecastRow(
            row.order_id,
            row.forecast_id,
            row.known_at,
            row.rating,
            row.seen_model is None or bool(row.seen_model),
        )
        for row in found
    }
