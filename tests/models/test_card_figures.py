"""The figures of a card are right where the answer is known: calibration, recall, slices, lag."""

from typing import Any

import numpy as np
import pytest

from hotline.calendar import DAY
from hotline.lifecycle import STAGE_ORDER, Stage
from models.card_figures import GROUPS_ZH, Moments, gains, label_lag, reliability, slices
from models.judgement import Judgement

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
