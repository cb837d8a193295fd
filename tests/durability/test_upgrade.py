"""Tables are brought to this version by a command that copies everything first, and back without losing a row."""

import pytest
from sqlalchemy import text

from desk.settings import Settings
from hotline.errors import QinglingError
from pipelines.restore import restore
from pipelines.upgrade import go_back, upgrade
from store.connection import writing_of
from store.database import open_store
from store.datasets import engine_of, revision
from store.schema import NEWEST_REVISION, SchemaError, migrate
from tests.durability.conftest import contents, fill


def _make_old(settings: Settings, to: str = "0004") -> None:
    engine = engine_of(settings.home, "hotline", settings.database_url)
    with writing_of(engine) as connection:
        migrate(connection, to)
    engine.dispose()


def _revision(settings: Settings) -> str | None:
    return revision(settings.home, "hotline", settings.database_url)


def test_older_tables_are_refused_with_the_remedy(installation: Settings) -> None:
    _make_old(installation)
    with pytest.raises(SchemaError, match="qingling upgrade"):
        open_store(installation.home, "hotline", installation.database_url)


def test_newer_tables_are_refused_with_the_remedy(settings: Settings) -> None:
    fill(settings)
    engine = engine_of(settings.home, "hotline", None)
    with writing_of(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(SchemaError, match="newer"):
        open_store(settings.home, "hotline")
    with pytest.raises(QinglingError, match="newer"):
        upgrade(settings, lambda _: None)


def test_an_upgrade_keeps_every_row_and_its_backup_is_the_state_before(installation: Settings) -> None:
    _make_old(installation)
    before, told = contents(installation), []
    upgrade(installation, told.append)
    assert _revision(installation) == NEWEST_REVISION
    after = contents(installation)
    for table in before.keys() - {"alembic_version"}:
        # columns that a table has got since stand behind the others, and are empty
        wide = [
            (row[: len(old)], row[len(old) :]) for row, old in zip(after[table], before[table], strict=True)
        ]
        assert [row for row, _ in wide] == before[table], table
        assert not [more for _, more in wide if any(value is not None for value in more)], table
    assert any("0004" in line for line in told) and any("qingling restore" in line for line in told)
    (made,) = (installation.home / "backups").glob("before-upgrade-*")
    assert restore(installation, made).older == ("hotline",)
    assert contents(installation) == before


def test_going_back_keeps_what_was_accepted_since(installation: Settings) -> None:
    _make_old(installation)
    upgrade(installation, lambda _: None)
    fill(installation, orders=1, first=10)
    go_back(installation, lambda _: None)
    assert _revision(installation) == "0004"
    assert "A10" in {row[0] for row in contents(installation)["orders"]}
    upgrade(installation, lambda _: None)
    store = open_store(installation.home, "hotline", installation.database_url)
    assert store.order_ids() == ["A0", "A1", "A10", "A2"]
    store.close()


def test_a_dry_run_only_tells(settings: Settings) -> None:
    fill(settings)
    _make_old(settings)
    told: list[str] = []
    assert upgrade(settings, told.append, only_tell=True)
    assert told and _revision(settings) == "0004"
    assert not (settings.home / "backups").exists()


def test_where_all_is_well_nothing_is_done(settings: Settings) -> None:
    fill(settings)
    assert upgrade(settings, lambda _: None) == []
    with pytest.raises(QinglingError, match="no upgrade"):
        go_back(settings, lambda _: None)
    assert not (settings.home / "backups").exists()
