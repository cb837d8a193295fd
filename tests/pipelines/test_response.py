"""`qingling response` counts as the files do, corrects what can be corrected, and says what it cannot tell."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import pipelines.__main__ as command
from desk.settings import Settings
from models.response import Calls
from models.satisfaction_rate import FACTOR
from pipelines.ingest import ingest
from pipelines.response import calls_in_store, plain_words, response_report
from pipelines.simulate import simulate_extract
from simulator.calls import Silence
from simulator.generate import SimulatedDistrict

ORDERS, SEED = 4000, 11


@pytest.fixture(scope="module")
def district(tmp_path_factory: pytest.TempPathFactory) -> tuple[SimulatedDistrict, Settings]:
    """A district whose silence is explained by what shows of the orders, ingested."""
    folder = tmp_path_factory.mktemp("silent")
    written = simulate_extract(ORDERS, SEED, folder / "extract", lambda *_: None, Silence.OBSERVED)
    settings = Settings(home=folder / "home", database_url=None, dataset=None)
    ingest(folder / "extract" / "pudong.toml", settings)
    return written, settings


@pytest.fixture(scope="module")
def calls(district: tuple[SimulatedDistrict, Settings]) -> Calls:
    """Its rounds that were called back."""
    return calls_in_store(district[1])[1]


@pytest.fixture
def run(district: tuple[SimulatedDistrict, Settings], monkeypatch: pytest.MonkeyPatch) -> Iterator[CliRunner]:
    """The command, at home in the district."""
    monkeypatch.setenv("QINGLING_HOME", str(district[1].home))
    for name in ("DATASET", "DATABASE_URL"):
        monkeypatch.delenv(f"QINGLING_{name}", raising=False)
    yield CliRunner()


def test_the_counts_are_those_of_the_file(
    district: tuple[SimulatedDistrict, Settings], run: CliRunner
) -> None:
    said = json.loads(run.invoke(command.app, ["response", "--json"]).stdout)
    file = pd.read_csv(district[0].out / "回访.csv", encoding="utf-8-sig")
    city = file[file["回访主体"] == "市热线办"]
    by_channel = {row["channel"]: row for row in said["channels"]}
    for channel, rows in city.groupby("渠道"):
        assert by_channel[channel]["called"] == len(rows)
        assert by_channel[channel]["rated"] == rows["评价"].notna().sum()
    assert said["total"]["called"] == len(city)
    assert said["total"]["reached"] == (city["是否接通"] == "是").sum()
    points = city["评价"].map({"满意": 1.0, "基本满意": 0.8, "一般": 0.6, "不满意": 0.0})
    assert said["naive"]["value"] == pytest.approx(points.mean())


def test_the_corrected_rate_is_nearer_the_truth_and_its_interval_holds_it(
    district: tuple[SimulatedDistrict, Settings], run: CliRunner
) -> None:
    said = json.loads(run.invoke(command.app, ["response", "--json"]).stdout)
    truth, corrected = district[0].true_rate, said["corrected"]
    assert said["naive"]["interval"]["high"] < truth
    assert corrected["rate"]["interval"]["low"] < truth < corrected["rate"]["interval"]["high"]
    assert corrected["factor"] == FACTOR
    assert corrected["allowing"]["low"] < corrected["rate"]["interval"]["low"]
    assert (
        said["worst"]["value"]
        < corrected["allowing"]["low"]
        < corrected["allowing"]["high"]
        < said["best"]["value"]
    )
    assert 0.58 < said["total"]["auc"] < 0.7
    assert all(row["ece"] < 0.06 for row in said["channels"])


def test_a_narrower_allowance_can_be_asked_for_but_none_below_one(run: CliRunner) -> None:
    said = json.loads(run.invoke(command.app, ["response", "--json", "--factor", "1"]).stdout)
    assert said["corrected"]["allowing"] == said["corrected"]["rate"]["interval"]
    assert run.invoke(command.app, ["response", "--factor", "0.5"]).exit_code == 2


def test_the_default_factor_of_the_command_is_that_of_the_model() -> None:
    assert command.response.__defaults__ is not None
    assert command.response.__defaults__[0] == FACTOR


def test_what_people_read_is_chinese_and_names_nobody(calls: Calls, run: CliRunner) -> None:
    done = run.invoke(command.app, ["response"])
    assert done.exit_code == 0
    assert re.search(r"现行口径约偏低 \d\.\d 个百分点", done.stdout)
    assert "不用于给工单排序" in done.stdout
    assert not any(order in done.stdout for order in calls.frame.order_id)


def test_where_only_the_rated_were_written_down_nothing_is_corrected(calls: Calls) -> None:
    report = response_report("hotline", calls.take(np.flatnonzero(calls.is_rated)))
    assert report["total"]["auc"] is None
    assert report["corrected"] is None
    assert report["total"]["rated_share"] == 1.0
    assert "无评价的 0 轮" in plain_words(report)[0]
    assert "未作校正" in plain_words(report)[1]


def test_a_difference_within_the_noise_is_called_that(calls: Calls) -> None:
    rng = np.random.default_rng(2)
    shuffled = rng.permutation(len(calls))
    at_random = replace(calls, rating=calls.rating[shuffled], is_reached=calls.is_reached[shuffled])
    assert "在抽样误差以内" in plain_words(response_report("hotline", at_random))[0]


def test_a_column_that_gives_the_answer_away_is_remarked_on(calls: Calls) -> None:
    told = replace(calls, matrix=np.column_stack([calls.matrix, calls.is_rated]).astype(np.float32))
    assert "回访之后才填的" in plain_words(response_report("hotline", told))[-1]
    assert "回访之后才填的" not in plain_words(response_report("hotline", calls))[-1]


def test_a_store_without_callbacks_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QINGLING_HOME", str(tmp_path / "home"))
    done = CliRunner().invoke(command.app, ["response"])
    assert done.exit_code == 1
    assert done.stderr == "no callback of the office whose ratings count; ingest callbacks first\n"
