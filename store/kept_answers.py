"""What was answered to a write under its idempotency key, kept in the transaction of the write itself."""

from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select

from hotline.errors import QinglingError
from store.tables import kept_answers


class KeyTaken(QinglingError):  # noqa: N818 - a refusal, not a failure
    """The key came with another request before."""

    def __init__(self) -> None:
        super().__init__("this idempotency key came with another request before; give each write its own")


@dataclass(frozen=True)
class WriteKey:
    """Who sent a write, under which key, and a seal of what it says."""

    person: str
    key: str
    request: str


@dataclass(frozen=True)
class KeptAnswer:
    """The status and the body that were answered."""

    status: int
    body: str


def recall(connection: Connection, asked: WriteKey, since: int) -> KeptAnswer | None:
    """What was answered under this key since then; KeyTaken if it was another request."""
    table = kept_answers.c
    question = select(table.request, table.status, table.answer).where(
        table.person == asked.person, table.key == asked.key, table.kept_at >= since
    )
    found = connection.execute(question).one_or_none()
    if found is None:
        return None
    if found.request != asked.request:
        raise KeyTaken
    return KeptAnswer(found.status, found.answer)


def keep(connection: Connection, asked: WriteKey, answered: KeptAnswer, at: int, since: int) -> None:
    """Keep an answer; those kept before `since` are forgotten."""
    connection.execute(delete(kept_answers).where(kept_answers.c.kept_at < since))
    row = {"person": asked.person, "key": asked.key, "request": asked.request}
    connection.execute(
        insert(kept_answers), {**row, "status": answered.status, "answer": answered.body, "kept_at": at}
    )
