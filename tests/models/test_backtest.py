"""Backtests are split by time, learn only what was known, and say when there is nothing to learn."""

from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from features.training_set import build_training_set, examples_of, ripe, thinned
from hotline.calendar import DAY
from models import backtest as subject
from models.backtest import Protocol, TooFewRatingsError, backtest, fit_and_judge, splits
from models.satisfaction_model import SatisfactionModel
from tests.models.worlds import a_history, a_log

SIGNAL = a_history(600, 1.5)


@cache
def _learnt() -> SatisfactionModel:
    """What was learnt from the log with a cause."""
    return fit_and_judge(*SIGNAL, "test", 0, lambda step: None).model


def test_a_planted_cause_is_found_and_said() -> None:
    report = backtest(*SIGNAL, "test")
    assert report["verdict"] == "signal"
    assert report["pooled_auc"] > 0.65
    closed = next(row for row in report["stages"] if row["stage"] == "closed")
    received = next(row for row in report["stages"] if row["stage"] == "received")
    assert closed["auc"] > 0.75 > received["auc"]  # the urgings come after the receipt


def test_without_a_cause_there_is_no_usable_signal() -> None:
    report = backtest(*a_history(600, 0.0, seed=3), "test")
    assert report["verdict"] == "no usable signal"
    assert report["pooled_auc_ci"][0] < 0.5


def test_the_report_has_every_figure_that_is_promised() -> None:
    report = backtest(*SIGNAL, "test", origins=2)
    promised = {"base_rate", "pooled_auc", "pooled_auc_ci", "weighted_auc", "brier", "ece"}
    promised |= {"average_precision", "stages", "by_prefix", "baseline", "verdict"}
    assert promised <= report.keys()
    assert {"pooled_auc", "weighted_auc"} <= report["baseline"].keys()
    named = {"stage", "n", "auc", "auc_ci", "average_precision", "brier", "ece", "recall_at_10pct"}
    assert all(named <= row.keys() for row in report["stages"])
    assert all({"events", "n", "auc"} <= row.keys() for row in report["by_prefix"])
    assert len(report["by_origin"]) == 2


