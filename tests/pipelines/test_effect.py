"""`qingling effect` tells what the ledger holds, why nothing is drawn, and writes the ledger without orders."""

import json
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

import pipelines.__main__ as command
from desk.settings import Settings
from pipelines.ingest import ingest
from pipelines.simulate import simulate_extract
from store.database import open_store
from store.draws import DrawnOrder, DrawRow, record

_AT = ["--at", "2026-10-30T20:00+08:00"]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small district in which every second closed order was drawn to be called about, the others to be left."""
    folder = tmp_path_factory.mktemp("drawn")
    simulate_extract(300, 3, folder / "extract", lambda *_: None)
    settings = Settings(home=folder / "home", database_url=None, dataset=None)
    ingest(folder / "extract" / "pudong.toml", settings)
    store = open_store(settings.home, settings.dataset)
    frames = store.frames()
    received = frames["orders"].groupby("order_id")["known_at"].min()
    closed = frames["events"].query("type == 'closed'").groupby("order_id")["known_at"].min()
    orders = [
        DrawnOrder(
            order_id=str(order_id),
            round_at=int(received[order_id]),
            desk="call_centre",
            day="2026-06-01",
            drawn_at=int(at) + 1,
            head=str(order_id),
            rank=number,
            arm="call" if number % 2 else "leave",
            chance=0.5,
            kind="repair",
            p0=0.2,
            p1=0.1,
            p2=0.1,
            p3=0.6,
        )
        for number, (order_id, at) in enumerate(closed.items())
    ]
    day = DrawRow("call_centre", "2026-06-01", 1, 7, 40, 0.5, 0.5, "纪要", 0.1, len(orders), "1")
    assert record(store.engine, day, orders)
    store.close()
    return settings.home


@pytest.fixture
def run(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[CliRunner]:
    """The command, at home in the district."""
    monkeypatch.setenv("QINGLING_HOME", str(home))
    for name in ("DATASET", "DATABASE_URL", "PLAYBOOK_FILE"):
        monkeypatch.delenv(f"QINGLING_{name}", raising=False)
    yield CliRunner()


def test_people_read_why_nothing_is_drawn_and_what_earlier_draws_say(run: CliRunner) -> None:
    said = run.invoke(command.app, ["effect", *_AT]).stdout.replace("\n", "")
    assert said.startswith("未开启抽签") and "1次抽签" in said and "只适用于参加过抽签的工单" in said
    assert "全部：抽中与否几乎没有改变实际联系" in said  # nobody kept to these lots
    assert "服务类投诉（联系并致歉整改）：样本太少" in said


def test_figures_are_those_of_the_files(run: CliRunner, home: Path) -> None:
    told = json.loads(run.invoke(command.app, ["effect", *_AT, "--json"]).stdout)
    calls = pd.read_csv(home.parent / "extract" / "回访.csv", encoding="utf-8-sig")
    city = calls[calls["回访主体"] == "市热线办"]
    assert told["to_call"]["rated"] + told["left"]["rated"] <= city["评价"].notna().sum()
    total = told["effects"][0]
    assert (
        total["rated_called"] + total["rated_left"] == told["to_call"]["rated"] + told["left"]["rated"] > 30
    )


def test_the_ledger_is_written_whole_and_names_no_order(run: CliRunner, home: Path, tmp_path: Path) -> None:
    out = tmp_path / "ledger.csv"
    assert run.invoke(command.app, ["effect", *_AT, "--ledger", str(out)]).exit_code == 0
    sheet = pd.read_csv(out, encoding="utf-8-sig")
    names = pd.read_csv(home.parent / "extract" / "工单.csv", encoding="utf-8-sig")["工单编号"].astype(str)
    assert len(sheet) > 100 and set(sheet["arm"]) == {"call", "leave"}
    assert not any(name in out.read_text("utf-8-sig") for name in names)


def test_before_anything_was_drawn_that_is_what_is_said(run: CliRunner) -> None:
    said = run.invoke(command.app, ["effect", "--at", "2025-01-01"]).stdout
    assert "还没有抽过签" in said.replace("\n", "")
