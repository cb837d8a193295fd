"""Opening a database: SQLite file or PostgreSQL schema, its tables brought up to date."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import make_url

from hotline.errors import ArgumentError

#: The newest revision in migrations/versions; asking the database for it spares alembic's import.
NEWEST_REVISION = "0005"
#: Data sets share a PostgreSQL database with others' schemas, hence the prefix.
SCHEMA_PREFIX = "qingling_"
#: Milliseconds that a writer waits for another before it gives up.
BUSY_MILLISECONDS = 60_000
#: An arbitrary fixed number: who holds it in PostgreSQL migrates, the others wait.
MIGRATION_LOCK = 4_712_345


def connect_sqlite(path: Path) -> Engine:
    """An engine on a SQLite file (made if absent), in WAL mode so that readers never wait for a writer."""
    path.parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(f"sqlite:///{path}")

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        # SQLAlchemy says BEGIN itself (below), so that tables are made, and frames read, in transactions.
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("PRAGMA cache_size=-65536")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    _migrate(engine)
    return engine


def connect_postgresql(url: str, dataset: str) -> Engine:
    """An engine on the data set's own schema (made if absent) of a PostgreSQL database."""
    address = make_url(url)
    if not address.drivername.startswith("postgres"):
        raise ArgumentError(
            f"QINGLING_DATABASE_URL begins with {address.drivername!r}; use postgresql://user@host/name"
        )
    schema = SCHEMA_PREFIX + dataset
    engine = create_engine(
        address.set(drivername="postgresql+psycopg"),
        connect_args={"options": f"-csearch_path={schema}"},
        pool_pre_ping=True,
    )
    _migrate(engine, schema)
    return engine


def _migrate(engine: Engine, schema: str | None = None) -> None:
    with engine.connect() as connection:
        if _revision(connection) == NEWEST_REVISION:
            return
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        if schema:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATION_LOCK})
            connection.execute(text(f'CREATE SCHEMA IF NOT EXISTS "{schema}"'))
        if _revision(connection) != NEWEST_REVISION:
            _run_alembic(connection)


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _run_alembic(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One consistent look at the database."""
    isolation = {"isolation_level": "REPEATABLE READ"} if engine.dialect.name == "postgresql" else {}
    with engine.connect().execution_options(**isolation) as connection, connection.begin():
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[tuple[Connection, int]]:
    """A transaction that writes, with its number; everything in it happens, or nothing does."""
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        connection.execute(text("UPDATE writes SET number = number + 1"))
        number = connection.execute(text("SELECT number FROM writes")).scalar_one()
        yield connection, int(number)


@contextmanager
def logging(engine: Engine) -> Iterator[Connection]:
    """A transaction that writes what no score depends on: it has no number."""
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        yield connection