@pytest.mark.parametrize("protocol", list(Protocol))
def test_nothing_of_the_test_window_is_learnt_from(
    monkeypatch: pytest.MonkeyPatch, protocol: Protocol
) -> None:
    learnt = []
    fit = SatisfactionModel.fit

    def spy(training: object, *args: object, **kwargs: object) -> SatisfactionModel:
        learnt.append(training)
        return fit(training, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(subject.SatisfactionModel, "fit", spy)
    backtest(*SIGNAL, "test", protocol=protocol)
    examples = learnt[0].examples
    received = np.sort(SIGNAL[0].chronicle.known_at[SIGNAL[0].chronicle.first])
    starts_at = received[len(received) - round(0.2 * len(received))]
    assert examples.received_at.max() < starts_at
    assert examples.frame.as_of.max() < starts_at
    has_late_labels = bool((examples.label_known_at >= starts_at).any())
    assert has_late_labels is not (protocol is Protocol.LABEL_HONEST)


def test_rolling_windows_do_not_overlap_and_end_with_the_last_order() -> None:
    found = splits(np.arange(1000), 0.2, 3)
    assert [(w.starts_at, w.ends_at) for w in found] == [(400, 599), (600, 799), (800, 999)]
    five = splits(np.arange(1000), 0.2, 5)
    assert five[-1].ends_at == 999
    assert all(a.ends_at < b.starts_at for a, b in pairwise(five))


def test_published_prefixes_are_cut_at_the_length_asked_for() -> None:
    report = backtest(*SIGNAL, "test", protocol=Protocol.AS_PUBLISHED, most_events=2)
    assert [row["events"] for row in report["by_prefix"]] == [1, 2]


def test_too_few_ratings_are_said_with_their_number() -> None:
    with pytest.raises(TooFewRatingsError, match=r"only \d+ dissatisfied orders"):
        backtest(*a_history(30, 0.0), "test")


def test_a_log_without_ratings_says_what_to_do() -> None:
    history, features = a_history(5, 0.0)
    history.chronicle.log.callbacks["rating"] = np.nan
    with pytest.raises(TooFewRatingsError, match="ingest callbacks"):
        fit_and_judge(history, features, "test", 0, lambda step: None)


def test_only_whole_cohorts_are_ripe() -> None:
    examples = examples_of(SIGNAL[0].chronicle)
    now = int(np.quantile(examples.label_known_at, 0.5))
    chosen = ripe(examples, now)
    assert (examples.label_known_at[chosen] < now).all()
    wait = np.quantile(examples.label_known_at - examples.received_at, 0.95)
    assert examples.received_at[chosen].max() < now - 0.9 * wait
    assert chosen.sum() > 0.3 * len(examples)


def test_thinning_keeps_what_it_must_and_draws_alike_whatever_the_order_of_rows() -> None:
    examples = examples_of(SIGNAL[0].chronicle)
    keep = examples.received_at > np.quantile(examples.received_at, 0.8)
    thin = thinned(examples, keep, most=500)
    assert 350 < (len(thin) - keep.sum()) < 650
    shuffled = np.random.default_rng(0).permutation(len(examples))
    again = thinned(examples.take(shuffled), keep[shuffled], most=500)
    assert set(again.frame.position) == set(thin.frame.position)


def test_the_grid_asks_while_the_order_is_open_only() -> None:
    examples = examples_of(SIGNAL[0].chronicle)
    on_grid = examples.take(~examples.is_event)
    assert len(on_grid) == 2 * 600 - 600  # rated after 60 hours: asked after one day, not after three
    assert (on_grid.frame.as_of - on_grid.received_at == DAY).all()


def test_the_same_inputs_give_the_same_model() -> None:
    with threadpool_limits(2):  # whatever the environment says: figures must not depend on who is quicker
        texts = [fit_and_judge(*SIGNAL, "test", 0, lambda step: None).model.to_json() for _ in range(2)]
    assert texts[0] == texts[1]


def test_a_stored_model_says_exactly_what_it_said_before() -> None:
    (history, features), model = SIGNAL, _learnt()
    training = build_training_set(history, features, examples_of(history.chronicle))
    again = SatisfactionModel.from_json(model.to_json())
    np.testing.assert_array_equal(
        again.probabilities(training.columns), model.probabilities(training.columns)
    )
    one = {name: values[17:18] for name, values in training.columns.items()}
    np.testing.assert_allclose(
        again.probabilities(one)[0], model.probabilities(training.columns)[17], atol=1e-12
    )


def test_contributions_add_up_to_the_difference_between_two_questions() -> None:
    (history, features), model = SIGNAL, _learnt()
    training = build_training_set(history, features, examples_of(history.chronicle))
    same_stage = np.flatnonzero(training.columns["stage"] == 6)[[0, 40, 80]]
    some = {name: values[same_stage] for name, values in training.columns.items()}
    total = np.sum(list(model.contributions(some).values()), axis=0)
    np.testing.assert_allclose(np.diff(total), np.diff(model.log_odds(some)), atol=1e-6)


def test_a_two_level_scale_gives_two_levels() -> None:
    history, features = a_history(400, 1.5, levels=False)
    model = fit_and_judge(history, features, "test", 0, lambda step: None).model
    training = build_training_set(history, features, examples_of(history.chronicle))
    p = model.probabilities(training.columns)
    assert (p[:, 1:3] == 0).all()
    np.testing.assert_allclose(p.sum(axis=1), 1.0)


def test_a_model_of_other_features_is_refused() -> None:
    model = _learnt()
    stored = model.to_json().replace(model.features.fingerprint, "0" * 16)
    with pytest.raises(ValueError, match="train again"):
        SatisfactionModel.from_json(stored)


def test_one_outcome_only_cannot_be_learnt() -> None:
    log = a_log(50, 0.0)
    log.callbacks["rating"] = 3.0
    from features.catalogue import feature_set
    from features.history import History

    history = History.of(log)
    training = build_training_set(history, feature_set(log), examples_of(history.chronicle))
    with pytest.raises(ValueError, match="ended alike"):
        SatisfactionModel.fit(training)
