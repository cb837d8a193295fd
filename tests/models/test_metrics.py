"""Our measures against scikit-learn's, and against what can be counted by hand."""

import numpy as np
import pytest
from sklearn import metrics as oracle

from models.metrics import (
    auc,
    auc_interval,
    average_precision,
    brier,
    ece,
    ranked_probability_score,
    recall_in_riskiest,
)

RNG = np.random.default_rng(7)
TRUTH = RNG.random(500) < 0.2
SCORE = np.round(np.clip(0.2 + 0.2 * TRUTH + RNG.normal(0, 0.15, 500), 0, 1), 2)  # with many ties
WEIGHT = RNG.random(500)


def test_auc_is_scikit_learns_with_ties_and_weights() -> None:
    assert auc(TRUTH, SCORE) == pytest.approx(oracle.roc_auc_score(TRUTH, SCORE), abs=1e-12)
    weighted = oracle.roc_auc_score(TRUTH, SCORE, sample_weight=WEIGHT)
    assert auc(TRUTH, SCORE, WEIGHT) == pytest.approx(weighted, abs=1e-12)


def test_average_precision_is_scikit_learns_with_ties_and_weights() -> None:
    expected = oracle.average_precision_score(TRUTH, SCORE)
    assert average_precision(TRUTH, SCORE) == pytest.approx(expected, abs=1e-12)
    expected = oracle.average_precision_score(TRUTH, SCORE, sample_weight=WEIGHT)
    assert average_precision(TRUTH, SCORE, WEIGHT) == pytest.approx(expected, abs=1e-12)


def test_brier_is_scikit_learns() -> None:
    expected = oracle.brier_score_loss(TRUTH, SCORE, sample_weight=WEIGHT)
    assert brier(TRUTH, SCORE, WEIGHT) == pytest.approx(expected, abs=1e-12)


def test_one_class_has_no_auc() -> None:
    assert np.isnan(auc(np.ones(4, bool), np.arange(4.0)))


def test_ece_is_the_gap_between_said_and_came() -> None:
    said = np.full(1000, 0.3)
    came = np.arange(1000) < 100
    assert ece(came, said, bins=1) == pytest.approx(0.2)
    assert ece(np.arange(1000) % 10 < 3, said, bins=5) == pytest.approx(0.0, abs=1e-9)


def test_ranked_probability_score_grows_with_the_distance_of_the_level() -> None:
    sure_of_satisfied = np.array([[0.0, 0.0, 0.0, 1.0]])
    scores = [ranked_probability_score(np.array([level]), sure_of_satisfied) for level in (3, 2, 1, 0)]
    assert scores == [0.0, pytest.approx(1 / 3), pytest.approx(2 / 3), 1.0]


def test_recall_counts_the_dissatisfied_among_the_riskiest_tenth() -> None:
    truth = np.zeros(100, bool)
    truth[[0, 1, 50, 99]] = True
    assert recall_in_riskiest(truth, -np.arange(100.0)) == 0.5


def test_the_interval_is_wider_when_moments_belong_to_few_orders() -> None:
    alone = auc_interval(TRUTH, SCORE, np.arange(500))
    truth, score = np.repeat(TRUTH[:50], 10), np.repeat(SCORE[:50], 10)
    together = auc_interval(truth, score, np.repeat(np.arange(50), 10))
    apart = auc_interval(truth, score, np.arange(500))
    assert alone.low < auc(TRUTH, SCORE) < alone.high
    assert together.high - together.low > 2 * (apart.high - apart.low)
