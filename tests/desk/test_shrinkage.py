"""Small numbers are drawn towards the level above by as much as the units themselves suggest."""

import numpy as np
import pytest

from desk.shrinkage import alone, shrunk, strength_of, worth


def _world(rng: np.random.Generator, strength: float, units: int = 300) -> tuple[np.ndarray, ...]:
    """True shares of units around 0.8, and what was counted of each."""
    truth = rng.beta(0.8 * strength, 0.2 * strength, units)
    counted = rng.integers(15, 60, units).astype(float)
    return truth, counted, rng.binomial(counted.astype(int), truth).astype(float)


@pytest.mark.parametrize("strength", [8.0, 30.0, 120.0])
def test_intervals_hold_the_truth_of_units_as_often_as_they_say_and_lie_nearer_than_the_counts(
    strength: float,
) -> None:
    rng, held, drawn_off, raw_off = np.random.default_rng(1), [], [], []
    for _ in range(20):
        truth, counted, points = _world(rng, strength)
        prior = np.full(len(counted), points.sum() / counted.sum())
        found = shrunk(counted, points, prior, strength_of(counted, points, prior), 0.05)
        held.append((found.low <= truth) & (truth <= found.high))
        drawn_off.append(np.abs(found.value - truth))
        raw_off.append(np.abs(points / counted - truth))
    assert 0.86 <= np.mean(held) <= 0.94
    assert np.mean(drawn_off) < np.mean(raw_off)


def test_units_that_differ_little_are_drawn_further() -> None:
    rng = np.random.default_rng(2)
    strengths = []
    for strength in (8.0, 40.0, 400.0):
        _, counted, points = _world(rng, strength)
        strengths.append(strength_of(counted, points, np.full(len(counted), 0.8)))
    assert strengths == sorted(strengths)
    assert strengths[0] == pytest.approx(8, rel=0.4)


def test_one_unit_alone_tells_nothing_of_how_units_differ() -> None:
    one = strength_of(np.array([30.0]), np.array([24.0]), np.array([0.8]))
    assert 5 < one < 100


def test_a_unit_of_nothing_is_the_level_above_and_one_of_much_is_itself() -> None:
    found = shrunk(np.array([0.0, 1e6]), np.array([0.0, 5e5]), np.array([0.8, 0.8]), 20.0, 0.05)
    assert found.value.tolist() == pytest.approx([0.8, 0.5], abs=1e-4)
    assert found.high[0] - found.low[0] > 100 * (found.high[1] - found.low[1])


def test_a_figure_with_no_level_above_keeps_what_was_counted() -> None:
    found = alone(np.array([200.0, 40.0]), np.array([150.0, 40.0]), 0.05)
    assert found.value[0] == pytest.approx(0.75, abs=0.005)
    assert found.low[1] > 0.93 and found.high[1] > 0.999


def test_ratings_tell_more_each_than_a_yes_or_no_of_their_mean() -> None:
    assert worth(np.array([0.0, 0.0, 1.0, 1.0])) == pytest.approx(1.0)
    assert 1 < worth(np.array([0.0, 0.6, 0.8, 1.0])) < 3
    assert worth(np.full(9, 0.8)) == 1.0 == worth(np.zeros(0))
