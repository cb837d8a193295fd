"""The main job as a newcomer does it, by the command line alone: from an extract to a live score."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

AT = "2026-10-20T09:00+08:00"
PROMISED = {
    "base_rate",
    "pooled_auc",
    "pooled_auc_ci",
    "weighted_auc",
    "brier",
    "ece",
    "average_precision",
} | {
    "stages",
    "by_prefix",
    "baseline",
    "verdict",
}
PROMISED_OF_STAGE = {"stage", "n", "auc", "auc_ci", "average_precision", "brier", "ece", "recall_at_10pct"}


class CommandLine:
    """The `qingling` command with a home of its own; keeps what each step said."""

    def __init__(self, folder: Path) -> None:
        self.extract, self.home = folder / "extract", folder / "home"
        self.description = self.extract / "pudong.toml"

    def __call__(self, *words: object, code: int = 0) -> subprocess.CompletedProcess[str]:
        """Run it; it must end with this code and never with a traceback."""
        environment = {k: v for k, v in os.environ.items() if not k.startswith("QINGLING_")}
        environment |= {"QINGLING_HOME": str(self.home), "OMP_NUM_THREADS": "1"}
        command = [sys.executable, "-m", "pipelines", *map(str, words)]
        done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
        assert "Traceback" not in done.stderr, done.stderr
        assert done.returncode == code, done.stderr
        return done

    def json(self, *words: object) -> Any:
        """What it printed, which must be one JSON document on one line."""
        (line,) = self(*words, "--json").stdout.splitlines()
        return json.loads(line)


@pytest.fixture(scope="module")
def qingling(tmp_path_factory: pytest.TempPathFactory) -> CommandLine:
    """A simulated district, ingested, learnt and promoted."""
    command = CommandLine(tmp_path_factory.mktemp("job"))
    command("simulate", "--orders", 3000, "--seed", 3, "--out", command.extract)
    return command


@pytest.fixture(scope="module")
def ingested(qingling: CommandLine) -> dict[str, Any]:
    return qingling.json("ingest", qingling.description)


@pytest.fixture(scope="module")
def trained(qingling: CommandLine, ingested: dict[str, Any]) -> dict[str, Any]:
    return qingling.json("train")


@pytest.fixture(scope="module")
def promoted(qingling: CommandLine, trained: dict[str, Any]) -> str:
    return qingling("promote").stdout


@pytest.fixture(scope="module")
def scores(qingling: CommandLine, promoted: str) -> Any:
    """What is said of all open orders."""
    return qingling.json("score", "--open", "--at", AT)


def test_an_extract_is_loaded_and_the_second_time_changes_nothing(
    qingling: CommandLine, ingested: dict[str, Any]
) -> None:
    assert ingested["new"]["orders"] == ingested["read"]["工单.csv"] == 3000
    assert ingested["rejected"] == {} and ingested["rejects_file"] is None
    again = qingling.json("ingest", qingling.description)
    assert set(again["new"].values()) == set(again["corrected"].values()) == {0}
    assert again["unchanged"] == ingested["new"]


def test_a_training_tells_all_that_was_promised(trained: dict[str, Any]) -> None:
    assert trained.keys() >= PROMISED
    assert (trained["version"], trained["alias"], trained["verdict"]) == ("1", "challenger", "signal")
    assert trained["baseline"].keys() >= {"pooled_auc", "weighted_auc"}
    assert all(stage.keys() >= PROMISED_OF_STAGE for stage in trained["stages"])
    assert all(prefix.keys() >= {"events", "n", "auc"} for prefix in trained["by_prefix"])
    low, high = trained["pooled_auc_ci"]
    assert 0.5 < low <= trained["pooled_auc"] <= high <= 1


def test_the_challenger_is_promoted_with_its_figures(promoted: str, trained: dict[str, Any]) -> None:
    assert "version 1 is champion" in promoted
    assert f"AUC {trained['pooled_auc']:.3f}" in promoted
    assert "FAILED" not in promoted


def test_all_open_orders_are_scored_the_riskiest_first(qingling: CommandLine, scores: Any) -> None:
    assert len(scores) > 50
    risks = [score["probabilities"]["dissatisfied"] for score in scores]
    assert risks == sorted(risks, reverse=True) and risks[0] > 2 * risks[-1]
    riskiest = scores[0]
    one = qingling.json("score", riskiest["order_id"], "--at", AT)
    assert one["probabilities"] == pytest.approx(riskiest["probabilities"], abs=1e-9)
    assert sum(one["probabilities"].values()) == pytest.approx(1)
    assert one["model_version"] == "1"


def test_a_piped_table_is_whole(qingling: CommandLine, scores: Any) -> None:
    table = qingling("score", "--open", "--at", AT, "--limit", 1000).stdout
    scored = {score["order_id"] for score in scores}
    assert {order_id for order_id in scored if order_id in table} == scored, (
        "an order's id was cut or wrapped"
    )


def test_an_order_is_scored_at_any_moment_but_not_before_it_came(
    qingling: CommandLine, promoted: str
) -> None:
    with (qingling.extract / "工单.csv").open(encoding="utf-8-sig") as file:
        order_id = next(csv.DictReader(file))["工单编号"]
    late = qingling.json("score", order_id, "--at", AT)
    assert late["order_id"] == order_id
    early = qingling("score", order_id, "--at", "2020-01-01T00:00+08:00", code=1)
    assert early.stderr == f"order {order_id} was not received yet at that time\n"
    unknown = qingling("score", "nobody's", code=1)
    assert unknown.stderr == "there is no order nobody's in the store\n"


def test_a_second_training_is_judged_against_the_champion(qingling: CommandLine, promoted: str) -> None:
    second = qingling.json("train", "--seed", 1)
    assert second["version"] == "2"
    said = subprocess.run(
        [sys.executable, "-m", "pipelines", "promote"],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"QINGLING_HOME": str(qingling.home), "OMP_NUM_THREADS": "1"},
    )
    for gate in ("recall in the riskiest 10% not worse", "Brier not worse", "ECE not worse"):
        assert gate in said.stdout
    if said.returncode:
        assert "FAILED" in said.stdout and "version 2 was refused; --force" in said.stdout
        assert "version 2 is champion" in qingling("promote", "--force").stdout
    else:
        assert "FAILED" not in said.stdout and "version 2 is champion" in said.stdout
    served = json.loads((qingling.home / "models" / "champion.json").read_text("utf-8"))
    assert served["version"] == "2"


def test_the_first_champion_comes_back(qingling: CommandLine, promoted: str) -> None:
    served = qingling.home / "models" / "champion.json"
    if json.loads(served.read_text("utf-8"))["version"] == "1":
        qingling.json("train", "--seed", 1)
        qingling("promote", "--force", "--reason", "to have one to roll back from")
    assert "version 1 is champion again" in qingling("rollback").stdout
    assert json.loads(served.read_text("utf-8"))["version"] == "1"
