"""Calibration brings log-odds to what came, and the four levels always agree."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.calibration import LevelMap, StageCalibration, sigmoid
from models.metrics import ece

RNG = np.random.default_rng(3)


def _over_confident(n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    true = RNG.normal(-1.5, 0.8, n)
    stage = RNG.integers(0, 8, n)
    return 2.0 * (true + 1.5) - 1.5 + 0.5 * (stage == 3), stage, RNG.random(n) < sigmoid(true)


def test_an_over_confident_score_is_brought_to_the_frequencies() -> None:
    score, stage, y = _over_confident(20_000)
    found = StageCalibration.fit(score, stage, y, np.ones(len(y)), 8)
    score, stage, y = _over_confident(20_000)
    before, after = sigmoid(score), sigmoid(found.log_odds(score, stage))
    assert ece(y, before) > 0.05
    assert ece(y, after) < 0.015
    assert found.slope == pytest.approx(0.5, abs=0.05)


def test_of_the_level_of_the_held_out_weeks_a_quarter_is_carried_on() -> None:
    true = RNG.normal(-1.5, 1.0, 40_000)
    stage, y = np.zeros(len(true), int), RNG.random(len(true)) < sigmoid(true)
    found = StageCalibration.fit(true - 0.8, stage, y, np.ones(len(y)), 8)
    moved = found.log_odds(true - 0.8, stage) - (true - 0.8)
    assert moved.mean() == pytest.approx(0.25 * 0.8, abs=0.04)


def test_a_stage_with_five_orders_hardly_moves() -> None:
    score, stage, y = _over_confident(2_000)
    stage[:] = 0
    stage[:5], y[:5] = 6, True
    found = StageCalibration.fit(score, stage, y, np.ones(len(y)), 8)
    assert abs(found.stage_shifts[6]) < 0.8


def test_separable_examples_do_not_make_it_diverge() -> None:
    y = np.arange(40) < 20
    found = StageCalibration.fit(np.where(y, 5.0, -5.0), np.zeros(40, int), y, np.ones(40), 8)
    assert np.isfinite([found.slope, found.shift, *found.stage_shifts]).all()
    assert 0 < found.slope < 10


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(-12, 12), min_size=1, max_size=20), st.sets(st.integers(1, 3), min_size=1))
def test_the_four_levels_sum_to_one_and_the_worst_is_the_score(odds: list[float], present: set[int]) -> None:
    at = np.linspace(-3, 1, 400)
    rating = np.where(np.arange(400) % 5 == 0, 0, np.resize(sorted(present), 400))
    found = LevelMap.fit(at, rating, np.ones(400))
    p = found.probabilities(np.array(odds))
    np.testing.assert_allclose(p.sum(axis=1), 1.0, atol=1e-12)
    np.testing.assert_allclose(p[:, 0], sigmoid(np.array(odds)), atol=1e-12)
    absent = [level for level in (1, 2, 3) if level not in present]
    assert (p[:, absent] == 0).all()


def test_worse_prospects_make_the_middling_levels_likelier_when_they_are() -> None:
    at = RNG.normal(-1, 1.5, 5_000)
    rating = np.where(RNG.random(5_000) < sigmoid(at), 1, 3)
    found = LevelMap.fit(at, rating, np.ones(5_000))
    low, high = found.probabilities(np.array([-3.0, 1.0]))
    assert high[1] / (1 - high[0]) > low[1] / (1 - low[0]) + 0.3
