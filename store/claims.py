"""Who has claimed which order of a queue, and what came of it: no order is held by two at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from store.tables import claims as _claims


class Outcome(StrEnum):
    """What came of a claim."""

    DONE = "done"
    DISAGREED = "disagreed"
    RELEASED = "released"
    NOT_REACHED = "not_reached"


@dataclass(frozen=True)
class Claim:
    """One claim; `ended_at` and `outcome` are None while it is held. Times are microseconds."""

    order_id: str
    person: str
    claimed_at: int
    ended_at: int | None = None
    outcome: Outcome | None = None
    reason: str | None = None
    desk: str | None = None


def take(
    connection: Connection, order_id: str, person: str, at: int, held_since: int, desk: str | None = None
) -> Claim:
    """Claim an order for a desk, and the claim that stands: one's own, or another's who was first.

    A claim that was made before `held_since` is let go.
    """
    stale = (_claims.c.order_id == order_id, _claims.c.ended_at.is_(None), _claims.c.claimed_at < held_since)
    connection.execute(update(_claims).where(*stale).values(ended_at=at, outcome=Outcome.RELEASED))
    try:
        with connection.begin_nested():
            row = {"order_id": order_id, "person": person, "claimed_at": at, "desk": desk}
            connection.execute(insert(_claims), row)
    except IntegrityError:
        pass  # somebody holds it: the claim below
    return held(connection, [order_id])[order_id]


def end(
    connection: Connection, order_id: str, person: str, at: int, outcome: Outcome, reason: str | None = None
) -> bool:
    """End one's own claim; False where one holds none of this order."""
    mine = (_claims.c.order_id == order_id, _claims.c.person == person, _claims.c.ended_at.is_(None))
    ended = connection.execute(
        update(_claims).where(*mine).values(ended_at=at, outcome=outcome.value, reason=reason)
    )
    return bool(ended.rowcount)


def release_ended(
    connection: Connection, order_id: str, person: str, claimed_at: int, ended: Outcome
) -> None:
    """Make of one's claim that ended so, and is taken back, an order that was given back."""
    mine = (_claims.c.order_id == order_id, _claims.c.person == person, _claims.c.claimed_at == claimed_at)
    given_back = {"outcome": Outcome.RELEASED.value, "reason": None}
    connection.execute(update(_claims).where(*mine, _claims.c.outcome == ended.value).values(given_back))


def held(connection: Connection, order_ids: Sequence[str] | None = None, since: int = 0) -> dict[str, Claim]:
    """The claims that are held and were made since then, by order; of all orders, or of some."""
    question = select(_claims).where(_claims.c.ended_at.is_(None), _claims.c.claimed_at >= since)
    if order_ids is not None:
        question = question.where(_claims.c.order_id.in_(order_ids))
    return {row.order_id: _claim(row) for row in connection.execute(question)}


def ended_since(connection: Connection, since: int, outcome: Outcome) -> list[Claim]:
    """The claims that ended so since then, newest first."""
    question = select(_claims).where(_claims.c.ended_at >= since, _claims.c.outcome == outcome.value)
    return [_claim(row) for row in connection.execute(question.order_by(_claims.c.ended_at.desc()))]


def _claim(row: object) -> Claim:
    told = row._mapping  # type: ignore[attr-defined]
    outcome = Outcome(told["outcome"]) if told["outcome"] else None
    return Claim(
        order_id=told["order_id"],
        person=told["person"],
        claimed_at=told["claimed_at"],
        ended_at=told["ended_at"],
        outcome=outcome,
        reason=told["reason"],
        desk=told["desk"],
    )
