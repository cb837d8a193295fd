"""The outbox of the liaison group: one row an order and cause, written before it is sent, kept when it has arrived."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, union, update

from hotline.lifecycle import EventType, OfficialCaller
from hotline.satisfaction import Rating
from store.tables import callbacks as _callbacks
from store.tables import events as _events
from store.tables import pushes as _pushes


@dataclass(frozen=True)
class PushRow:
    """One matter for the group. Times are microseconds.

    next_at     : when it is tried next; None where nothing is to be sent any more
    tries       : attempts since it last arrived
    sent        : how often it has arrived
    accepted_at : when the street took the order
    fault       : what kept the last attempt from arriving, in a word
    """

    order_id: str
    cause: str
    since: int
    made_at: int
    next_at: int | None
    tries: int = 0
    sent: int = 0
    sent_at: int | None = None
    accepted_at: int | None = None
    fault: str | None = None


def add_new(connection: Connection, rows: Sequence[PushRow]) -> int:
    """Write those that are not there yet; how many."""
    keys = [(row.order_id, row.cause, row.since) for row in rows]
    there = select(_pushes.c.order_id, _pushes.c.cause, _pushes.c.since).where(
        _pushes.c.order_id.in_([key[0] for key in keys])
    )
    known = {tuple(found) for found in connection.execute(there)}
    new = {key: row.__dict__ for key, row in zip(keys, rows, strict=True) if key not in known}
    if new:
        connection.execute(insert(_pushes), list(new.values()))
    return len(new)


def candidates(connection: Connection, since: int) -> list[str]:
    """The orders that came back, or of which 962121 heard 不满意, since a moment."""
    back = select(_events.c.order_id).where(
        _events.c.type == EventType.REDISPATCHED.value, _events.c.known_at >= since
    )
    judged = select(_callbacks.c.order_id).where(
        _callbacks.c.by == OfficialCaller.DISTRICT.value,
        _callbacks.c.rating == Rating.DISSATISFIED.value,
        _callbacks.c.known_at >= since,
    )
    return sorted(connection.scalars(union(back, judged)))


def due(connection: Connection, at: int, limit: int) -> list[PushRow]:
    """Those to be sent by a moment, the oldest first."""
    question = select(_pushes).where(_pushes.c.next_at <= at).order_by(_pushes.c.next_at, _pushes.c.order_id)
    return [_row(found) for found in connection.execute(question.limit(limit))]


def latest(connection: Connection, limit: int) -> list[PushRow]:
    """The newest, sent or not."""
    question = select(_pushes).order_by(_pushes.c.made_at.desc(), _pushes.c.order_id)
    return [_row(found) for found in connection.execute(question.limit(limit))]


def change(connection: Connection, row: PushRow) -> None:
    """Write a row as it stands now."""
    is_it = (
        (_pushes.c.order_id == row.order_id) & (_pushes.c.cause == row.cause) & (_pushes.c.since == row.since)
    )
    connection.execute(update(_pushes).where(is_it).values(row.__dict__))


def _row(found: object) -> PushRow:
    return PushRow(**found._mapping)  # type: ignore[attr-defined]
