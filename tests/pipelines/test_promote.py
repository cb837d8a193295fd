"""A challenger is promoted if it shows signal and is not worse than the champion; force overrides."""

from typing import Any

import pytest

from desk.settings import Settings
from models.promotion import judge
from models.registry import NoModelError, Registry
from models.satisfaction_model import SatisfactionModel
from pipelines.promote import promote
from tests.pipelines.worlds import a_report

pytestmark = pytest.mark.xdist_group("registry")


def failed(challenger: dict[str, Any], champion: dict[str, Any] | None = None) -> list[str]:
    """The gates that stop a challenger."""
    return [gate for gate, _, passed in judge(challenger, champion).gates if not passed]


def test_a_first_model_with_signal_passes() -> None:
    assert failed(a_report()) == []


@pytest.mark.parametrize(
    ("figures", "gate"),
    [
        ({"verdict": "no usable signal"}, "signal"),
        ({"train_orders": 20, "n_orders": 10}, "enough ratings"),
        ({"n_dissatisfied_orders": 9}, "enough ratings"),
    ],
)
def test_a_first_model_without_signal_or_ratings_fails(figures: dict[str, Any], gate: str) -> None:
    assert failed(a_report(**figures)) == [gate]


@pytest.mark.parametrize(
    ("figures", "gates"),
    [
        ({}, []),
        ({"pooled_auc": 0.741, "brier": 0.1249}, []),
        ({"pooled_auc": 0.739}, ["AUC not worse"]),
        ({"brier": 0.126}, ["Brier not worse"]),
        ({"dataset": "other"}, ["same data set"]),
        ({"pooled_auc": float("nan")}, ["AUC not worse"]),
        ({"brier": float("nan")}, ["Brier not worse"]),
    ],
)
def test_a_challenger_may_be_worse_by_noise_only(figures: dict[str, Any], gates: list[str]) -> None:
    assert failed(a_report(**figures), a_report()) == gates


def test_each_gate_tells_its_figures() -> None:
    told = {gate: figures for gate, figures, _ in judge(a_report(pooled_auc=0.7), a_report()).gates}
    assert told["signal"] == "AUC 0.700 [0.700, 0.800]"
    assert told["AUC not worse"] == "0.7000 against 0.7500, margin 0.01"


def test_a_model_without_signal_is_refused_and_can_be_forced(
    registry: Registry, settings: Settings, model: SatisfactionModel
) -> None:
    registry.register(model, a_report(verdict="no usable signal"), {"seed": 0})
    version, verdict, granted = promote(settings, None, force=False)
    assert (version, verdict.granted, granted) == ("1", False, False)
    with pytest.raises(NoModelError):
        registry.champion()
    version, verdict, granted = promote(settings, None, force=True)
    assert (version, verdict.granted, granted) == ("1", False, True)
    assert registry.champion().version == "1"


def test_a_worse_challenger_leaves_the_champion_and_an_older_version_can_be_named(
    registry: Registry, settings: Settings, model: SatisfactionModel
) -> None:
    for auc in (0.75, 0.60, 0.76):
        registry.register(model, a_report(pooled_auc=auc), {"seed": 0})
    assert promote(settings, "1", force=False)[2]
    assert not promote(settings, "2", force=False)[2]
    assert registry.champion().version == "1"
    assert promote(settings, None, force=False)[0] == "3"
    assert registry.champion().version == "3"


def test_promoting_where_nothing_was_trained_says_so(settings: Settings) -> None:
    with pytest.raises(NoModelError, match="no challenger"):
        promote(settings, None, force=False)
