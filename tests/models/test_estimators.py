"""Estimators listen to every step of the scale, and speak of 不满意."""

import json

import numpy as np
import pytest

from models.calibration import sigmoid
from models.metrics import auc
from models.ridge import RidgeLogistic
from models.steps import level_of, steps_of
from models.trees import BoostedTrees, TreeShape

N = 3_000
SHAPE = TreeShape(8, 40, 0.05, 0.6, 0.7, 20.0, 2)


def rated(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A matrix, ratings on four ordered levels, of which few are 不满意, and the true chance of that."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(N, 6)).astype(np.float32)
    score = 1.2 * X[:, 0] - 0.8 * X[:, 1]
    chance = [sigmoid(score - cut) for cut in (3.0, 1.5, 0.0)]
    rating = (rng.random(N)[:, None] > np.column_stack(chance)).sum(axis=1)
    return X, rating, chance[0]


X, RATING, _ = rated(0)
LATER, CAME, CHANCE = rated(1)
ONES = np.ones(N)


def trees(rating: np.ndarray) -> BoostedTrees:
    return BoostedTrees.fit(X, rating, ONES, SHAPE, 80)


def test_the_steps_of_a_scale_part_the_ratings_anew_each_time() -> None:
    assert steps_of(np.array([3, 1, 0, 2])) == [0, 1, 2]
    assert steps_of(np.array([0, 3])) == steps_of(np.array([0, 1])) == [0]


@pytest.mark.parametrize("learn", [trees, lambda r: RidgeLogistic.of_ratings(X, r, ONES, 0.03)])
def test_four_levels_rank_better_than_two_and_keep_the_level_of_the_worst(learn) -> None:  # type: ignore[no-untyped-def]
    four, two = learn(RATING), learn(np.where(RATING == 0, 0, 3))
    truth = CAME == 0
    assert auc(truth, four.log_odds(LATER)) > auc(truth, two.log_odds(LATER))
    assert sigmoid(four.log_odds(X)).mean() == pytest.approx((RATING == 0).mean(), abs=1e-3)
    assert sigmoid(four.log_odds(LATER)).mean() == pytest.approx(CHANCE.mean(), abs=0.01)


def test_a_two_level_scale_is_one_regression_on_the_outcome() -> None:
    two = np.where(RATING == 0, 0, 3)
    ours, plain = RidgeLogistic.of_ratings(X, two, ONES, 0.03), RidgeLogistic.fit(X, two == 0, ONES, 0.03)
    np.testing.assert_array_equal(ours.coefficients, plain.coefficients)
    assert ours.intercept == plain.intercept


def test_what_is_stored_says_the_same_with_the_trees_that_count_only() -> None:
    first = trees(RATING).levelled(X, RATING, ONES, 30)
    again = BoostedTrees.from_json(json.loads(json.dumps(first.to_json())))
    np.testing.assert_array_equal(again.log_odds(LATER), first.log_odds(LATER))
    np.testing.assert_allclose(again.contributions(LATER[:50]), first.contributions(LATER[:50]), atol=1e-9)
    assert all(booster.num_trees() == 30 for booster in again.boosters)


def test_contributions_add_up_to_the_log_odds_but_for_a_constant() -> None:
    grown = trees(RATING)
    rest = grown.log_odds(LATER[:100]) - grown.contributions(LATER[:100]).sum(axis=1)
    np.testing.assert_allclose(rest, rest[0], atol=1e-6)


def test_the_level_is_found_from_far_away() -> None:
    y = np.arange(1000) < 30
    added = level_of(np.full(1000, 9.0), y, np.ones(1000))
    assert sigmoid(np.array([9.0 + added]))[0] == pytest.approx(0.03, abs=1e-6)
