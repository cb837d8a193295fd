"""How often a password was wrong lately, counted for all workers in one place."""

from collections.abc import Callable, Mapping

from sqlalchemy import Engine, delete, text, update

from store.access.tables import failures as _failures
from store.connection import writing_of as changing

#: When the next attempt may come (microseconds), from the count so far and the time of the last one.
Wait = Callable[[int, int], int]
#: Reads a count and holds its row to the end of the transaction, so that attempts come one by one.
_HOLD = text(
    "INSERT INTO failures (subject, count, last_at) VALUES (:subject, 0, :at) "
    "ON CONFLICT (subject) DO UPDATE SET count = failures.count RETURNING count, last_at"
)


def count_attempt(engine: Engine, waits: Mapping[str, Wait], at: int, forget_before: int) -> int | None:
    """Count an attempt for every subject before it is looked at; when the next may come if it is too early.

    Counting first leaves no gap for many attempts at once. Whoever has to wait is not counted again, so that
    waiting ends; counts older than `forget_before` are dropped.
    """
    with changing(engine) as connection:
        connection.execute(delete(_failures).where(_failures.c.last_at < forget_before))
        free_at = at
        for subject in sorted(waits):
            count, last_at = connection.execute(_HOLD, {"subject": subject, "at": at}).one()
            free_at = max(free_at, waits[subject](count, last_at))
        if free_at > at:
            return free_at
        counted = update(_failures).where(_failures.c.subject.in_(list(waits)))
        connection.execute(counted.values(count=_failures.c.count + 1, last_at=at))
    return None


def settle(engine: Engine, account: str, address: str) -> None:
    """The password was right: the account begins anew, the address has one attempt less against it.

    Its other attempts still count, or a single account of one's own would let one try all others.
    """
    with changing(engine) as connection:
        connection.execute(delete(_failures).where(_failures.c.subject == account))
        one_less = update(_failures).where(_failures.c.subject == address, _failures.c.count > 0)
        connection.execute(one_less.values(count=_failures.c.count - 1))
