"""What is chosen is chosen on later orders, and small data is held tight."""

import json
from dataclasses import replace

import numpy as np
import pytest

from models.folds import Folds, Material, forward_rows
from models.selection import Choice, Menu, choose, only
from models.trees import TreeShape
from models.tuning import Tuning

RNG = np.random.default_rng(11)


def test_folds_learn_only_from_ripe_cohorts_before_the_window() -> None:
    received = np.sort(RNG.integers(0, 10_000, 500))
    known = received + RNG.integers(100, 2_000, 500)
    for learn, judge in forward_rows(received, known, 3, embargo=1_500):
        assert known[learn].max() < received[judge].min()
        assert received[learn].max() < received[judge].min() - 1_500
        assert len(judge) > 50


def test_few_dissatisfied_orders_get_one_ridge_and_no_trees() -> None:
    menu = Menu.for_size(orders=400, rarer=49, rows=2_000)
    assert menu.shapes == ()
    assert len(menu.ridges) == 1
    assert Menu.for_size(orders=400, rarer=50, rows=2_000).shapes


def _material(curved: bool, n: int = 3_000) -> Material:
    rng = np.random.default_rng(11)
    X = rng.normal(size=(n, 4)).astype(np.float32)
    score = 3.0 * (np.abs(X[:, 0]) > 1) - 2.5 if curved else 1.5 * X[:, 0] - 1.5
    rating = np.where(rng.random(n) < 1 / (1 + np.exp(-score)), 0, 3)
    when = np.arange(n)
    return Material(X, rating, np.zeros(n, int), np.ones(n), when, when, 0, n, 500)


def _folds(material: Material) -> tuple[Folds, Menu]:
    menu = Menu.for_size(material.orders, material.rarer, len(material.rating))
    return Folds.of(material, menu.folds, seed=0), menu


def test_trees_are_chosen_where_the_truth_bends_and_the_ridge_where_it_is_straight() -> None:
    bent, straight = (choose(*_folds(_material(curved))) for curved in (True, False))
    assert bent[0].trees_share >= 0.5 > straight[0].trees_share


def test_what_is_held_out_are_the_later_orders() -> None:
    material = _material(curved=True)
    _, held = choose(*_folds(material))
    assert held is not None
    assert (held.rating == material.rating[-len(held.rating) :]).all()


@pytest.mark.parametrize("curved", [True, False])
def test_a_choice_found_again_says_the_same_to_the_last_digit(curved: bool) -> None:
    folds, menu = _folds(_material(curved))
    choice, held = choose(folds, menu)
    stored = Choice.from_json(json.loads(json.dumps(choice.to_json())))
    again, said = only(stored)(folds, menu)
    assert again == choice
    assert held is not None and said is not None
    np.testing.assert_array_equal(said.log_odds, held.log_odds)
    np.testing.assert_array_equal(said.baseline_log_odds, held.baseline_log_odds)


def test_a_tuned_choice_is_kept_only_if_clearly_better_and_can_be_found_again() -> None:
    folds, menu = _folds(_material(curved=True, n=2_000))
    poor = replace(
        menu, shapes=(TreeShape(2, 400, 0.01, 0.5, 0.6, 20.0, 1),), tree_counts=(5,), ridges=(1e-5,)
    )
    tuning = Tuning(minutes=5, most_trials=6)
    choice, held = tuning.search(folds, poor)
    assert tuning.record["outcome"] == "tuned"
    assert tuning.record["gain"] > tuning.record["standard_error"] > 0
    assert tuning.record["loss_of_best_trial"] == min(trial["loss"] for trial in tuning.record["trials"])
    again, said = only(choice)(folds, poor)
    assert again == choice
    assert held is not None and said is not None
    np.testing.assert_array_equal(said.log_odds, held.log_odds)


def test_tuning_keeps_the_menu_where_nothing_is_clearly_better() -> None:
    folds, menu = _folds(_material(curved=False, n=1_000))
    tuning = Tuning(minutes=5, most_trials=2)
    assert tuning.search(folds, menu)[0] == choose(folds, menu)[0]
    assert "kept" in tuning.record["outcome"]
    assert len(tuning.record["trials"]) == 2


def test_tuning_with_few_dissatisfied_orders_tunes_nothing() -> None:
    material = replace(_material(curved=True, n=600), rarer=49)
    tuning = Tuning(minutes=5)
    choice, _ = tuning.search(*_folds(material))
    assert choice.name == "logistic"
    assert tuning.record["trials"] == []
