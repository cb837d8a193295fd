"""The handlers' forecasts are judged on later ones, beside the model at the same moments."""

import numpy as np
import pandas as pd
import pytest

from features.history import History
from hotline.calendar import HOUR
from models.backtest import Training, fit_and_judge
from models.handlers import compare_with_handlers
from tests.models.worlds import a_history

HISTORY, FEATURES = a_history(1500, 1.5)


@pytest.fixture(scope="module")
def training() -> Training:
    """A model judged on the last fifth."""
    return fit_and_judge(HISTORY, FEATURES, "test", 0, lambda step: None)


def forecasts(history: History, error: float, seed: int = 0) -> pd.DataFrame:
    """A forecast an order 40 hours after receipt, by handlers who know the outcome but for errors."""
    rng = np.random.default_rng(seed)
    callbacks = history.chronicle.log.callbacks.drop_duplicates("order_id")
    rating = callbacks["rating"].to_numpy()
    wrong = rng.random(len(rating)) < error
    number = history.chronicle.order_number(callbacks["order_id"].to_numpy())
    return pd.DataFrame(
        {
            "order_id": callbacks["order_id"].to_numpy(),
            "known_at": history.chronicle.known_at[history.chronicle.first[number]] + 40 * HOUR,
            "rating": np.where(wrong, rng.integers(0, 4, len(rating)), rating).astype(float),
            "probability": np.nan,
            "seen_model": rng.integers(0, 2, len(rating)).astype(float),
        }
    )


def since(training: Training) -> int:
    return int(training.judgement.received_at.min())


def test_handlers_who_know_win_and_the_blend_follows_them(training: Training) -> None:
    rows = compare_with_handlers(forecasts(HISTORY, 0.05), HISTORY, training.like, since(training))
    everything = rows[0]
    assert (everything["stage"], everything["score_seen"]) == ("all", "all")
    assert everything["human_auc"] > everything["model_auc"] + 0.03
    assert everything["blend_brier"] < min(everything["model_brier"], everything["human_brier"]) + 0.01


def test_handlers_who_guess_lose_and_hardly_harm_the_blend(training: Training) -> None:
    everything = compare_with_handlers(forecasts(HISTORY, 1.0), HISTORY, training.like, since(training))[0]
    assert abs(everything["human_auc"] - 0.5) < 0.1 < everything["model_auc"] - 0.5
    assert everything["blend_auc"] > everything["model_auc"] - 0.05


def test_only_forecasts_of_the_later_half_of_unseen_orders_are_judged(training: Training) -> None:
    told = forecasts(HISTORY, 0.5)
    everything = compare_with_handlers(told, HISTORY, training.like, since(training))[0]
    number = HISTORY.chronicle.order_number(told["order_id"].to_numpy())
    later = (HISTORY.chronicle.known_at[HISTORY.chronicle.first[number]] >= since(training)).sum()
    assert everything["n"] == later - later // 2


def test_a_forecast_written_after_the_rating_is_none(training: Training) -> None:
    late = forecasts(HISTORY, 0.1)
    late["known_at"] += 30 * HOUR
    assert compare_with_handlers(late, HISTORY, training.like, since(training)) == []


def test_few_forecasts_are_no_comparison(training: Training) -> None:
    few = forecasts(HISTORY, 0.1).tail(40)
    assert compare_with_handlers(few, HISTORY, training.like, since(training)) == []
