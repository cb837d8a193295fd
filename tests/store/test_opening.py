"""Opening a store: several data sets under one home, tables brought up to date, sensible errors."""

from datetime import datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

import store.access.tables  # noqa: F401 - so that its tables are known
from hotline.calendar import SHANGHAI
from hotline.order import Order
from store import migrations, tables
from store.connection import NEWEST_REVISION
from store.database import Store, open_store
from store.datasets import current_dataset, make_current

AT = datetime(2026, 11, 2, 9, tzinfo=SHANGHAI)


def test_the_migrations_make_the_tables_that_the_code_uses(store: Store) -> None:
    with store.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), tables.metadata) == []


def test_the_newest_revision_is_the_one_that_opening_looks_for() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    assert ScriptDirectory.from_config(config).get_heads() == [NEWEST_REVISION]


def test_data_sets_of_one_home_do_not_mix(home: Path, database_url: str | None) -> None:
    one, other = (open_store(home, name, database_url) for name in ("hotline", "olist"))
    one.add_order(Order("A1", AT), 1)
    assert one.order_ids() == ["A1"]
    assert other.order_ids() == []
    one.close()
    other.close()


def test_opening_again_finds_what_was_written(home: Path, database_url: str | None) -> None:
    first = open_store(home, url=database_url)
    first.add_order(Order("A1", AT), 1)
    first.close()
    again = open_store(home, url=database_url)
    assert again.has_order("A1")
    assert not again.has_order("A2")
    again.close()


def test_without_a_name_the_data_set_is_the_current_one(home: Path) -> None:
    assert current_dataset(home) == "hotline"
    make_current(home, "olist")
    opened = open_store(home)
    assert opened.dataset == "olist"
    opened.close()


@pytest.mark.parametrize("name", ["Hot Line", "../x", "", "x" * 41, "浦东"])
def test_a_name_that_cannot_be_a_file_and_a_schema_is_refused(home: Path, name: str) -> None:
    with pytest.raises(ValueError, match="data set"):
        make_current(home, name)


def test_an_address_of_another_database_is_refused(home: Path) -> None:
    with pytest.raises(ValueError, match="postgresql://"):
        open_store(home, "hotline", "mysql://localhost/x")


def test_readers_do_not_wait_for_a_writer(home: Path) -> None:
    store = open_store(home, "hotline")
    with store.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
    store.close()
