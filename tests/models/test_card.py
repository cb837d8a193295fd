"""A card says where the data comes from first, its figures are right, and what comes from data is escaped."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from hotline.calendar import DAY
from hotline.lifecycle import STAGE_ORDER, Stage
from hotline.origin import Origin
from models.backtest import Training, fit_and_judge
from models.card import BASELINE, CHAMPION, MODEL, Champion, Source, card_of
from models.card_figures import GROUPS_ZH, Moments, gains, label_lag, reliability, slices
from models.card_limits import limits
from models.card_page import render
from models.judgement import Judgement
from tests.models.worlds import a_history

NOW = datetime(2026, 11, 2, 1, tzinfo=UTC)
RECEIVED, CLOSED, AWAITING = (
    STAGE_ORDER.index(stage) for stage in (Stage.RECEIVED, Stage.CLOSED, Stage.AWAITING_CALLBACK)
)


def a_judgement(p: np.ndarray, bad: np.ndarray, **fields: Any) -> Judgement:
    """One moment an order, all just closed, but for these fields."""
    n = len(p)
    plain = {
        "window": np.zeros(n, dtype=int),
        "order_id": np.array([f"order-{number}" for number in range(n)], dtype=object),
        "round_start": np.arange(n),
        "as_of": np.full(n, DAY),
        "received_at": np.zeros(n, dtype=np.int64),
        "label_known_at": np.full(n, 3 * DAY),
        "stage": np.full(n, CLOSED),
        "events": np.ones(n, dtype=int),
        "weight": np.ones(n),
        "rating": np.where(bad, 0, 3),
        "probabilities": np.column_stack([p, np.zeros(n), np.zeros(n), 1 - p]),
        "baseline": p,
        "slices": {},
    }
    return Judgement(**(plain | fields))


@pytest.fixture(scope="module")
def training() -> Training:
    """A model of a planted cause, judged on the last fifth."""
    return fit_and_judge(*a_history(600, 1.5), "test", 0, lambda step: None)


def a_card(training: Training, *origins: Origin, champion: Champion | None = None) -> dict[str, Any]:
    """The card of a training whose data was declared so."""
    source = Source(frozenset(origins), orders=600, called=500, rated=400)
    return card_of(training, source, champion, {"seed": 0, "data_fingerprint": "0123456789abcdef"}, NOW)


def words(page: str) -> str:
    """What a person reads of a page, in its order."""
    body = page.partition("<body>")[2]
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


def test_bins_weigh_alike_and_their_intervals_are_wilsons() -> None:
    p = np.repeat([0.1, 0.5], 100)
    truth = np.concatenate([np.arange(100) < 10, np.arange(100) < 50])
    bins = reliability(truth, p, np.full(200, 0.2))  # 40 rounds: two bins of 20
    assert [row["n"] for row in bins] == pytest.approx([20, 20])
    assert [row["foretold"] for row in bins] == pytest.approx([0.1, 0.5])
    assert [row["came"] for row in bins] == pytest.approx([0.1, 0.5])
    assert (bins[0]["low"], bins[0]["high"]) == pytest.approx((0.0279, 0.3010), abs=1e-4)


def test_many_rounds_make_ten_bins() -> None:
    p = np.linspace(0.01, 0.99, 1000)
    bins = reliability(np.random.default_rng(0).random(1000) < p, p, np.ones(1000))
    assert len(bins) == 10
    assert all(row["low"] < row["came"] < row["high"] for row in bins)


def test_recall_at_each_capacity_is_what_was_planted() -> None:
    truth = np.arange(100) < 10
    perfect, backwards = np.linspace(1, 0, 100), np.linspace(0, 1, 100)
    found = gains(truth, {"a": perfect, "b": backwards}, np.ones(100), np.arange(100))
    assert found is not None
    assert [row["value"] for row in found["scores"]["a"]["recall"]] == pytest.approx([0.5, 1.0, 1.0])
    assert found["scores"]["a"]["hit_share"] == pytest.approx([1.0, 1.0, 0.5])
    assert [row["value"] for row in found["scores"]["b"]["recall"]] == pytest.approx([0.0, 0.0, 0.0])
    lead = found["lead"]["b"][1]
    assert lead["value"] == lead["high"] == pytest.approx(1.0)
    assert 0.5 < lead["low"] < 1.0  # a draw with more than ten dissatisfied cannot find them all


def test_equal_scores_find_no_more_than_chance() -> None:
    truth = np.arange(100) < 10  # those who come first are not found first
    found = gains(truth, {"a": np.full(100, 0.3)}, np.ones(100), np.arange(100))
    assert found is not None
    assert [row["value"] for row in found["scores"]["a"]["recall"]] == pytest.approx([0.05, 0.10, 0.20])


def test_intervals_draw_whole_orders() -> None:
    rng = np.random.default_rng(0)
    score, truth = rng.random(200), rng.random(200) < 0.3
    once = gains(truth, {"a": score}, np.ones(200), np.arange(200))
    five = gains(
        np.repeat(truth, 5), {"a": np.repeat(score, 5)}, np.full(1000, 0.2), np.repeat(np.arange(200), 5)
    )
    assert once is not None
    assert five is not None
    for mine, theirs in zip(once["scores"]["a"]["recall"], five["scores"]["a"]["recall"], strict=True):
        assert mine == pytest.approx(theirs)
        assert mine["low"] < mine["value"] < mine["high"]


def test_nobody_dissatisfied_is_no_recall() -> None:
    found = gains(np.zeros(50, dtype=bool), {"a": np.linspace(0, 1, 50)}, np.ones(50), np.arange(50))
    assert found is not None
    assert all(np.isnan(row["value"]) for row in found["scores"]["a"]["recall"])


def test_a_round_weighs_one_in_each_group_of_stages() -> None:
    judged = a_judgement(
        np.linspace(0.1, 0.6, 6),
        np.zeros(6, dtype=bool),
        order_id=np.array(["a", "a", "a", "a", "b", "b"], dtype=object),
        round_start=np.array([0, 0, 0, 0, 1, 1]),
        stage=np.array([RECEIVED, RECEIVED, RECEIVED + 1, CLOSED, RECEIVED, AWAITING]),
    )
    handled = Moments.of(judged, GROUPS_ZH["办理中"])
    assert handled.rows.tolist() == [0, 2, 4]  # the first moment in each stage
    assert handled.weight.tolist() == [0.5, 0.5, 1.0]
    assert Moments.of(judged, GROUPS_ZH["刚办结"]).rows.tolist() == [3]
    assert Moments.of(judged, GROUPS_ZH["待回访"]).rows.tolist() == [5]
    assert sorted(stage for stages in GROUPS_ZH.values() for stage in stages) == list(range(len(Stage)))


def test_slices_have_intervals_and_small_ones_are_marked() -> None:
    street = np.array(["大"] * 60 + ["小"] * 29 + [None] * 11, dtype=object)
    bad = np.arange(100) % 4 == 0
    judged = a_judgement(np.full(100, 0.25), bad, slices={"street": street, "company": np.full(100, None)})
    (kind,) = slices(judged)  # nobody told the companies
    assert (kind["zh"], kind["unknown"]) == ("街镇", 11)
    large, small = kind["rows"]
    assert (large["name"], large["n"], large["is_small"]) == ("大", 60, False)
    assert (large["came"], large["low"], large["high"]) == pytest.approx((0.25, 0.1578, 0.3723), abs=1e-4)
    assert (small["name"], small["n"], small["is_small"]) == ("小", 29, True)
    assert large["auc"] == 0.5
    assert np.isnan(small["auc_low"])
    assert not large["is_off"]
    (kind,) = slices(a_judgement(np.full(100, 0.6), bad, slices={"street": street}))
    assert [row["is_off"] for row in kind["rows"]] == [True, False]  # nothing is said of the small one


def test_the_lag_is_counted_in_days_from_receipt() -> None:
    days = np.arange(1, 102)
    judged = a_judgement(np.full(101, 0.2), days % 2 == 0, label_known_at=days * DAY)
    lag = label_lag(judged)
    assert (lag["p50"], lag["p80"], lag["p95"]) == pytest.approx((51, 81, 96))


@pytest.mark.parametrize(
    ("origins", "first"),
    [
        ((Origin.SIMULATED,), "本页是模拟数据，全部虚构。"),
        ((Origin.SIMULATED, Origin.REAL), "本页混有模拟数据。"),
        ((Origin.REAL,), "本页是真实数据。"),
        ((Origin.REAL, Origin.UNDECLARED), "数据来源未声明。"),
        ((), "数据来源未声明。"),
    ],
)
def test_real_or_simulated_is_said_first(training: Training, origins: tuple[Origin, ...], first: str) -> None:
    assert words(render(a_card(training, *origins))).startswith(first)


def test_what_comes_from_data_is_escaped(training: Training) -> None:
    judged = training.judgement
    evil = '<script>alert("x")</script>&'
    named = replace(judged, slices={"company": np.full(len(judged), evil, dtype=object)})
    page = render(a_card(replace(training, judgement=named), Origin.REAL))
    assert "<script" not in page
    assert "&lt;script&gt;alert(&#34;x&#34;)&lt;/script&gt;&amp;" in page


def test_labels_inside_charts_are_escaped(training: Training) -> None:
    card = a_card(training, Origin.REAL)
    point = {"label": "<b>&", "n": 9, "effect": 0.1, "low": 0.0, "high": 0.2}
    card["features"] = [{"zh": '"><i>', "factor": 1.1, "points": [point, point]}]
    page = render(card)
    assert "<b>&" not in page
    assert "&lt;b&gt;&amp;" in page
    assert '"><i>' not in page


def test_the_page_needs_nothing_else_and_tells_of_no_order(training: Training) -> None:
    page = render(a_card(training, Origin.SIMULATED), "7")
    assert "版本 7" in page
    assert not re.search(r"https?:|src=|@import|url\(|<link|<script", page)
    ids = set(map(str, training.judgement.order_id))
    assert not ids & set(re.findall(r"\w+", page))


def test_a_stored_card_renders_to_the_same_page(training: Training) -> None:
    card = a_card(training, Origin.SIMULATED)
    assert render(json.loads(json.dumps(card))) == render(card)


def test_the_figures_are_those_of_the_training(training: Training) -> None:
    card = a_card(training, Origin.REAL)
    judged = training.judgement
    assert card["test"]["rounds"] == len(judged.last)
    assert card["test"]["dissatisfied"] == int((judged.rating[judged.last] == 0).sum())
    assert [row["auc"] for row in card["stages"]] == [row["auc"] for row in training.report["stages"]]
    assert card["span"]["orders"] == training.model.span.orders > card["like_span"]["orders"]
    assert f"{card['auc']:.3f}" in render(card)


def test_the_planted_cause_leads_and_its_shape_rises(training: Training) -> None:
    features = a_card(training, Origin.REAL)["features"]
    urged = next(f for f in features[:3] if "催" in f["zh"])
    effects = [p["effect"] for p in urged["points"] if p["label"] != "没有记录"]
    assert len(effects) >= 3
    assert effects == sorted(effects)
    assert effects[0] < 0 < effects[-1]


def test_the_champion_is_compared_only_where_it_had_not_learnt(training: Training) -> None:
    judged = training.judgement
    said = judged.dissatisfied.copy()
    half = judged.received_at < np.median(judged.received_at)
    said[half] = np.nan
    card = a_card(training, Origin.REAL, champion=Champion("3", said))
    assert card["champion"] == "3"
    assert card["champion_covers"] == int((~half)[judged.last].sum()) < card["test"]["rounds"]
    for group in card["groups"]:  # it says the same as the model, so neither leads
        assert all(row == {"value": 0, "low": 0, "high": 0} for row in group["common"]["lead"][CHAMPION])
    page = words(render(card))
    assert "在用模型：版本 3" in page
    assert "在用模型：没有可比的" in words(render(a_card(training, Origin.REAL)))


def test_a_champion_that_had_learnt_from_all_is_not_compared(training: Training) -> None:
    said = np.full(len(training.judgement), np.nan)
    card = a_card(training, Origin.REAL, champion=Champion("3", said))
    assert all(group["common"] is None for group in card["groups"])
    assert "可比 0 次回访" in words(render(card))


def test_model_and_baseline_stand_in_every_group(training: Training) -> None:
    for group in a_card(training, Origin.REAL)["groups"]:
        assert set(group["scores"]) == {MODEL, BASELINE}


GOOD = {
    "verdict": "signal",
    "auc_ci": [0.78, 0.80],
    "trees_share": 0.5,
    "test": {"orders": 9000, "dissatisfied": 900},
    "like_span": {"orders": 30000, "dissatisfied": 3000},
    "groups": [{"name": "办理中", "lead": {BASELINE: [{}, {"low": 0.01, "high": 0.03}]}}],
    "stages": [
        {
            "stage": "received",
            "zh": "已受理",
            "ece": 0.01,
            "ece_perfect_95": 0.02,
            "auc": 0.7,
            "auc_ci": [0.6, 0.8],
        },
        {
            "stage": "awaiting_callback",
            "zh": "待回访",
            "ece": 0.01,
            "ece_perfect_95": 0.02,
            "auc": 0.7,
            "auc_ci": [0.6, 0.8],
        },
    ],
    "prediction_set": {"stated": 0.9, "coverage": 0.9, "coverage_dissatisfied": 0.89},
    "levels": ["不满意", "一般", "基本满意", "满意"],
    "lag": {"p50": 14, "p95": 30},
    "answers": {"orders": 40000, "called": 39000, "rated": 39000},
    "slices": [{"zh": "街镇", "rows": [{"is_small": False, "is_off": False}] * 12}],
}


def test_a_good_model_has_only_the_limits_that_all_share() -> None:
    late, silent = limits(GOOD)
    assert late.startswith("评价来得迟：一半要等 14 天")
    assert "没有评价的回访不在数据里" in silent


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"verdict": "no usable signal", "auc_ci": [0.48, 0.52]}, "没有可用的信号"),
        ({"test": {"orders": 200, "dissatisfied": 20}}, "只有 20 件不满意"),
        ({"auc_ci": [0.7, 0.8]}, "宽 0.100"),
        ({"groups": [{"name": "办理中", "lead": {BASELINE: [{}, {"low": -0.03, "high": -0.01}]}}]}, "不如"),
        ({"groups": [{"name": "办理中", "lead": {BASELINE: [{}, {"low": -0.03, "high": 0.01}]}}]}, "分不出"),
        ({"stages": [{**GOOD["stages"][0], "ece": 0.03}]}, "1 个阶段里有 1 个（已受理）"),  # type: ignore[dict-item,index]
        ({"prediction_set": {"stated": 0.9, "coverage": 0.87, "coverage_dissatisfied": 0.9}}, "只盖住 87.0%"),
        ({"levels": ["不满意", "满意"]}, "只出现过不满意、满意"),
        ({"like_span": {"orders": 30000, "dissatisfied": 6000}}, "先前学习的工单里 20.0%，其后评判的工单里 10.0%"),
        ({"stages": [{**GOOD["stages"][0], "auc_ci": [0.5, 0.55]}, GOOD["stages"][1]]}, "越早看得越不准"),  # type: ignore[dict-item,index]
        ({"slices": [{"zh": "街镇", "rows": [{"is_small": True, "is_off": False}] * 3}]}, "没有一个街镇够 30 件"),
        ({"slices": [{"zh": "街镇", "rows": [{"is_small": False, "is_off": True}] * 3}]}, "3 个街镇里有 3 个"),
        ({"answers": {"orders": 40000, "called": 39000, "rated": 19500}}, "19,500 次有评价（50%）"),
    ],
)  # fmt: skip
def test_each_limit_is_said_where_it_holds(changed: dict[str, Any], said: str) -> None:
    assert any(said in sentence for sentence in limits({**GOOD, **changed}))
    assert not any(said in sentence for sentence in limits(GOOD))
