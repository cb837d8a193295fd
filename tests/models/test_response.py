"""Who answers is learnt from what was known before the call, and the rate of all called is found again."""

import doctest
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog

from features.history import History
from features.log import Log
from features.training_set import Examples, examples_of
from hotline.satisfaction import WEIGHTS
from models import satisfaction_rate
from models.calibration import sigmoid
from models.metrics import auc, ece
from models.response import MOST_WEIGHT, Response, calls_of, response_weights
from models.satisfaction_rate import (
    bounds,
    corrected_rate,
    doubly_robust,
    expected_levels,
    extreme_rates,
    naive_rate,
)
from tests.builders import Records, a_callback, an_event, an_order, at

POINTS = np.array(WEIGHTS)


@cache
def a_silent_world(orders: int = 2500, answering: float = 1.0) -> tuple[History, np.ndarray, float]:
    """Orders that were all called; the urged answer more and rate worse. With P(rated) and the true rate."""
    rng = np.random.default_rng(5)
    urged = rng.integers(0, 4, orders)
    chance = sigmoid(answering * (urged - 1.5) - 0.3)
    p_bad = sigmoid(0.9 * urged - 3.0)
    rating = np.where(rng.random(orders) < p_bad, 0, 3)
    is_rated = rng.random(orders) < chance
    rows = [_a_called_order(n, int(urged[n]), int(rating[n]) if is_rated[n] else None) for n in range(orders)]
    return History.of(sum(rows, Records()).log()), chance, float((1 - p_bad).mean())


def _a_called_order(number: int, urged: int, rating: int | None) -> Records:
    name, start = f"{number:05d}", number * 0.1
    order = an_order(name, at(start), company=f"公司{number % 5}", category=f"类{number % 3}")
    urging = [an_event(name, "urged", at(start, hours=2 + n)) for n in range(urged)]
    closing = an_event(name, "closed", at(start, hours=30))
    call = a_callback(name, at(start, hours=60), rating=rating, channel="短信" if number % 2 else "电话")
    return sum([*urging, closing, call], order)


def test_a_round_counts_once_however_often_it_was_called() -> None:
    order = an_order("A") + an_event("A", "closed", at(1)) + a_callback("A", at(2), channel="短信")
    again = a_callback("A", at(3), rating=2, channel="电话") + a_callback("A", at(4), rating=0)
    second = an_event("A", "redispatched", at(5)) + a_callback("A", at(6), answered=1.0)
    calls = calls_of(History.of((order + again + second).log()))
    np.testing.assert_array_equal(calls.rating, [2, np.nan])
    assert calls.is_reached.tolist() == [True, True]
    assert calls.channel.tolist() == ["短信", None]
    assert calls.settled_at.tolist() == [at(3), at(6)]
    assert calls.frame.as_of.tolist() == [at(2), at(6)]


def test_only_the_caller_whose_ratings_count_makes_a_call() -> None:
    records = an_order("A") + a_callback("A", at(1), rating=0, by="962121") + a_callback("A", at(2))
    records += an_order("B") + a_callback("B", at(2), rating=3)
    calls = calls_of(History.of(records.log()))
    np.testing.assert_array_equal(calls.rating, [np.nan, 3])
    assert calls.is_reached.tolist() == [False, True]


def test_no_callback_at_all_is_no_call() -> None:
    calls = calls_of(History.of((an_order("A") + an_event("A", "closed", at(1))).log()))
    assert len(calls) == 0
    assert Response.learn(calls).chance is None
    assert np.isnan(naive_rate(calls).value)


def test_a_call_is_asked_about_when_it_was_made_never_outside_its_round() -> None:
    log = (an_order("A") + an_event("A", "urged", at(1)) + a_callback("A", at(2))).log()
    for called_at, moment, known in ((at(0.5), at(0.5), 0), (at(1.5), at(1.5), 1), (at(-9), at(0), 0)):
        calls = calls_of(History.of(log), np.array([called_at]))
        assert calls.frame.as_of.tolist() == [moment]
        assert calls.frame.own("urged").count.tolist() == [known]


def test_what_a_call_brought_moves_nothing_that_was_known_before_it() -> None:
    quiet = _a_world_of_rounds(rating=None)
    angry = _a_world_of_rounds(rating=0)
    np.testing.assert_array_equal(calls_of(quiet).matrix[-1], calls_of(angry).matrix[-1])


def _a_world_of_rounds(rating: int | None) -> History:
    rows = [_a_called_order(n, n % 3, 3 if n % 2 else 0) for n in range(60)]
    return History.of(sum(rows, _a_called_order(60, 1, rating)).log())


