"""What is chosen is chosen on later orders, and small data is held tight."""

import numpy as np

from models.selection import Menu, choose, forward_folds

RNG = np.random.default_rng(11)


def test_folds_learn_only_from_ripe_examples_before_the_window() -> None:
    received = np.sort(RNG.integers(0, 10_000, 500))
    known = received + RNG.integers(100, 2_000, 500)
    for learn, judge in forward_folds(received, known, 3):
        assert known[learn].max() < received[judge].min()
        assert len(judge) > 50


def test_few_dissatisfied_orders_get_one_ridge_and_no_trees() -> None:
    menu = Menu.for_size(orders=400, rarer=49, rows=2_000)
    assert menu.shapes == ()
    assert len(menu.ridges) == 1
    assert Menu.for_size(orders=400, rarer=50, rows=2_000).shapes


def _chosen(curved: bool) -> float:
    n = 3_000
    X = RNG.normal(size=(n, 4)).astype(np.float32)
    score = 3.0 * (np.abs(X[:, 0]) > 1) - 2.5 if curved else 1.5 * X[:, 0] - 1.5
    rating = np.where(RNG.random(n) < 1 / (1 + np.exp(-score)), 0, 3)
    when = np.arange(n)
    choice, held = choose(
        X, rating, np.zeros(n, int), np.ones(n), when, when, n, 500, seed=0, progress=lambda step: None
    )
    assert held is not None
    assert (held.rating == rating[-len(held.rating) :]).all()
    return choice.trees_share


def test_trees_are_chosen_where_the_truth_bends_and_the_ridge_where_it_is_straight() -> None:
    assert _chosen(curved=True) >= 0.5
    assert _chosen(curved=False) == 0.0
