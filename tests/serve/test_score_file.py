"""The open orders of an extract are scored into a sheet, amid everybody's history, and nothing is kept."""

import csv
import shutil
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner

import pipelines.__main__ as command
from desk.opening import open_scorer
from desk.score_table import HEADERS
from hotline.errors import ArgumentError
from pipelines.score import parse_moment
from pipelines.score_file import score_file
from pipelines.simulate import simulate_extract
from store.database import open_store
from tests.serve.conftest import settings_of

AT = "2026-06-01T09:00+08:00"


@pytest.fixture
def extract(tmp_path: Path) -> Path:
    """The extract that the served home was made of."""
    simulate_extract(800, 1, tmp_path / "extract", lambda *_: None)
    return tmp_path / "extract" / "pudong.toml"


def _read(out: Path) -> list[dict[str, str]]:
    with out.open(encoding="utf-8-sig", newline="") as sheet:
        return list(csv.DictReader(sheet))


def test_the_sheet_says_what_the_command_says_of_the_same_orders(
    own_home: Path,
    extract: Path,
    tmp_path: Path,
) -> None:
    settings = settings_of(own_home)
    before = open_store(own_home).counts()
    done = score_file(settings, extract, tmp_path / "out.csv", AT)
    rows = _read(tmp_path / "out.csv")
    expected = open_scorer(settings)[1].score_open(parse_moment(AT)).predictions
    assert [row["工单编号"] for row in rows] == [p.order_id for p in expected]
    assert [float(row["不满意"]) for row in rows] == [round(p.dissatisfied, 4) for p in expected]
    assert rows[0]["原因1"][0] in "↑↓" and done.scored == len(rows) > 5
    assert done.scored + done.not_open == 800
    assert open_store(own_home).counts() == before


def test_an_order_that_the_store_does_not_have_is_scored_amid_its_history(
    own_home: Path,
    tmp_path: Path,
) -> None:
    company = open_store(own_home).frames()["orders"]["company"].dropna().iloc[0]
    (tmp_path / "today.csv").write_text(
        f"no,received,company,text\n=X1,2026-05-30 09:00,{company},电梯又坏了\nX2,soon,{company},\n", "utf-8"
    )
    (tmp_path / "today.toml").write_text(
        'taken_at = "2026-06-01 09:00"\n[[files]]\npath = "today.csv"\norder_id = "no"\n[files.order]\n'
        'received_at = "received"\ncompany = "company"\ntext = "text"\n',
        "utf-8",
    )
    done = score_file(settings_of(own_home), tmp_path / "today.toml", tmp_path / "out.xlsx", None)
    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx").active
    assert sheet is not None
    rows = list(sheet.values)
    assert rows[0] == HEADERS and rows[1][0] == "'=X1"
    assert sum(rows[1][3:7]) == pytest.approx(1, abs=1e-3)
    assert done.scored == 1 and sum(done.rejected.values()) == 1
    assert done.rejects_file is not None and "received" in done.rejects_file.read_text("utf-8-sig")


def test_a_sheet_of_another_kind_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match=r"ends in \.csv or \.xlsx"):
        score_file(settings_of(tmp_path), tmp_path / "none.toml", tmp_path / "out.pdf", None)


def test_the_command_tells_what_was_scored_and_left_out(
    own_home: Path,
    extract: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("QINGLING_HOME", str(own_home))
    out = tmp_path / "scores.csv"
    done = CliRunner().invoke(
        command.app, ["score", "--file", str(extract), "--out", str(out), "--at", AT], catch_exceptions=False
    )
    assert done.exit_code == 0 and "open orders scored as of 2026-06-01T09:00" in done.stdout
    assert "not open at that moment" in done.stdout
    assert len(_read(out)) > 5
    shutil.rmtree(own_home / "models")
    refused = CliRunner().invoke(command.app, ["score", "--file", str(extract), "--out", str(out)])
    assert refused.exit_code == 1 and len(_read(out)) > 5
