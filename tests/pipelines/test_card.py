"""Every training keeps its card, and the card of a registered version can be written again."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from desk.settings import Settings
from models.registry import NoModelError, Registry
from models.satisfaction_model import SatisfactionModel
from pipelines import __main__ as command
from pipelines.card import FIGURES, PAGE, write_again
from pipelines.promote import promote
from pipelines.train import Recipe, train
from tests.pipelines.worlds import a_district, a_report

QUIET = {"progress": lambda *_: None}


@pytest.fixture(scope="module")
def district(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A home with a small simulated district: version 1 is champion, version 2 was trained after it."""
    settings = a_district(tmp_path_factory.mktemp("district"), 2000, seed=3)
    train(settings, Recipe(), **QUIET)
    promote(settings, None, force=True)
    train(settings, Recipe(seed=1), **QUIET)
    return settings


@pytest.mark.slow
def test_a_training_keeps_its_card_and_writes_it_under_reports(district: Settings) -> None:
    registry = Registry(district.home)
    page = (district.home / "reports" / "card-2.html").read_text("utf-8")
    assert page.index("模拟数据，全部虚构") < page.index("<h1>模型卡 · hotline · 版本 2</h1>")
    kept = registry.file("2", PAGE)
    assert kept is not None
    assert "<h1>模型卡 · hotline</h1>" in kept.decode()
    figures = json.loads(registry.file("2", FIGURES) or b"{}")
    assert figures["made_of"]["seed"] == 1
    assert 0 < figures["answers"]["rated"] < figures["answers"]["called"]
    assert figures["test"]["orders"] == registry.get("2").report["n_orders"]


@pytest.mark.slow
def test_the_champion_of_the_time_stands_beside(district: Settings) -> None:
    first, second = (json.loads(Registry(district.home).file(v, FIGURES) or b"{}") for v in "12")
    assert first["champion"] is None
    assert second["champion"] == "1"
    assert second["champion_covers"] == second["test"]["rounds"]  # both were judged by the same last fifth


@pytest.mark.slow
def test_the_card_of_a_version_is_written_again(
    district: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = (district.home / "reports" / "card-1.html").read_text("utf-8")
    monkeypatch.setenv("QINGLING_HOME", str(district.home))
    target = tmp_path / "deep" / "card.html"
    done = CliRunner().invoke(command.app, ["card", "1", "--out", str(target)])
    assert (done.exit_code, done.stdout) == (0, f"wrote {target}\n")
    assert target.read_text("utf-8") == before
    again = write_again(district, None, None)  # the challenger's
    assert again == district.home / "reports" / "card-2.html"


def test_the_command_says_that_there_is_no_such_version(
    registry: Registry, model: SatisfactionModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QINGLING_HOME", str(registry.home))
    registry.register(model, a_report(), {"seed": 0})
    done = CliRunner().invoke(command.app, ["card", "9"])
    assert done.exit_code == 1
    assert "there is no 9 model" in done.stderr


@pytest.mark.slow
def test_no_citizen_is_in_the_card(district: Settings) -> None:
    from store.database import open_store

    store = open_store(district.home)
    orders = store.frames()["orders"]
    store.close()
    page = (district.home / "reports" / "card-2.html").read_text("utf-8")
    for field in ("order_id", "caller", "text"):
        assert not [word for word in orders[field].dropna().unique() if word in page], field


def test_a_version_without_a_card_says_what_to_do(registry: Registry, model: SatisfactionModel) -> None:
    registry.register(model, a_report(), {"seed": 0})
    settings = Settings(home=registry.home, dataset=None)
    with pytest.raises(NoModelError, match="version 1 was registered without a card; run `qingling train`"):
        write_again(settings, "1", None)