def test_a_channel_written_down_only_where_somebody_answered_is_not_used() -> None:
    log = a_silent_world(answering=0.0)[0].chronicle.log
    is_rated = log.callbacks["rating"].notna()
    told = {"told": log.callbacks["channel"], "after": log.callbacks["channel"].where(is_rated, None)}
    for name, channel in told.items():
        history = History.of(_plain(replace(log, callbacks=log.callbacks.assign(channel=channel))))
        response = Response.learn(calls_of(history))
        assert response.chance is not None
        assert response.calls.matrix.shape[1] == calls_of(a_silent_world()[0]).matrix.shape[1] - 2 * (
            name == "after"
        )
        assert auc(response.calls.is_rated, response.chance) < 0.6


def test_the_chance_of_a_rating_is_the_planted_one() -> None:
    history, planted, _ = a_silent_world()
    response = Response.learn(calls_of(history))
    assert response.chance is not None
    assert np.corrcoef(response.chance, planted)[0, 1] > 0.95
    assert np.abs(response.chance - planted).mean() < 0.05
    assert ece(response.calls.is_rated, response.chance) < 0.04


def test_where_nothing_tells_who_answers_the_chance_does_not_pretend_to() -> None:
    history, _, _ = a_silent_world(answering=0.0)
    response = Response.learn(calls_of(history))
    assert response.chance is not None
    assert auc(response.calls.is_rated, response.chance) == pytest.approx(0.5, abs=0.05)
    assert response.weight.std() < 0.15


def test_nobody_is_judged_by_what_was_learnt_from_their_own_order() -> None:
    history, _, _ = a_silent_world()
    some = calls_of(history).take(np.arange(500))
    calls = replace(some, matrix=np.random.default_rng(1).normal(size=(500, 80)))
    response = Response.learn(calls)
    assert response.chance is not None
    assert auc(calls.is_rated, response.chance) < 0.6
    rated = calls.is_rated
    assert auc(calls.rating[rated] == 0, expected_levels(calls)[rated, 0]) < 0.6


def test_no_rating_counts_for_more_than_the_limit() -> None:
    history, _, _ = a_silent_world()
    calls = calls_of(history)
    response = Response(calls, np.full(len(calls), 1e-6))
    assert response.weight.tolist() == [MOST_WEIGHT] * len(calls)


def test_the_corrected_rate_is_the_true_one_where_the_naive_one_is_far_off() -> None:
    history, _, truth = a_silent_world()
    response = Response.learn(calls_of(history))
    found = corrected_rate(response)
    naive = naive_rate(response.calls)
    assert found is not None
    assert naive.interval.high < truth
    assert found.rate.interval.low < truth < found.rate.interval.high
    assert abs(found.rate.value - truth) < 0.3 * abs(naive.value - truth)
    assert found.shift.value == pytest.approx(found.rate.value - naive.value)
    assert found.shift.interval.low > 0


def test_one_of_both_models_may_be_wrong() -> None:
    history, planted, truth = a_silent_world()
    calls = calls_of(history)
    points = np.where(calls.is_rated, POINTS[np.nan_to_num(calls.rating).astype(int)], 0.0)
    blind = Response(calls, np.full(len(calls), calls.is_rated.mean()))
    expected = expected_levels(calls) @ POINTS
    assert doubly_robust(points, expected, blind).mean() == pytest.approx(truth, abs=0.025)
    ignorant = np.full(len(calls), 0.5)
    assert doubly_robust(points, ignorant, Response(calls, planted)).mean() == pytest.approx(truth, abs=0.025)
    assert abs(doubly_robust(points, ignorant, blind).mean() - truth) > 0.05


def test_allowing_for_more_mood_widens_the_interval_around_the_corrected_rate() -> None:
    history, _, _ = a_silent_world()
    response = Response.learn(calls_of(history))
    found = [corrected_rate(response, factor) for factor in (1.0, 1.5, 2.0, 4.0)]
    rates = [rate for rate in found if rate is not None]
    assert rates[0].allowing == rates[0].rate.interval
    lows, highs = [r.allowing.low for r in rates], [r.allowing.high for r in rates]
    assert lows == sorted(lows, reverse=True)
    assert highs == sorted(highs)
    assert lows[0] > lows[-1]
    with pytest.raises(ValueError, match=r"factor of 0\.5"):
        corrected_rate(response, 0.5)


def test_the_interval_of_rounds_is_that_of_their_orders() -> None:
    history, _, _ = a_silent_world()
    calls = calls_of(history)
    rows = np.arange(len(calls))
    twice = calls.take(np.sort(np.concatenate([rows, rows])))
    once, doubled = naive_rate(calls).interval, naive_rate(twice).interval
    assert doubled.high - doubled.low == pytest.approx(once.high - once.low, rel=0.01)


