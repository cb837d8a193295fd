"""Whether orders are real is what descriptions declared, and nothing else."""

import shutil
from importlib.resources import files
from pathlib import Path

import pytest

from desk.settings import Settings
from hotline.origin import Origin
from pipelines.ingest import ingest
from pipelines.simulate import simulate_extract
from store.connection import connect_sqlite
from store.database import open_store
from store.extracts.description import DescriptionError
from store.extracts.description_file import read_description
from store.schema import NEWEST_REVISION, migrate

ONE_FILE = '[[files]]\npath = "orders.csv"\norder_id = "no"\n[files.order]\nreceived_at = "received"\n'


def _ingested(folder: Path, settings: Settings, declared: str) -> frozenset[Origin]:
    folder.mkdir(exist_ok=True)
    (folder / "orders.csv").write_text("no,received\nA1,2026-03-02 09:00\n", "utf-8")
    (folder / "export.toml").write_text(declared + ONE_FILE, "utf-8")
    ingest(folder / "export.toml", settings)
    return _origins(settings)


def _origins(settings: Settings) -> frozenset[Origin]:
    store = open_store(settings.home, settings.dataset, settings.database_url)
    try:
        return store.origins()
    finally:
        store.close()


def test_a_store_remembers_every_origin_that_was_declared(tmp_path: Path, either_settings: Settings) -> None:
    assert _origins(either_settings) == frozenset()
    assert _ingested(tmp_path, either_settings, 'origin = "real"\n') == {Origin.REAL}
    assert _ingested(tmp_path, either_settings, 'origin = "real"\n') == {Origin.REAL}
    assert _ingested(tmp_path, either_settings, 'origin = "simulated"\n') == {Origin.REAL, Origin.SIMULATED}


def test_a_description_that_is_silent_declares_nothing(tmp_path: Path, settings: Settings) -> None:
    assert _ingested(tmp_path, settings, "") == {Origin.UNDECLARED}


def test_the_simulator_says_that_it_simulated(tmp_path: Path, settings: Settings) -> None:
    simulate_extract(200, 1, tmp_path / "extract", lambda *_: None)
    ingest(tmp_path / "extract" / "pudong.toml", settings)
    assert _origins(settings) == {Origin.SIMULATED}


def test_the_description_for_real_exports_does_not_speak_for_them(tmp_path: Path) -> None:
    shipped = files("store.descriptions").joinpath("pudong.toml")
    shutil.copy(str(shipped), tmp_path / "pudong.toml")
    assert read_description(tmp_path / "pudong.toml").origin is Origin.UNDECLARED


def test_another_word_is_refused(tmp_path: Path, settings: Settings) -> None:
    with pytest.raises(DescriptionError, match='write "real" or "simulated"'):
        _ingested(tmp_path, settings, 'origin = "genuine"\n')


def test_what_was_loaded_before_anybody_could_declare_stays_undeclared(
    tmp_path: Path, settings: Settings
) -> None:
    _ingested(tmp_path, settings, "")
    engine = connect_sqlite(settings.home / "hotline.db")
    for revision in ("0001", NEWEST_REVISION):
        with engine.connect().execution_options(writes=True) as connection, connection.begin():
            migrate(connection, revision)
    engine.dispose()
    assert _ingested(tmp_path, settings, 'origin = "simulated"\n') == {Origin.SIMULATED, Origin.UNDECLARED}
