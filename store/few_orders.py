"""The stored rows of a few orders, as plain mappings: making frames of them takes longer than reading them."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, Table, bindparam, select

from store import tables
from store.frames import (
    CALLBACK_COLUMNS,
    COMMUNITY_COLUMNS,
    EVENT_COLUMNS,
    IDS_A_QUESTION,
    ORDER_COLUMNS,
    question,
)
from store.identity import VERSION_MARK

Row = dict[str, Any]
#: What features read, and what duties do beside.
_EVENT_COLUMNS = (*EVENT_COLUMNS, "duty", "duty_note")
_NUMBER = select(tables.writes.c.number)
_CHANGED = select(tables.orders.c.order_id).where(tables.orders.c.revision > bindparam("watermark"))


def changed_since(connection: Connection, watermark: int) -> tuple[list[str], int]:
    """The orders written to after a watermark, sorted, and the new watermark; one look where nothing was."""
    newest = int(connection.execute(_NUMBER).scalar_one())
    if newest == watermark:
        return [], watermark
    return sorted(connection.scalars(_CHANGED, {"watermark": watermark})), newest


def rows_of(connection: Connection, order_ids: Sequence[str]) -> dict[str, list[Row]]:
    """Rows of `orders`, `events`, `callbacks` (the newest version of each) and `communities`.

    Missing values are None; attributes stand among the other columns.
    """
    orders = [_spread(row) for row in _read(connection, tables.order_revisions, ORDER_COLUMNS, order_ids)]
    events = [_spread(row) for row in _read(connection, tables.events, _EVENT_COLUMNS, order_ids)]
    callbacks = _newest(_read(connection, tables.callbacks, CALLBACK_COLUMNS, order_ids))
    names = sorted({row["community"] for row in orders if row["community"]})
    communities = _read(connection, tables.communities, COMMUNITY_COLUMNS, names, "community")
    return {"orders": orders, "events": events, "callbacks": callbacks, "communities": list(communities)}


def ratings_since(connection: Connection, by: str, since: int, until: int) -> list[tuple[str, int]]:
    """Order and rating (0–3) of every answer to this caller that was known in [since, until)."""
    columns = tables.callbacks.c
    asked = select(columns.order_id, columns.callback_id, columns.rating).where(
        columns.by == by, columns.known_at >= since, columns.known_at < until
    )
    found = _newest(dict(row) for row in connection.execute(asked).mappings())
    return [(row["order_id"], int(row["rating"])) for row in found if row["rating"] is not None]


def _read(
    connection: Connection, table: Table, columns: tuple[str, ...], keys: Sequence[str], key: str = "order_id"
) -> Iterator[Row]:
    for start in range(0, len(keys), IDS_A_QUESTION):
        asked = {"keys": list(keys[start : start + IDS_A_QUESTION])}
        cursor: Any = connection.execute(question(table, columns, (key,), False, key), asked).cursor
        for row in cursor.fetchall():
            yield dict(zip(columns, row, strict=True))
        cursor.close()


def _spread(row: Row) -> Row:
    packed = row.pop("attributes")
    return {**row, **orjson.loads(packed)} if packed else row


def _newest(callbacks: Iterable[Row]) -> list[Row]:
    """Only the newest version of each callback; versions are `id`, `id~1`, `id~2` …"""
    newest: dict[tuple[str, str], tuple[int, Row]] = {}
    for row in callbacks:
        slot, _, version = row["callback_id"].partition(VERSION_MARK)
        number = int(version or 0)
        if (key := (row["order_id"], slot)) not in newest or number > newest[key][0]:
            newest[key] = number, row
    return [row for _, row in newest.values()]
