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


@pytest.mark.parametrize("stated", [0.8, 0.9])
def test_the_dissatisfied_and_the_others_are_covered_as_stated_on_fresh_orders(stated: float) -> None:
    sets = PredictionSets.fit(*drawn(0, 4_000), np.ones(4_000), stated)
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
    assert PredictionSets.fit(probabilities[rows], rating[rows], np.ones(len(rows))).least[0] == 0.0


def test_weights_count_as_orders() -> None:
    probabilities, rating = drawn(3, 500)
    twice = np.repeat(np.arange(500), 2)
    halves = PredictionSets.fit(probabilities[twice], rating[twice], np.full(1000, 0.5))
    assert halves == PredictionSets.fit(probabilities, rating, np.ones(500))


def test_a_level_that_never_came_is_in_no_set_and_the_likeliest_always_is() -> None:
    probabilities, rating = drawn(4, 500)
    two = np.where(rating == 0, 0, 3)
    sets = PredictionSets.fit(probabilities, two, np.ones(500))
    sets = PredictionSets.from_json(json.loads(json.dumps(sets.to_json())))
    inside = sets.members(np.array([[0.4, 0.01, 0.0, 0.59], [0.01, 0.95, 0.02, 0.02]]))
    assert not inside[0, 1:3].any()
    assert inside[1, 1]
