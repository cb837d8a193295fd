"""Which revision a database's tables have, and the way from one revision to another."""

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from hotline.errors import QinglingError

#: The newest revision in migrations/versions; asking the database for it spares alembic's import.
NEWEST_REVISION = "0010"
#: An arbitrary fixed number: who holds it in PostgreSQL migrates, the others wait.
MIGRATION_LOCK = 4_712_345


class SchemaError(QinglingError):
    """The tables are of another version than this program."""


def ready(engine: Engine, dataset: str, schema: str | None = None) -> None:
    """Make the tables where there are none; SchemaError, with the remedy, where they are not of today."""
    with engine.connect() as connection:
        found = revision_of(connection)
    if found is None:
        with engine.connect().execution_options(writes=True) as connection, connection.begin():
            hold(connection, schema)
            if revision_of(connection) is None:
                migrate(connection, NEWEST_REVISION)
        return
    if found < NEWEST_REVISION:
        raise SchemaError(
            f"data set {dataset!r} has tables of revision {found}, this version wants {NEWEST_REVISION}; "
            "run `qingling upgrade`, which makes a backup first"
        )
    if found > NEWEST_REVISION:
        raise SchemaError(
            f"data set {dataset!r} has tables of revision {found}, newer than this version's "
            f"{NEWEST_REVISION}; install the version that wrote it, and go back with its `qingling upgrade --back`"
        )


def hold(connection: Connection, schema: str | None) -> None:
    """On PostgreSQL: wait for whoever migrates, and make the schema if it is absent."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text("SET LOCAL lock_timeout = 0"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATION_LOCK})
        if schema:
            connection.execute(text(f'CREATE SCHEMA IF NOT EXISTS "{schema}"'))


def revision_of(connection: Connection) -> str | None:
    """The revision of the tables; None where there are none."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


def migrate(connection: Connection, revision: str) -> None:
    """Bring the tables to a revision, newer or older, inside the connection's transaction."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    found = revision_of(connection)
    if found is None or found < revision:
        command.upgrade(config, revision)
    elif found > revision:
        command.downgrade(config, revision)
