"""A backup holds everything; a restore brings everything back and destroys nothing."""

import json
import shutil
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect

from desk.settings import Settings
from hotline.errors import QinglingError
from pipelines.backup import backup
from pipelines.restore import restore
from store.backups import manifest
from store.database import Store, open_store
from tests.durability.conftest import NOW, contents, fill


def test_every_table_comes_back_as_it_was(installation: Settings, tmp_path: Path) -> None:
    before = contents(installation)
    made = backup(installation, tmp_path / "copy")
    assert made.counts["hotline"]["events"] == 3 and made.champion == "7"
    fill(installation, orders=2, first=10)
    assert contents(installation) != before
    restore(installation, tmp_path / "copy")
    after = contents(installation)
    assert before.keys() == after.keys() and "kept_answers" in after
    for table, rows in before.items():
        assert after[table] == rows, table


def test_what_was_there_is_set_aside_whole(installation: Settings, tmp_path: Path) -> None:
    backup(installation, tmp_path / "copy")
    fill(installation, orders=2, first=10)
    done = restore(installation, tmp_path / "copy")
    if installation.database_url:
        (schema,) = [kept.split()[1] for kept in done.aside if kept.startswith("schema ")]
        engine = create_engine(installation.database_url.replace("postgresql://", "postgresql+psycopg://"))
        assert inspect(engine).has_table("orders", schema=schema)
        engine.dispose()
    else:
        aside = Path(done.aside[-1])
        kept = open_store(aside, "hotline")
        assert "A11" in kept.order_ids()
        kept.close()
        assert (aside / "models" / "champion.json").exists()


def test_the_record_of_changes_comes_back_and_verdicts_are_found_anew(
    settings: Settings, tmp_path: Path
) -> None:
    fill(settings)
    record, verdict = settings.home / "models" / "changes.jsonl", settings.home / "verdicts" / "2-1.json"
    for path, told in ((record, "before\n"), (verdict, "{}")):
        path.parent.mkdir(exist_ok=True)
        path.write_text(told, "utf-8")
    backup(settings, tmp_path / "copy")
    record.write_text("after\n", "utf-8")
    restore(settings, tmp_path / "copy")
    assert record.read_text("utf-8") == "before\n"
    assert not verdict.exists(), "another model may have the number"


def test_after_a_restore_scores_are_logged_on(installation: Settings, tmp_path: Path) -> None:
    backup(installation, tmp_path / "copy")
    restore(installation, tmp_path / "copy")
    fill(installation, orders=1, first=20)
    store = open_store(installation.home, "hotline", installation.database_url)
    assert store.counts()["predictions"] == 4
    store.close()


def test_an_open_store_sees_the_restored_database_and_writes_to_it(
    installation: Settings, tmp_path: Path
) -> None:
    serving = open_store(installation.home, "hotline", installation.database_url)
    backup(installation, tmp_path / "copy")
    fill(installation, orders=1, first=10)
    assert serving.has_order("A10")
    restore(installation, tmp_path / "copy")
    assert not serving.has_order("A10")
    _write(serving, "A30")
    again = open_store(installation.home, "hotline", installation.database_url)
    assert again.has_order("A30")
    for store in (serving, again):
        store.close()


def _write(store: Store, order_id: str) -> None:
    from hotline.order import Order
    from tests.durability.conftest import AT

    store.add_order(Order(order_id, AT), NOW)


def test_a_backup_restores_into_an_empty_home(settings: Settings, tmp_path: Path) -> None:
    fill(settings)
    before = contents(settings)
    backup(settings, tmp_path / "copy")
    elsewhere = settings.model_copy(update={"home": tmp_path / "elsewhere"})
    assert restore(elsewhere, tmp_path / "copy").aside == ()
    assert contents(elsewhere) == before


@pytest.mark.parametrize("spoil", ["changed", "missing", "more", "no manifest", "newer", "unreadable"])
def test_a_damaged_or_newer_backup_is_refused_and_nothing_touched(
    settings: Settings, tmp_path: Path, spoil: str
) -> None:
    fill(settings)
    copy = tmp_path / "copy"
    backup(settings, copy)
    fill(settings, orders=1, first=10)
    before = contents(settings)
    database, said = copy / "datasets" / "hotline.db", copy / manifest.FILE
    if spoil == "changed":
        content = bytearray(database.read_bytes())
        content[-100] ^= 1
        database.write_bytes(bytes(content))
    elif spoil == "missing":
        database.unlink()
    elif spoil == "more":
        (copy / "datasets" / "other.db").write_bytes(b"")
    elif spoil == "no manifest":
        said.unlink()
    elif spoil == "newer":
        content = json.loads(said.read_text("utf-8"))
        said.write_text(json.dumps({**content, "revisions": {"hotline": "9999"}}), "utf-8")
    else:
        said.write_text("{", "utf-8")
    with pytest.raises(QinglingError):
        restore(settings, copy)
    assert contents(settings) == before
    assert not (settings.home / "restoring.json").exists()
    assert not list(settings.home.glob(".*.new"))


def test_a_damaged_database_inside_a_matching_manifest_is_refused(settings: Settings, tmp_path: Path) -> None:
    fill(settings)
    copy = tmp_path / "copy"
    made = backup(settings, copy)
    (copy / "datasets" / "hotline.db").write_bytes(b"SQLite format 3\0" + b"x" * 5000)
    manifest.seal(copy, made)
    with pytest.raises(QinglingError, match="damaged"):
        restore(settings, copy)


def test_a_backup_wants_a_folder_of_its_own_and_the_same_kind_of_database(
    settings: Settings, tmp_path: Path
) -> None:
    fill(settings)
    backup(settings, tmp_path / "copy")
    with pytest.raises(QinglingError, match="there already"):
        backup(settings, tmp_path / "copy")
    other = settings.model_copy(update={"database_url": "postgresql://localhost/nowhere"})
    with pytest.raises(QinglingError, match="QINGLING_DATABASE_URL"):
        restore(other, tmp_path / "copy")


def test_a_restore_that_was_cut_short_is_told_by_every_command(settings: Settings, tmp_path: Path) -> None:
    from desk.unfinished import refuse_half_restored, restoring

    with pytest.raises(KeyboardInterrupt), restoring(settings.home, tmp_path / "copy"):
        raise KeyboardInterrupt
    with pytest.raises(QinglingError, match="qingling restore"):
        refuse_half_restored(settings.home)


def test_artefacts_are_found_where_they_were_restored(tmp_path: Path) -> None:
    import sqlite3

    from store.backups.sqlite import move_addresses

    with sqlite3.connect(tmp_path / "x.db") as database:
        database.execute("CREATE TABLE runs (artifact_uri VARCHAR(200), n INTEGER)")
        database.executemany("INSERT INTO runs VALUES (?, 1)", [("file:///old/a/b",), ("file:///older/a",)])
    move_addresses(tmp_path / "x.db", "file:///old/", "file:///new/")
    with sqlite3.connect(tmp_path / "x.db") as database:
        found = [row[0] for row in database.execute("SELECT artifact_uri FROM runs")]
    assert found == ["file:///new/a/b", "file:///older/a"]
    shutil.rmtree(tmp_path, ignore_errors=True)
