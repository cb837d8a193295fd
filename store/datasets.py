"""Which data sets an installation has, which one is meant, and their databases, whatever the version of their tables."""

import re
from pathlib import Path

from sqlalchemy import Engine, func, inspect, select, table, text

from hotline.errors import ArgumentError
from hotline.whole_files import write_whole
from store.connection import SCHEMA_PREFIX, postgresql_engine, reading, sqlite_engine
from store.schema import revision_of

#: The database under home that is mlflow's, and no data set.
TRACKING = "mlflow.db"
_USUAL = "hotline"
#: The file under the home that names the data set ingested last.
_CURRENT = "current"
#: PostgreSQL cuts names at 63 characters; the prefix of the schema needs some of them.
_NAME = re.compile(r"[a-z0-9_]{1,40}")


def checked_dataset(name: str) -> str:
    """The name, if it can name a file and a schema; ArgumentError otherwise."""
    if not _NAME.fullmatch(name):
        raise ArgumentError(f"data set {name!r}: use at most 40 of a–z, 0–9 and _")
    return name


def current_dataset(home: Path) -> str:
    """The data set ingested last."""
    marker = home / _CURRENT
    return marker.read_text("utf-8").strip() if marker.is_file() else _USUAL


def make_current(home: Path, dataset: str) -> None:
    """Let later commands mean this data set."""
    write_whole(home / _CURRENT, checked_dataset(dataset) + "\n")


def datasets(home: Path, url: str | None) -> list[str]:
    """The names of all data sets, sorted."""
    if url is None:
        return sorted(path.stem for path in home.glob("*.db") if path.name != TRACKING)
    engine = postgresql_engine(url, "public")
    try:
        with engine.connect() as connection:
            schemas = inspect(connection).get_schema_names()
    finally:
        engine.dispose()
    return sorted(s.removeprefix(SCHEMA_PREFIX) for s in schemas if s.startswith(SCHEMA_PREFIX))


def engine_of(home: Path, dataset: str, url: str | None) -> Engine:
    """The data set's database as it is; close it by `dispose`."""
    if url is None:
        return sqlite_engine(home / f"{dataset}.db")
    return postgresql_engine(url, SCHEMA_PREFIX + dataset)


def revision(home: Path, dataset: str, url: str | None) -> str | None:
    """The revision of a data set's tables; None where it has none."""
    engine = engine_of(home, dataset, url)
    try:
        with engine.connect() as connection:
            return revision_of(connection)
    finally:
        engine.dispose()


def row_counts(engine: Engine) -> dict[str, int]:
    """How many rows each table has, in one consistent look."""
    with reading(engine, bulk=True) as connection:
        names = sorted(inspect(connection).get_table_names())
        return {
            name: connection.execute(select(func.count(text("1"))).select_from(table(name))).scalar_one()
            for name in names
        }