def test_extremes_take_all_silent_as_the_worst_and_as_the_best() -> None:
    records = an_order("A") + a_callback("A", at(1), rating=2) + an_order("B") + a_callback("B", at(1))
    worst, best = extreme_rates(calls_of(History.of(records.log())))
    assert (worst.value, best.value) == pytest.approx((0.4, 0.9))
    assert worst.interval.low == 0.0
    assert best.interval.high == 1.0


def test_a_few_ratings_all_alike_are_not_taken_for_certainty() -> None:
    rows = [_a_called_order(n, 0, 3) for n in range(17)]
    found = naive_rate(calls_of(History.of(sum(rows, Records()).log())))
    assert found.value == found.interval.high == 1.0
    assert 0.7 < found.interval.low < 0.9


@given(
    st.lists(st.integers(0, 20), min_size=4, max_size=4).filter(any),
    st.floats(1.0, 20.0),
)
def test_bounds_are_the_best_that_any_allowed_silence_could_do(counts: list[int], factor: float) -> None:
    levels = np.array([counts]) / sum(counts)
    low, high = bounds(levels, factor)
    reach = [(p / factor, p * factor) for p in levels[0]]
    for found, sign in ((low, 1), (high, -1)):
        best = linprog(sign * POINTS, A_eq=np.ones((1, 4)), b_eq=[1.0], bounds=reach)
        assert found[0] == pytest.approx(sign * best.fun, abs=1e-7)


def test_the_example_of_the_bounds_holds() -> None:
    assert doctest.testmod(satisfaction_rate).attempted == 2
    assert not doctest.testmod(satisfaction_rate).failed


def test_weights_let_those_who_answer_stand_for_all_who_were_called() -> None:
    history, planted, truth = a_silent_world()
    examples = examples_of(history.chronicle)
    weight = response_weights(history, examples)
    rounds, first, number = np.unique(examples.frame.round_start, return_index=True, return_inverse=True)
    assert weight[first].mean() == pytest.approx(1.0)
    np.testing.assert_array_equal(weight, weight[first][number])
    seldom = 1 / planted[examples.frame.order[first]]
    assert np.corrcoef(weight[first], seldom)[0, 1] > 0.9
    rate = np.average(POINTS[examples.rating[first]], weights=weight[first])
    assert abs(rate - truth) < 0.4 * abs(POINTS[examples.rating[first]].mean() - truth)
    assert len(rounds) == calls_of(history).is_rated.sum()


def test_weights_are_blind_to_calls_settled_after_the_last_rating_learnt_from() -> None:
    log = a_silent_world()[0].chronicle.log
    cut = at(150)
    later = log.callbacks["known_at"] > cut
    altered = log.callbacks.assign(rating=log.callbacks["rating"].where(~later, 0.0))
    told, otherwise = (_weights_until(History.of(one), cut) for one in (log, replace(log, callbacks=altered)))
    np.testing.assert_array_equal(told, otherwise)
    assert told.std() > 0.1


def _weights_until(history: History, cut: int) -> np.ndarray:
    return response_weights(history, _known_by(examples_of(history.chronicle), cut))


def _known_by(examples: Examples, cut: int) -> Examples:
    return examples.take(examples.label_known_at <= cut)


@pytest.mark.parametrize(("silent", "is_told"), [(19, False), (20, True)])
def test_twenty_silent_orders_are_the_least_that_tell(silent: int, is_told: bool) -> None:
    calls = calls_of(a_silent_world()[0])
    rows = np.concatenate([np.flatnonzero(calls.is_rated)[:200], np.flatnonzero(~calls.is_rated)[:silent]])
    response = Response.learn(calls.take(np.sort(rows)))
    assert (response.chance is not None) == is_told
    assert (corrected_rate(response) is not None) == is_told


def test_without_silent_rounds_nothing_is_told_and_every_weight_is_one() -> None:
    log = a_silent_world()[0].chronicle.log
    rated = replace(log, callbacks=log.callbacks[log.callbacks["rating"].notna()].reset_index(drop=True))
    history = History.of(_plain(rated))
    response = Response.learn(calls_of(history))
    assert response.chance is None
    assert corrected_rate(response) is None
    examples = examples_of(history.chronicle)
    assert response_weights(history, examples).tolist() == [1.0] * len(examples)
    assert len(response_weights(history, examples.take(np.empty(0, dtype=int)))) == 0


def _plain(log: Log) -> Log:
    frames = {name: getattr(log, name) for name in ("orders", "events", "callbacks", "communities")}
    return Log.of(frames)
