"""On the command line a database that is busy, full, damaged or of another version is one line with the remedy."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from desk.settings import Settings
from pipelines.__main__ import app
from store import connection
from store.connection import writing_of
from store.datasets import engine_of
from store.schema import migrate
from tests.durability.conftest import fill
from tests.torture.extracts import an_extract


@pytest.fixture
def run(settings: Settings, monkeypatch: pytest.MonkeyPatch):
    """Run a command on the home; its one line on stderr."""
    monkeypatch.setenv("QINGLING_HOME", str(settings.home))
    monkeypatch.delenv("QINGLING_DATABASE_URL", raising=False)
    monkeypatch.delenv("QINGLING_DATASET", raising=False)

    def ran(*words: str) -> str:
        result = CliRunner().invoke(app, words)
        assert result.exit_code == 1, result.output
        assert isinstance(result.exception, SystemExit), result.exception
        lines = [line for line in result.stderr.splitlines() if line.strip()]
        assert len(lines) == 1, result.stderr
        return lines[0]

    return ran


def test_a_damaged_database_is_told(run, settings: Settings) -> None:
    settings.home.mkdir()
    (settings.home / "hotline.db").write_bytes(b"no database at all, whatever it is called" * 100)
    assert "does not answer" in run("train")
    assert "does not answer" in run("backtest")


def test_a_busy_database_is_told(
    run, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "BULK_BUSY_MILLISECONDS", 100)
    fill(settings)
    description, _ = an_extract(tmp_path / "extract", 1, 5)
    with closing(sqlite3.connect(settings.home / "hotline.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert "busy" in run("ingest", str(description))


def test_a_server_that_is_not_there_is_told(run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QINGLING_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
    assert "does not answer" in run("backtest")
    assert "does not answer" in run("upgrade")


def test_tables_of_an_earlier_version_are_told_by_every_command(run, settings: Settings) -> None:
    fill(settings)
    engine = engine_of(settings.home, "hotline", None)
    with writing_of(engine) as opened:
        migrate(opened, "0002")
    engine.dispose()
    for words in (("train",), ("backtest",), ("serve", "--port", "0")):
        assert "qingling upgrade" in run(*words)


def test_a_backup_is_made_and_restored_by_command(
    run,
    settings: Settings,
    tmp_path: Path,
) -> None:
    fill(settings)
    done = CliRunner().invoke(app, ["backup", str(tmp_path / "copy")])
    assert done.exit_code == 0 and "as safe as the service" in done.stdout
    done = CliRunner().invoke(app, ["restore", str(tmp_path / "copy")])
    assert done.exit_code == 0 and "is kept" in done.stdout
    assert "no backup" in run("restore", str(tmp_path / "nothing"))
    done = CliRunner().invoke(app, ["upgrade", "--dry-run"])
    assert done.exit_code == 0 and "nothing to do" in done.stdout
