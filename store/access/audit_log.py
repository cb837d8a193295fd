"""Who saw or changed what, when, and with what outcome; never any text, number or pseudonym."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import Engine, bindparam, func, insert, select, text

from store.access.tables import audit_log as _log
from store.connection import reading
from store.connection import writing_of as changing

_NAMES = ("at", "person", "role", "action", "order_id", "outcome", "request_id")


@dataclass(frozen=True)
class AuditEntry:
    """One thing that someone saw, changed, or was refused; `at` in microseconds."""

    at: int
    person: str
    role: str
    action: str
    order_id: str | None
    outcome: str
    request_id: str


def append(engine: Engine, entries: Sequence[AuditEntry]) -> None:
    """Add entries; there is no way to change or remove any."""
    if entries:
        with changing(engine) as connection:
            connection.execute(insert(_log), [asdict(entry) for entry in entries])


@dataclass(frozen=True)
class Sought:
    """Which entries: about an order, by a person, of an action, from a moment on and before another."""

    order_id: str | None = None
    person: str | None = None
    action: str | None = None
    since: int | None = None
    until: int | None = None


def entries(
    engine: Engine,
    order_id: str | None = None,
    person: str | None = None,
    before: int | None = None,
    limit: int = 100,
) -> list[tuple[int, AuditEntry]]:
    """The newest entries with their numbers, newest first; `before` is the number where a page ended."""
    return sought(engine, Sought(order_id, person), before, limit)


def sought(
    engine: Engine, what: Sought, before: int | None = None, limit: int = 100
) -> list[tuple[int, AuditEntry]]:
    """The same of those that are sought."""
    question = select(_log.c.entry_id, *(_log.c[name] for name in _NAMES)).order_by(_log.c.entry_id.desc())
    for name in ("order_id", "person", "action"):
        if (told := getattr(what, name)) is not None:
            question = question.where(_log.c[name] == told)
    if what.since is not None:
        question = question.where(_log.c.at >= what.since)
    if what.until is not None:
        question = question.where(_log.c.at < what.until)
    if before is not None:
        question = question.where(_log.c.entry_id < before)
    with reading(engine) as connection:
        return [(row[0], AuditEntry(*row[1:])) for row in connection.execute(question.limit(limit))]


def last_seen(engine: Engine, persons: Sequence[str]) -> dict[str, int]:
    """When each of these people last did anything here, microseconds; those who never did are left out."""
    newest = select(_log.c.person, func.max(_log.c.at)).where(_log.c.person == bindparam("person"))
    with reading(engine) as connection:
        rows = (
            connection.execute(newest.group_by(_log.c.person), {"person": name}).first() for name in persons
        )
        return {row[0]: row[1] for row in rows if row}


def is_guarded(engine: Engine) -> bool:
    """Whether the triggers are in force that refuse to change or delete an entry."""
    question, count = _GUARDS[engine.dialect.name]
    with reading(engine) as connection:
        return connection.scalar(text(question)) == count


_GUARDS = {
    "sqlite": ("SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_log'", 2),
    "postgresql": (
        "SELECT count(*) FROM pg_trigger WHERE tgrelid = 'audit_log'::regclass "
        "AND NOT tgisinternal AND tgenabled = 'O'",
        1,
    ),
}
