"""A prediction set holds the rating that comes as often as it says, for the dissatisfied and for the others."""

import json

import numpy as np
import pytest

from models.prediction_set import PredictionSets


def drawn(seed: int, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities of four levels, and ratings that come with them."""
    rng = np.random.default_rng(seed)
    probabilities = rng.dirichlet([0.6, 0.4, 0.8, 3.0], n)
    rating = (rng.random(n)[:, None] > np.cumsum(probabilities, axis=1)).sum(axis=1)
    return probabilities, rating


def fitted(
    probabilities: np.ndarray, rating: np.ndarray, weight: np.ndarray | None = None, stated: float = 0.9
) -> PredictionSets:
    """Sets from one window, with nothing added for drift."""
    weight = np.ones(len(rating)) if weight is None else weight
    return PredictionSets.fit(probabilities, rating, weight, np.zeros(len(rating)), stated, drift=0.0)


@pytest.mark.parametrize("stated", [0.8, 0.9])
def test_the_dissatisfied_and_the_others_are_covered_as_stated_on_fresh_orders(stated: float) -> None:
    sets = fitted(*drawn(0, 4_000), stated=stated)
    probabilities, rating = drawn(1, 20_000)
    inside = sets.members(probabilities)
    came = np.arange(len(rating)), rating
    for rows in (rating == 0, rating > 0):
        reached = (probabilities >= np.array(sets.least))[came][rows]
        assert reached.mean() == pytest.approx(stated, abs=0.03)
        assert inside[came][rows].mean() >= reached.mean()
    assert 1 < inside.sum(axis=1).mean() < 3


def test_with_nine_orders_of_a_level_nothing_can_be_left_out_at_nine_tenths() -> None:
    probabilities, rating = drawn(2, 200)
    few = np.flatnonzero(rating == 0)[:8]
    rows = np.concatenate([few, np.flatnonzero(rating > 0)])
    assert fitted(probabilities[rows], rating[rows]).least[0] == 0.0


def test_weights_count_as_orders() -> None:
    probabilities, rating = drawn(3, 500)
    twice = np.repeat(np.arange(500), 2)
    halves = fitted(probabilities[twice], rating[twice], np.full(1000, 0.5))
    assert halves == fitted(probabilities, rating)


def test_a_level_that_never_came_is_in_no_set_and_the_likeliest_always_is() -> None:
    probabilities, rating = drawn(4, 500)
    two = np.where(rating == 0, 0, 3)
    sets = fitted(probabilities, two)
    sets = PredictionSets.from_json(json.loads(json.dumps(sets.to_json())))
    inside = sets.members(np.array([[0.4, 0.01, 0.0, 0.59], [0.01, 0.95, 0.02, 0.02]]))
    assert not inside[0, 1:3].any()
    assert inside[1, 1]


def test_the_promise_is_made_for_the_worst_window_and_some_drift_beyond() -> None:
    probabilities, rating = drawn(5, 2_000)
    window = np.arange(2_000) // 1_000
    lower = probabilities.copy()
    lower[window == 1, 0] *= 0.5
    apart = [fitted(lower[window == n], rating[window == n]).least[0] for n in (0, 1)]
    ones = np.ones(2_000)
    both = PredictionSets.fit(lower, rating, ones, window, drift=0.0)
    assert both.least[0] == min(apart) < max(apart)
    wide = PredictionSets.fit(lower, rating, ones, window)
    assert 0 < wide.least[0] < both.least[0]
