"""Opening a database: a SQLite file or a PostgreSQL schema, and the transactions on it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DisconnectionError

from hotline.errors import ArgumentError
from store.faults import StoreReplaced
from store.schema import NEWEST_REVISION, ready

__all__ = [
    "NEWEST_REVISION",
    "SCHEMA_PREFIX",
    "connect_postgresql",
    "connect_sqlite",
    "reading",
    "writing",
    "writing_of",
]

#: Data sets share a PostgreSQL database with others' schemas, hence the prefix.
SCHEMA_PREFIX = "qingling_"
#: Milliseconds that a writer waits for another before it gives up; those with much to write have more time.
BUSY_MILLISECONDS, BULK_BUSY_MILLISECONDS = 4_000, 60_000
#: Seconds until a connection that cannot be had is given up.
CONNECT_SECONDS = 5
#: What PostgreSQL is told of every connection: waits are bounded, and nobody who vanished holds a lock.
_SESSION = {
    "lock_timeout": BUSY_MILLISECONDS,
    "statement_timeout": 60_000,
    "idle_in_transaction_session_timeout": 300_000,
}
#: A server that is cut off shows within seconds, not after the hours that TCP would take.
_ALIVE = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 15_000}

FileMark = tuple[int, int]


def connect_sqlite(path: Path, dataset: str | None = None) -> Engine:
    """An engine on a SQLite file (made if absent), in WAL mode so that readers never wait for a writer.

    SchemaError where its tables are of another version.
    """
    engine = sqlite_engine(path)
    ready(engine, dataset or path.stem)
    return engine


def sqlite_engine(path: Path) -> Engine:
    """An engine on a SQLite file (made if absent), whatever its tables are.

    Once open, a file that vanished is never made anew, and one put in its place is taken up.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    where = f"file:{quote(str(path.resolve()))}"
    url = URL.create("sqlite", database=where, query={"mode": "rw", "uri": "true"})
    engine = create_engine(url, pool_timeout=CONNECT_SECONDS)

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, record: Any) -> None:
        record.info["file"] = _mark(path)
        # SQLAlchemy says BEGIN itself (below), so that tables are made, and frames read, in transactions.
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")
        connection.execute("PRAGMA journal_mode=WAL")
        # A commit is on the disk, not only on its way there, before it is acknowledged.
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA cache_size=-65536")

    @event.listens_for(engine, "checkout")
    def _same_file(_connection: Any, record: Any, _proxy: Any) -> None:
        if record.info["file"] != _mark(path):
            raise DisconnectionError

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        if not options.get("writes", False):
            connection.exec_driver_sql("BEGIN")
            return
        patience = BULK_BUSY_MILLISECONDS if options.get("bulk", False) else BUSY_MILLISECONDS
        connection.exec_driver_sql(f"PRAGMA busy_timeout={patience}")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        if connection.info["file"] != _mark(path):
            connection.exec_driver_sql("ROLLBACK")
            raise StoreReplaced

    return engine


def _mark(path: Path) -> FileMark | None:
    """Which file lies there; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def connect_postgresql(url: str, dataset: str) -> Engine:
    """An engine on the data set's own schema (made if absent) of a PostgreSQL database.

    SchemaError where its tables are of another version.
    """
    engine = postgresql_engine(url, SCHEMA_PREFIX + dataset)
    ready(engine, dataset, SCHEMA_PREFIX + dataset)
    return engine


def postgresql_engine(url: str, schema: str) -> Engine:
    """An engine on a schema of a PostgreSQL database, whatever its tables are."""
    address = make_url(url)
    if not address.drivername.startswith("postgres"):
        raise ArgumentError(
            f"QINGLING_DATABASE_URL begins with {address.drivername!r}; use postgresql://user@host/name"
        )
    told = " ".join(f"-c{name}={value}" for name, value in {"search_path": schema, **_SESSION}.items())
    return create_engine(
        address.set(drivername="postgresql+psycopg"),
        connect_args={"options": told, "connect_timeout": CONNECT_SECONDS, **_ALIVE},
        pool_pre_ping=True,
        pool_timeout=CONNECT_SECONDS,
    )


@contextmanager
def reading(engine: Engine, bulk: bool = False) -> Iterator[Connection]:
    """One consistent look at the database; with `bulk` it may take as long as it takes."""
    isolation = {"isolation_level": "REPEATABLE READ"} if engine.dialect.name == "postgresql" else {}
    with engine.connect().execution_options(**isolation) as connection, connection.begin():
        if bulk and engine.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL statement_timeout = 0"))
        yield connection


@contextmanager
def writing_of(engine: Engine, bulk: bool = False) -> Iterator[Connection]:
    """A transaction that writes, without a number: for what changes no order."""
    with engine.connect().execution_options(writes=True, bulk=bulk) as connection, connection.begin():
        yield connection


@contextmanager
def writing(engine: Engine, bulk: bool = False) -> Iterator[tuple[Connection, int]]:
    """A transaction that writes, with its number; everything in it happens, or nothing does.

    It waits a few seconds for other writers, with `bulk` a minute.
    """
    with writing_of(engine, bulk) as connection:
        if bulk and engine.dialect.name == "postgresql":
            connection.execute(text(f"SET LOCAL lock_timeout = {BULK_BUSY_MILLISECONDS}"))
            connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text("UPDATE writes SET number = number + 1"))
        number = connection.execute(text("SELECT number FROM writes")).scalar_one()
        yield connection, int(number)
