"""Who saw or changed what, when, and with what outcome; never any text, number or pseudonym."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import Engine, insert, select

from store.access.tables import audit_log as _log
from store.connection import reading
from store.connection import writing_of as changing


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


def entries(
    engine: Engine,
    order_id: str | None = None,
    person: str | None = None,
    before: int | None = None,
    limit: int = 100,
) -> list[tuple[int, AuditEntry]]:
    """The newest entries with their numbers, newest first; `before` is the number where a page ended."""
    names = ("at", "person", "role", "action", "order_id", "outcome", "request_id")
    question = select(_log.c.entry_id, *(_log.c[name] for name in names)).order_by(_log.c.entry_id.desc())
    if order_id is not None:
        question = question.where(_log.c.order_id == order_id)
    if person is not None:
        question = question.where(_log.c.person == person)
    if before is not None:
        question = question.where(_log.c.entry_id < before)
    with reading(engine) as connection:
        return [(row[0], AuditEntry(*row[1:])) for row in connection.execute(question.limit(limit))]
