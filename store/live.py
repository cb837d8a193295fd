"""Single orders, events and callbacks as they come in: written at once, twice does no harm."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, Table, func, insert, select, update

from hotline.calendar import to_micros
from hotline.errors import QinglingError
from hotline.order import ORDER_FIELDS, Callback, Order, OrderEvent
from store import tables
from store.forgotten import unless_forgotten
from store.identity import event_key, natural_id


class UnknownOrder(QinglingError, KeyError):  # noqa: N818 - named like the KeyError that it is
    """There is no such order in the store."""

    def __init__(self, order_id: str) -> None:
        super().__init__(order_id)
        self.order_id = order_id

    def __str__(self) -> str:
        return f"order {self.order_id} is not in the store; add the order first"


def write_order(
    connection: Connection, revision: int, order: Order, recorded_at: int, known_at: int | None = None
) -> bool:
    """Write an order's own fields, or what has changed in them; whether anything was new.

    The fields count as known when they were recorded, unless `known_at` says otherwise.
    """
    known_at = recorded_at if known_at is None else known_at
    stated, given = unless_forgotten(connection, order.order_id, _fields(order), order.attributes)
    stored, number = _current_fields(connection, order.order_id)
    changed = {name: value for name, value in stated.items() if stored.get(name) != value}
    attributes = {name: value for name, value in given.items() if stored["attributes"].get(name) != value}
    if not changed and not attributes:
        return False
    connection.execute(
        insert(tables.order_revisions),
        {
            "order_id": order.order_id,
            "number": number,
            "known_at": known_at,
            "recorded_at": recorded_at,
            "natural_at": known_at,
            "attributes": packed(attributes),
            **changed,
        },
    )
    stamp(connection, [order.order_id], revision)
    return True


def write_events(
    connection: Connection, revision: int, order_id: str, events: Sequence[OrderEvent], recorded_at: int
) -> list[str]:
    """Write the events that the order does not have yet; their ids."""
    rows = _numbered(_event_row(order_id, event, recorded_at) for event in events)
    return _write_new(connection, revision, tables.events, "event_id", order_id, rows)


def write_callbacks(
    connection: Connection, revision: int, order_id: str, callbacks: Sequence[Callback], recorded_at: int
) -> list[str]:
    """Write the callbacks that the order does not have yet; their ids."""
    rows = _numbered(_callback_row(order_id, callback, recorded_at) for callback in callbacks)
    return _write_new(connection, revision, tables.callbacks, "callback_id", order_id, rows)


def stamp(connection: Connection, order_ids: Iterable[str], revision: int) -> None:
    """Mark orders as changed by this writing transaction; makes those that are new."""
    for order_id in order_ids:
        changed = connection.execute(
            update(tables.orders).where(tables.orders.c.order_id == order_id).values(revision=revision)
        )
        if not changed.rowcount:
            connection.execute(insert(tables.orders), {"order_id": order_id, "revision": revision})


def packed(attributes: Mapping[str, object]) -> str | None:
    """Attributes as JSON text; None when there are none."""
    return orjson.dumps(dict(attributes), option=orjson.OPT_SORT_KEYS).decode() if attributes else None


def _fields(order: Order) -> dict[str, Any]:
    values = {name: getattr(order, name) for name in ORDER_FIELDS}
    for name in tables.ORDER_TIMES:
        values[name] = to_micros(values[name]) if values[name] is not None else None
    return {name: value for name, value in values.items() if value is not None}


def _current_fields(connection: Connection, order_id: str) -> tuple[dict[str, Any], int]:
    table = tables.order_revisions
    current: dict[str, Any] = {"attributes": {}}
    revisions = connection.execute(
        select(table).where(table.c.order_id == order_id).order_by(table.c.known_at, table.c.number)
    ).mappings()
    number = 0
    for row in revisions:
        number = max(number, row["number"] + 1)
        current.update({name: row[name] for name in ORDER_FIELDS if row[name] is not None})
        current["attributes"].update(orjson.loads(row["attributes"]) if row["attributes"] else {})
    return current, number


def _write_new(
    connection: Connection,
    revision: int,
    table: Table,
    key: str,
    order_id: str,
    rows: Sequence[dict[str, Any]],
) -> list[str]:
    if not has_order(connection, order_id):
        raise UnknownOrder(order_id)
    stored = set(connection.scalars(select(table.c[key]).where(table.c.order_id == order_id)))
    new = {row[key]: {**row, key: row[key]} for row in rows if row[key] not in stored}
    if new:
        connection.execute(insert(table), list(new.values()))
        stamp(connection, [order_id], revision)
    return list(new)


def has_order(connection: Connection, order_id: str) -> bool:
    """Whether the order is in the store."""
    question = select(func.count()).select_from(tables.orders).where(tables.orders.c.order_id == order_id)
    return bool(connection.scalar(question))


def _event_row(order_id: str, event: OrderEvent, recorded_at: int) -> tuple[tuple[Any, ...], dict[str, Any]]:
    happened_at = to_micros(event.happened_at)
    row = {
        "order_id": order_id,
        "event_id": event.event_id,
        "type": str(event.type),
        "happened_at": happened_at,
        "known_at": max(to_micros(event.known_at), happened_at),
        "recorded_at": recorded_at,
        "actor": event.actor,
        "group": event.group,
        "verdict": str(event.verdict) if event.verdict is not None else None,
        "retracts": event.retracts,
        "duty": event.duty,
        "duty_note": event.note,
        "promised_at": to_micros(event.promised_at) if event.promised_at else None,
        "attributes": packed(event.attributes),
    }
    return event_key(order_id, event), row


def _callback_row(
    order_id: str, callback: Callback, recorded_at: int
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    happened_at = to_micros(callback.happened_at)
    answers = {name: getattr(callback, name) for name in tables.CALLBACK_ANSWERS}
    row = {
        "order_id": order_id,
        "callback_id": None,
        "by": str(callback.by),
        "happened_at": happened_at,
        "known_at": max(to_micros(callback.known_at), happened_at),
        "recorded_at": recorded_at,
        "channel": callback.channel,
        **{name: None if value is None else int(value) for name, value in answers.items()},
    }
    return (order_id, str(callback.by), happened_at), row


def _numbered(keyed: Iterable[tuple[tuple[Any, ...], dict[str, Any]]]) -> list[dict[str, Any]]:
    """Rows with the ids that follow from their natural keys, where they bring none of their own."""
    seen: Counter[tuple[Any, ...]] = Counter()
    rows = []
    for key, row in keyed:
        name = "event_id" if "event_id" in row else "callback_id"
        if row[name] is None:
            row[name] = natural_id(*key, seen[key])
            seen[key] += 1
        rows.append(row)
    return rows
