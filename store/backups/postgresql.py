"""A PostgreSQL schema copied table by table in one look, and loaded again; no program of the server is needed."""

import os
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, inspect, text

from store.connection import SCHEMA_PREFIX, postgresql_engine, reading, writing_of
from store.schema import hold, migrate

#: What a restore sets aside and what it is making have names that are no data set's.
_ASIDE_PREFIX, _STAGED_PREFIX = "aside_", "staged_"
_NAME_LENGTH = 63
_VERSION_TABLE = "alembic_version"
_CHUNK = 1 << 20


def dump(url: str, dataset: str, folder: Path) -> dict[str, int]:
    """Write each table of a data set to `<table>.copy` in COPY's text format; the rows of each."""
    folder.mkdir(parents=True)
    engine = postgresql_engine(url, SCHEMA_PREFIX + dataset)
    counts = {}
    try:
        with reading(engine, bulk=True) as connection:
            for name in sorted(set(inspect(connection).get_table_names()) - {_VERSION_TABLE}):
                counts[name] = _dump_table(connection, name, folder / f"{name}.copy")
    finally:
        engine.dispose()
    return counts


def stage(url: str, dataset: str, folder: Path, revision: str) -> None:
    """Load a dump beside the data set; nobody sees it until `swap`."""
    staged = _STAGED_PREFIX + dataset
    engine = postgresql_engine(url, staged)
    try:
        with writing_of(engine) as connection:
            connection.execute(text(f'DROP SCHEMA IF EXISTS "{staged}" CASCADE'))
            hold(connection, staged)
            migrate(connection, revision)
            for file in sorted(folder.glob("*.copy")):
                _load_table(connection, file)
    finally:
        engine.dispose()


def swap(url: str, dataset: str, stamp: str) -> str | None:
    """Put what was staged in the data set's place in one transaction; the schema where the old one is kept."""
    schema, aside = SCHEMA_PREFIX + dataset, f"{_ASIDE_PREFIX}{stamp}_{dataset}"[:_NAME_LENGTH]
    engine = postgresql_engine(url, schema)
    try:
        with writing_of(engine) as connection:
            is_there = schema in inspect(connection).get_schema_names()
            connection.execute(text("SET LOCAL lock_timeout = 60000"))
            if is_there:
                connection.execute(text("LOCK TABLE writes, predictions IN ACCESS EXCLUSIVE MODE"))
                connection.execute(text(f'ALTER SCHEMA "{schema}" RENAME TO "{aside}"'))
            connection.execute(text(f'ALTER SCHEMA "{_STAGED_PREFIX}{dataset}" RENAME TO "{schema}"'))
    finally:
        engine.dispose()
    return aside if is_there else None


def _dump_table(connection: Connection, name: str, target: Path) -> int:
    columns = ", ".join(f'"{column["name"]}"' for column in inspect(connection).get_columns(name))
    driver: Any = connection.connection.driver_connection
    with target.open("wb") as file, driver.cursor() as cursor:
        with cursor.copy(f'COPY "{name}" ({columns}) TO STDOUT') as copy:
            for piece in copy:
                file.write(piece)
        file.flush()
        os.fsync(file.fileno())
        return int(cursor.rowcount)


def _load_table(connection: Connection, file: Path) -> None:
    name = file.stem
    found = inspect(connection).get_columns(name)
    columns = ", ".join(f'"{column["name"]}"' for column in found)
    # What a migration put there goes; where it put nothing, nothing is deleted, for the audit log only grows.
    if connection.scalar(text(f'SELECT EXISTS (SELECT 1 FROM "{name}")')):  # noqa: S608
        connection.execute(text(f'DELETE FROM "{name}"'))  # noqa: S608
    driver: Any = connection.connection.driver_connection
    with (
        file.open("rb") as read,
        driver.cursor() as cursor,
        cursor.copy(f'COPY "{name}" ({columns}) FROM STDIN') as copy,
    ):
        while piece := read.read(_CHUNK):
            copy.write(piece)
    for column in found:
        if "nextval" in str(column.get("default") or ""):
            highest = f'SELECT max("{column["name"]}") FROM "{name}"'  # noqa: S608
            connection.execute(
                text(f"SELECT setval(pg_get_serial_sequence(:t, :c), ({highest}))"),
                {"t": f'"{name}"', "c": column["name"]},
            )
