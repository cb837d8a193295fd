"""What an ingest tells people, and what it tells programs."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.ingest import run
from store.datasets import current_dataset
from tests.ingest.conftest import LONG, LONG_HEADER, Folder


@pytest.fixture
def extract(folder: Folder) -> Folder:
    rows = "A1,接单,2026-11-02 10:00,张\nA1,办结,2026-11-03 10:00,张\nA2,催办,,\n"
    folder.write("events.csv", LONG_HEADER.replace("who", "who,extra") + rows)
    folder.write("export.toml", 'dataset = "mine"\n' + LONG)
    return folder


def test_json_is_one_object_on_stdout(extract: Folder, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(extract.path / "export.toml", as_json=True, settings=extract.settings) == 0
    summary = json.loads(capsys.readouterr().out)
    assert summary["dataset"] == "mine"
    assert summary["read"] == {"events.csv": 3}
    assert summary["new"] == {"orders": 1, "events": 2}
    assert summary["unchanged"] == {"orders": 0, "events": 0}
    assert summary["rejected"] == {"empty; row not loaded": 1}
    assert summary["ignored_columns"] == {"events.csv": ["extra"]}
    assert Path(summary["rejects_file"]).is_file()
    assert (summary["first_received"], summary["last_received"]) == ("2026-11-02", "2026-11-02")


def test_people_get_a_table(extract: Folder, capsys: pytest.CaptureFixture[str]) -> None:
    run(extract.path / "export.toml", settings=extract.settings)
    shown = capsys.readouterr().out
    for word in ("orders", "events", "new", "unchanged", "corrected", "extra", "empty; row not loaded"):
        assert word in shown


def test_the_data_set_becomes_the_current_one(extract: Folder) -> None:
    run(extract.path / "export.toml", settings=extract.settings)
    assert current_dataset(extract.settings.home) == "mine"


def test_an_unusable_extract_says_so_and_fails(extract: Folder, capsys: pytest.CaptureFixture[str]) -> None:
    extract.write("export.toml", LONG.replace("events.csv", "nothing.csv"))
    assert run(extract.path / "export.toml", as_json=True, settings=extract.settings) == 1
    said = capsys.readouterr()
    assert "nothing loaded" in said.err
    assert "nothing.csv" in said.err
    assert said.out == ""
    assert not extract.settings.home.joinpath("current").exists()


def test_a_description_is_checked_without_heavy_imports() -> None:
    code = (
        "import sys; import store.database; from store.extracts.description_file import read_description; "
        "sys.exit(bool({'pandera', 'alembic', 'python_calamine', 'sklearn'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
