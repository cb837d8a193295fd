"""`qingling indicators` counts as the files do, prints its settings, and writes the book."""

import json
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

import pipelines.__main__ as command
from desk.settings import Settings
from pipelines.ingest import ingest
from pipelines.simulate import simulate_extract

_PERIOD = ["--from", "2026-07-01", "--to", "2026-08-01"]
_AT = ["--at", "2026-10-30T20:00+08:00"]


@pytest.fixture(scope="module")
def extract(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of a small district, ingested beside them."""
    folder = tmp_path_factory.mktemp("measured")
    simulate_extract(1500, 3, folder / "extract", lambda *_: None)
    ingest(
        folder / "extract" / "pudong.toml", Settings(home=folder / "home", database_url=None, dataset=None)
    )
    return folder / "extract"


@pytest.fixture
def run(extract: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[CliRunner]:
    """The command, at home in the district."""
    monkeypatch.setenv("QINGLING_HOME", str(extract.parent / "home"))
    for name in ("DATASET", "DATABASE_URL", "INDICATORS_FILE"):
        monkeypatch.delenv(f"QINGLING_{name}", raising=False)
    yield CliRunner()


def test_ratings_and_solutions_are_those_of_the_files(extract: Path, run: CliRunner) -> None:
    told = json.loads(run.invoke(command.app, ["indicators", *_PERIOD, *_AT, "--json"]).stdout)
    calls = pd.read_csv(extract / "回访.csv", encoding="utf-8-sig")
    orders = pd.read_csv(extract / "工单.csv", encoding="utf-8-sig").set_index("工单编号")
    entered = pd.to_datetime(calls["录入时间"])
    july = calls[(calls["回访主体"] == "市热线办") & (entered >= "2026-07-01") & (entered < "2026-08-01")]
    points = july["评价"].map({"满意": 1.0, "基本满意": 0.8, "一般": 0.6, "不满意": 0.0}).dropna()
    kind = orders["工单类型"].loc[july["工单编号"][points.index]].to_numpy()
    for name, chosen in (("全部", points.notna()), ("维修", kind == "维修"), ("投诉", kind != "维修")):
        figure = next(r for r in told["total"] if r["kind"] == name)["figures"]["satisfaction"]
        assert figure["counted"] == len(points[chosen])
        enough = len(points[chosen]) >= 15
        assert figure["value"] == (pytest.approx(points[chosen].mean()) if enough else None)
    assert sum(
        r["figures"]["satisfaction"]["counted"] for r in told["units"]["street"] if r["kind"] == "全部"
    ) == len(points)
    assert told["forecast"] is None, "no model has been promoted"


def test_people_read_plain_chinese_with_the_settings_in_force(run: CliRunner) -> None:
    done = run.invoke(command.app, ["indicators", *_PERIOD, *_AT, "--by", "street", "--kind", "维修"])
    assert done.exit_code == 0
    for said in ("全区 · 2026-07-01 至 2026-07-31", "满意率权重：", "不作排名", "没有可用的模型", "本期办结"):
        assert said in done.stdout.replace("\n", "")
    assert "投诉 │" not in done.stdout


def test_the_settings_file_changes_the_figures_and_a_wrong_one_is_named(
    run: CliRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = json.loads(run.invoke(command.app, ["indicators", *_PERIOD, *_AT, "--json"]).stdout)
    file = tmp_path / "indicators.toml"
    monkeypatch.setenv("QINGLING_INDICATORS_FILE", str(file))
    file.write_text('[weights]\n"不满意" = 0.5\n', "utf-8")
    kinder = json.loads(run.invoke(command.app, ["indicators", *_PERIOD, *_AT, "--json"]).stdout)
    rates = [told["total"][0]["figures"]["satisfaction"]["value"] for told in (usual, kinder)]
    assert rates[0] < rates[1] and kinder["settings"]["weights"]["不满意"] == 0.5
    file.write_text("[weight]", "utf-8")
    done = run.invoke(command.app, ["indicators"])
    assert done.exit_code == 1 and "weight is not known; there are weights, targets, rules" in done.stderr


def test_the_book_is_written_whole(run: CliRunner, tmp_path: Path) -> None:
    out = tmp_path / "7月.xlsx"
    assert run.invoke(command.app, ["indicators", *_PERIOD, *_AT, "--out", str(out)]).exit_code == 0
    assert load_workbook(out).sheetnames[:5] == ["总览", "趋势", "街镇", "企业", "小区"]


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (["--from", "July"], "--from 'July' is neither a day nor a time with its zone"),
        (["--from", "2026-08-01", "--to", "2026-07-01", *_AT], "the period ends before it begins"),
        (["--from", "2027-01-01", *_AT], "the period begins after the moment asked about"),
        (["--at", "2026-07-01T10:00"], "write it like"),
    ],
)
def test_what_cannot_be_asked_is_said_in_one_line(run: CliRunner, asked: list[str], told: str) -> None:
    done = run.invoke(command.app, ["indicators", *asked])
    assert done.exit_code == 1 and told in done.stderr and done.stderr.count("\n") == 1
