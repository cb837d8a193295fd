"""A challenger is promoted if it shows signal and is not worse than the champion on the same later orders."""

import io
from typing import Any

import numpy as np
import pandas as pd
import pytest

from desk.promotion.judged import JUDGED
from desk.settings import Settings
from models.comparison import Pairs, compare_slices, holm
from models.judgement import Judgement
from models.promotion import judge, judge_first
from models.registry import NoModelError, Registry
from models.satisfaction_model import SatisfactionModel
from pipelines.promote import promote, rollback
from tests.pipelines.judgements import RNG, ROUNDS, judged, pairs_of
from tests.pipelines.worlds import a_report


def failed(pairs: Pairs, **figures: Any) -> list[str]:
    """The gates that stop a challenger."""
    verdict = judge(a_report(**figures), a_report(), pairs, capacity=0.1)
    return [gate.name for gate in verdict.gates if not gate.passed]


def test_a_first_model_with_signal_passes() -> None:
    assert judge_first(a_report()).granted


@pytest.mark.parametrize(
    ("figures", "gate"),
    [
        ({"verdict": "no usable signal"}, "signal"),
        ({"train_orders": 20, "n_orders": 10}, "enough ratings"),
        ({"n_dissatisfied_orders": 9}, "enough ratings"),
    ],
)
def test_a_first_model_without_signal_or_ratings_fails(figures: dict[str, Any], gate: str) -> None:
    assert [g.name for g in judge_first(a_report(**figures)).gates if not g.passed] == [gate]


def test_an_equal_or_better_challenger_passes() -> None:
    assert failed(pairs_of(0.5, 0.5)) == []
    assert failed(pairs_of(0.2, 2.0)) == []


def test_a_challenger_that_knows_less_is_stopped_by_recall_and_calibration() -> None:
    assert {"recall in the riskiest 10% not worse", "Brier not worse"} <= set(failed(pairs_of(3.0, 0.2)))


def test_one_ruined_company_stops_it_and_is_named() -> None:
    pairs = pairs_of(0.3, 0.3, ruined="公司3")
    assert "no street or company worse" in failed(pairs)
    assert [row.name for row in compare_slices(pairs) if row.is_worse] == ["AUC company 公司3"]


def test_companies_with_fewer_than_a_hundred_rated_are_not_judged() -> None:
    pairs = pairs_of(0.5, 0.5)
    pairs.slices["company"][:] = np.where(np.arange(ROUNDS) < 99, "小公司", "大公司")
    assert [row.name for row in compare_slices(pairs)] == ["AUC company 大公司"]


def test_holm_is_as_strict_as_bonferroni_for_the_first_and_never_decreases() -> None:
    p = np.array([0.2, 0.01, 0.02, 0.9])
    np.testing.assert_allclose(holm(p), [0.4, 0.04, 0.06, 0.9])


def test_another_data_set_or_too_few_common_orders_are_no_comparison() -> None:
    assert failed(pairs_of(0.5, 0.5), dataset="other") == ["same data set"]
    few = pairs_of(0.5, 0.5).take(np.arange(60))
    assert failed(few) == ["enough common later orders"]


def test_a_judgement_comes_back_from_its_file_as_it_was() -> None:
    pairs = pairs_of(0.5, 0.5)
    kept = judged(pairs, pairs.challenger)[JUDGED]
    again = Judgement.from_frame(pd.read_parquet(io.BytesIO(kept)))
    np.testing.assert_array_equal(again.dissatisfied, pairs.challenger)
    np.testing.assert_array_equal(again.is_dissatisfied, pairs.truth)
    assert again.slices["company"].tolist() == pairs.slices["company"].tolist()
    assert len(again.last) == ROUNDS


def test_a_model_without_signal_is_refused_and_can_be_forced_with_a_reason(
    registry: Registry, settings: Settings, model: SatisfactionModel
) -> None:
    registry.register(model, a_report(verdict="no usable signal"), {"seed": 0})
    done = promote(settings, None, force=False)
    assert (done.version, done.verdict.granted, done.granted) == ("1", False, False)
    with pytest.raises(NoModelError):
        registry.champion()
    done = promote(settings, None, force=True, reason="演示用")
    assert (done.verdict.granted, done.granted) == (False, True)
    assert registry.champion().version == "1"
    assert "演示用" in (registry.home / "models" / "champion.json").read_text(encoding="utf-8")


def test_a_worse_challenger_leaves_the_champion_and_an_older_one_can_return(
    registry: Registry, settings: Settings, model: SatisfactionModel
) -> None:
    good = pairs_of(0.2, 0.2)
    noise = RNG.permutation(good.challenger)
    for said in (good.champion, noise, good.challenger):
        registry.register(model, a_report(), {"seed": 0}, judged(good, said))
    assert promote(settings, "1", force=False).granted
    refused = promote(settings, "2", force=False)
    assert not refused.granted
    assert registry.champion().version == "1"
    third = promote(settings, None, force=False)
    assert (third.version, third.granted) == ("3", True)
    assert registry.champion().version == "3"
    assert rollback(settings) == "1"
    assert registry.champion().version == registry.get("champion").version == "1"
    with pytest.raises(NoModelError, match="nothing was changed"):
        rollback(settings)
    assert registry.champion().version == "1"


def test_a_version_kept_without_its_judgement_cannot_be_compared(
    registry: Registry, settings: Settings, model: SatisfactionModel
) -> None:
    for _ in range(2):
        registry.register(model, a_report(), {"seed": 0})
    promote(settings, "1", force=False)
    with pytest.raises(NoModelError, match="without its judgement"):
        promote(settings, "2", force=False)


def test_promoting_where_nothing_was_trained_says_so(settings: Settings) -> None:
    with pytest.raises(NoModelError, match="no challenger"):
        promote(settings, None, force=False)
    with pytest.raises(NoModelError, match="nothing was changed"):
        rollback(settings)
