"""A training says what it was made of, and can be made again to the last digit."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from desk.settings import Settings
from models.registry import NoModelError, Registry
from pipelines.train import CHOICE, Recipe, UnknownFamilyError, backtest_store, train
from tests.pipelines.worlds import a_district

pytestmark = pytest.mark.slow

#: Enough for trees to be chosen.
ORDERS = 1500
QUIET = {"progress": lambda *_: None}


@pytest.fixture(scope="module")
def district(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A home with a small simulated district and a model tuned for a few seconds."""
    settings = a_district(tmp_path_factory.mktemp("district"), ORDERS, seed=3)
    train(settings, Recipe(seed=7, tune_minutes=0.1), **QUIET)
    return settings


def test_replaying_a_tuned_training_gives_the_same_model_to_the_last_digit(district: Settings) -> None:
    registry = Registry(district.home)
    tuned = registry.get("1")
    assert json.loads(registry.file("1", "tuning.json") or b"")["trials"], "nothing was tried"
    assert tuned.model.trees is not None
    again = train(district, Recipe(seed=0, replay="1"), **QUIET)
    assert registry.get(again["version"]).model.to_json() == tuned.model.to_json()
    assert again["pooled_auc"] == tuned.report["pooled_auc"]
    assert registry.file(again["version"], CHOICE) == registry.file("1", CHOICE)


def test_the_run_records_what_it_was_made_of(district: Settings) -> None:
    import mlflow

    registry = Registry(district.home)
    found = registry.get("1")
    run = mlflow.MlflowClient().get_run(mlflow.MlflowClient().get_model_version("qingling", "1").run_id)
    parameters = run.data.params
    for name in ("data_fingerprint", "code_fingerprint", "lock_fingerprint"):
        assert len(parameters[name]) == 16, name
    assert parameters["seed"] == "7"
    assert registry.file("1", "requirements.lock") == Path("requirements.lock").read_bytes()
    assert found.report["prediction_set"]["stated"] == 0.9


def test_the_same_extract_ingested_elsewhere_is_the_same_data(district: Settings, tmp_path: Path) -> None:
    from pipelines.train import history_of

    there = a_district(tmp_path, ORDERS, seed=3)
    mine, theirs = (history_of(s)[1].chronicle.log for s in (district, there))
    assert mine.fingerprint == theirs.fingerprint
    late = mine.events.assign(known_at=mine.events["known_at"] + 1)
    assert replace(mine, events=late).fingerprint != mine.fingerprint


def test_weights_of_who_answers_are_learnt_with_recorded_and_replayed(district: Settings) -> None:
    registry = Registry(district.home)
    weighed = train(district, Recipe(seed=7, weigh_answers=True), **QUIET)
    again = train(district, Recipe(replay=weighed["version"]), **QUIET)
    versions = ("1", weighed["version"], again["version"])
    models = [registry.get(version).model.to_json() for version in versions]
    assert models[0] != models[1] == models[2]
    kept = json.loads(registry.file(again["version"], CHOICE) or b"")
    assert kept["weigh_answers"] is True


def test_a_version_that_never_was_cannot_be_replayed(district: Settings) -> None:
    with pytest.raises(NoModelError, match="run `qingling train`"):
        train(district, Recipe(replay="99"), **QUIET)


def test_a_family_left_out_is_not_learnt_from(district: Settings) -> None:
    from models.backtest import Protocol

    def auc(without: tuple[str, ...]) -> float:
        report = backtest_store(district, 0.2, 1, Protocol.LABEL_HONEST, None, 0, without=without, **QUIET)
        return float(report["pooled_auc"])

    everything = (
        "timing",
        "journey",
        "closing",
        "order_text",
        "caller",
        "category",
        "community",
        "company",
        "manager",
        "street",
    )
    assert auc(()) > auc(everything) + 0.05
    with pytest.raises(UnknownFamilyError, match="there are timing"):
        auc(("weather",))
