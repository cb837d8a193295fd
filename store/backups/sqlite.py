"""SQLite databases copied while they are written to, and put in the place of another."""

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from hotline.errors import QinglingError
from hotline.whole_files import sync_folder

#: Seconds that others are waited for before a database is replaced.
_PATIENCE = 60.0


def copy_database(source: Path, target: Path) -> None:
    """One consistent copy by SQLite's own backup; whoever writes meanwhile is not hindered."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with closing(_opened(source)) as read, closing(sqlite3.connect(target)) as written:
        read.backup(written)
    make_single(target)


def make_single(database: Path) -> None:
    """Bring everything into the one file, without a log beside it that could be forgotten."""
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
    _sync(database)


def refuse_damaged(path: Path) -> None:
    """QinglingError where the file is no sound database."""
    try:
        with closing(_opened(path)) as database:
            found = database.execute("PRAGMA quick_check").fetchone()[0]
    except sqlite3.DatabaseError as error:
        found = str(error)
    if found != "ok":
        raise QinglingError(f"{path.name} in the backup is damaged ({found}); take another backup")


def replace_database(target: Path, fresh: Path, aside: Path) -> None:
    """Put `fresh` in the place of `target`, which is kept as `aside`; nobody writes in between.

    Who has the old one open keeps reading it; `store.connection` looks which file it is before each use.
    """
    aside.parent.mkdir(parents=True, exist_ok=True)
    if not target.exists():
        fresh.replace(target)
    else:
        with _held(target):
            os.link(target, aside)
            for beside in ("-wal", "-shm"):
                target.with_name(target.name + beside).unlink(missing_ok=True)
            fresh.replace(target)
    sync_folder(target.parent)


def move_addresses(database: Path, old: str, new: str) -> None:
    """In every column of words, let what begins with `old` begin with `new`: files that moved with it."""
    with closing(sqlite3.connect(database)) as connection, connection:
        tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type='table'")]
        for table in tables:
            for _, column, kind, *_ in connection.execute(f'PRAGMA table_info("{table}")').fetchall():
                if kind.upper().startswith(("VARCHAR", "TEXT", "CLOB")):
                    connection.execute(
                        f'UPDATE "{table}" SET "{column}" = ? || substr("{column}", ?) '  # noqa: S608
                        f'WHERE substr("{column}", 1, ?) = ?',
                        (new, len(old) + 1, len(old), old),
                    )


@contextmanager
def _held(target: Path) -> Iterator[None]:
    """Nobody else writes, and all that was written is in the file itself, none of it in a log beside it."""
    until = time.monotonic() + _PATIENCE
    log = target.with_name(target.name + "-wal")
    with closing(_opened(target)) as database:
        while True:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            database.execute("BEGIN IMMEDIATE")
            if not log.exists() or log.stat().st_size == 0:
                break
            database.execute("ROLLBACK")
            if time.monotonic() > until:
                raise QinglingError(
                    f"{target.name} is written to without a pause; stop its writers for a moment"
                )
        try:
            yield
        finally:
            database.execute("ROLLBACK")


def _opened(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=_PATIENCE)
    connection.isolation_level = None
    return connection


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
