"""Takes texts, callers and scores of orders out of the store for good, a piece at a time.

Each piece is a transaction, and doing it again does no harm: after a crash one simply begins anew.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import astuple, dataclass
from typing import Any

from sqlalchemy import (
    Connection,
    Engine,
    Select,
    Table,
    bindparam,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    text,
    update,
)

from hotline.order import AttributeOf
from store import tables, vouching
from store.access.tables import forgotten as _forgotten
from store.connection import reading, writing
from store.forgotten import PERSONAL_FIELDS, text_attributes

#: Orders a transaction: others write in between, and a running service takes them in piece by piece.
ORDERS_A_PIECE = 2_000
#: A question for the ids of orders.
Which = Select[Any]
_revisions, _predictions = tables.order_revisions, tables.predictions


@dataclass(frozen=True)
class Forgotten:
    """How many orders lost something, and how many scores are gone."""

    orders: int = 0
    predictions: int = 0

    def __add__(self, other: "Forgotten") -> "Forgotten":
        return Forgotten(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))


def received_before(moment: int) -> Which:
    """The ids of orders received before a moment (microseconds); where nobody said when, known before."""
    received = func.coalesce(func.max(_revisions.c.received_at), func.min(_revisions.c.known_at))
    return select(_revisions.c.order_id).group_by(_revisions.c.order_id).having(received < moment)


def of_caller(pseudonym: str) -> Which:
    """The ids of orders that came from a caller."""
    return (
        select(_revisions.c.order_id).where(_revisions.c.caller == pseudonym).group_by(_revisions.c.order_id)
    )


def count(engine: Engine, which: Which) -> int:
    """How many orders these are."""
    with reading(engine) as connection:
        return int(connection.execute(select(func.count()).select_from(which.subquery())).scalar_one())


def forget(
    engine: Engine, which: Which, at: int, progress: Callable[[int], None] = lambda _: None
) -> Forgotten:
    """Blank what is personal of these orders, and delete their scores."""
    done, seen = Forgotten(), 0
    for order_ids in _pieces(engine, which):
        with writing(engine) as (connection, revision):
            _overwrite_what_goes(connection)
            done += _forget_orders(connection, order_ids, revision, at)
        seen += len(order_ids)
        progress(seen)
    return done


def forget_given_scores(engine: Engine, moment: int) -> int:
    """Delete scores as of before a moment whose orders were only sent to be scored, and never kept."""
    kept = exists().where(tables.orders.c.order_id == _predictions.c.order_id)
    with writing(engine) as (connection, _):
        _overwrite_what_goes(connection)
        gone = connection.execute(delete(_predictions).where(_predictions.c.as_of < moment, ~kept))
        return int(gone.rowcount)


def sweep(engine: Engine) -> bool:
    """Leave no copy in the database's own files; False where readers kept it from all of it just now."""
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            busy = connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # type: ignore[union-attr]
            return not busy.fetchone()[0]
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for table in (_revisions, tables.events, _predictions):
            connection.execute(text(f"VACUUM {table.name}"))
    return True


def _pieces(engine: Engine, which: Which) -> Iterator[list[str]]:
    last = ""
    while True:
        following = which.where(_revisions.c.order_id > last).order_by(_revisions.c.order_id)
        with reading(engine) as connection:
            order_ids = list(connection.scalars(following.limit(ORDERS_A_PIECE)))
        if not order_ids:
            return
        yield order_ids
        last = order_ids[-1]


def _forget_orders(connection: Connection, order_ids: list[str], revision: int, at: int) -> Forgotten:
    vouching.disown_all(connection)
    touched = _blank_fields(connection, order_ids) | _blank_notes(connection, order_ids)
    for table, key, of in (
        (_revisions, "number", AttributeOf.ORDER),
        (tables.events, "event_id", AttributeOf.EVENT),
    ):
        touched |= _blank_attributes(connection, table, key, text_attributes(connection, of), order_ids)
    gone = connection.execute(delete(_predictions).where(_predictions.c.order_id.in_(order_ids))).rowcount
    noted = set(connection.scalars(select(_forgotten.c.order_id).where(_forgotten.c.order_id.in_(order_ids))))
    if new := [order_id for order_id in order_ids if order_id not in noted]:
        connection.execute(insert(_forgotten), [{"order_id": i, "forgotten_at": at} for i in new])
    if touched:
        stamped = update(tables.orders).where(tables.orders.c.order_id.in_(sorted(touched)))
        connection.execute(stamped.values(revision=revision))
    return Forgotten(len(touched), int(gone))


def _blank_fields(connection: Connection, order_ids: Sequence[str]) -> set[str]:
    holds = or_(*(_revisions.c[name].isnot(None) for name in PERSONAL_FIELDS))
    those = _revisions.c.order_id.in_(order_ids) & holds
    touched = set(connection.scalars(select(_revisions.c.order_id).where(those).distinct()))
    connection.execute(update(_revisions).where(those).values(dict.fromkeys(PERSONAL_FIELDS)))
    return touched


def _blank_notes(connection: Connection, order_ids: Sequence[str]) -> set[str]:
    those = tables.events.c.order_id.in_(order_ids) & tables.events.c.duty_note.isnot(None)
    touched = set(connection.scalars(select(tables.events.c.order_id).where(those).distinct()))
    connection.execute(update(tables.events).where(those).values(duty_note=None))
    return touched


def _blank_attributes(
    connection: Connection, table: Table, key: str, texts: Sequence[str], order_ids: Sequence[str]
) -> set[str]:
    """Take attributes that hold free text out of the JSON of these orders' rows."""
    if not texts:
        return set()
    question = select(table.c.order_id, table.c[key], table.c.attributes).where(
        table.c.order_id.in_(order_ids), table.c.attributes.isnot(None)
    )
    changes = []
    for order_id, row_key, packed in connection.execute(question):
        told = json.loads(packed)
        kept = {name: value for name, value in told.items() if name not in texts}
        if kept != told:
            left = json.dumps(kept, ensure_ascii=False, sort_keys=True) if kept else None
            changes.append({"an_order": order_id, "a_key": row_key, "left": left})
    if changes:
        changed = update(table).where(
            table.c.order_id == bindparam("an_order"), table.c[key] == bindparam("a_key")
        )
        connection.execute(changed.values(attributes=bindparam("left")), changes)
    return {change["an_order"] for change in changes}


def _overwrite_what_goes(connection: Connection) -> None:
    """SQLite only marks deleted bytes as free unless it is told to overwrite them."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete=ON")
