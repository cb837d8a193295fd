"""What was changed of the playbook's settings by page: by whom, when, to what; rows are added and never changed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, func, insert, select

from hotline.playbook_settings import SettingName
from store.connection import reading, writing
from store.tables import playbook_changes as _changes


@dataclass(frozen=True)
class PlaybookChange:
    """One change; `at` in microseconds. A value of None gives the setting back to the file or its default."""

    at: int
    person: str
    key: SettingName
    value: Any


def newest_number(engine: Engine) -> int:
    """The number of the newest change; 0 before the first one."""
    with reading(engine) as connection:
        return connection.scalar(select(func.max(_changes.c.change_id))) or 0


def in_force(engine: Engine) -> tuple[int, dict[SettingName, Any]]:
    """The number of the newest change, and what the changes have set, those given back left out."""
    with reading(engine) as connection:
        return _in_force(connection)


def history(engine: Engine, limit: int) -> list[PlaybookChange]:
    """The newest changes, newest first."""
    question = select(_changes).order_by(_changes.c.change_id.desc()).limit(limit)
    with reading(engine) as connection:
        return [_change(row) for row in connection.execute(question)]


def append(
    engine: Engine, new_of: Callable[[dict[SettingName, Any]], Sequence[PlaybookChange]]
) -> Sequence[PlaybookChange]:
    """Add the changes that `new_of` makes of what is in force; of two at the same time one comes after the other."""
    with writing(engine) as (connection, _):
        new = new_of(_in_force(connection)[1])
        if new:
            connection.execute(insert(_changes), [_row(change) for change in new])
    return new


def _in_force(connection: Connection) -> tuple[int, dict[SettingName, Any]]:
    last = select(func.max(_changes.c.change_id)).group_by(
        _changes.c.section, _changes.c.street, _changes.c.name
    )
    rows = connection.execute(select(_changes).where(_changes.c.change_id.in_(last))).all()
    changes = {_change(row).key: _change(row).value for row in rows}
    return (
        max((row.change_id for row in rows), default=0),
        {key: value for key, value in changes.items() if value is not None},
    )


def _row(change: PlaybookChange) -> dict[str, Any]:
    value = None if change.value is None else orjson.dumps(change.value).decode()
    return {"at": change.at, "person": change.person, **change.key._asdict(), "value": value}


def _change(row: Any) -> PlaybookChange:
    key = SettingName(row.section, row.name, row.street)
    return PlaybookChange(row.at, row.person, key, None if row.value is None else orjson.loads(row.value))
