"""The steps of a fit that stand apart from the estimators: the text, and the calibration."""

import numpy as np

from features.training_set import Examples, TrainingSet
from hotline.lifecycle import STAGE_ORDER
from hotline.satisfaction import Rating
from models.calibration import LevelMap, StageCalibration
from models.prediction_set import STATED, PredictionSets
from models.selection import Choice, Held
from models.text_score import TextScore


def learn_text(training: TrainingSet) -> tuple[TextScore | None, np.ndarray]:
    """Learn from one text an order (its last), and lay the unseen scores along the examples.

    None where texts are no feature, or too few to learn from.
    """
    order = training.examples.frame.order
    last = len(order) - 1 - np.unique(order[::-1], return_index=True)[1]
    if "text" not in training.columns:
        return None, np.full(len(order), np.nan)
    texts = training.columns["text"][last]
    callers = training.examples.frame.take(last).word("caller")
    who = np.where(callers == None, np.char.add("order ", order[last].astype(str)), callers)  # noqa: E711
    model, unseen = TextScore.cross_fit(texts, training.examples.is_dissatisfied[last], who)
    return model, unseen[np.searchsorted(order[last], order)]


def embargo(examples: Examples, share: float = 0.95) -> int:
    """How long a rating takes to come for this share of the rounds, microseconds."""
    first = np.unique(examples.frame.round_start, return_index=True)[1]
    waits = (examples.label_known_at - examples.received_at)[first]
    return int(np.quantile(waits, share))


def calibrate(
    held: Held | None, choice: Choice, rating: np.ndarray, weight: np.ndarray
) -> tuple[StageCalibration, StageCalibration, LevelMap, PredictionSets]:
    """The calibrations of the choice and of the baseline, the map to the four levels, the prediction sets.

    Without held-out examples nothing is moved, the levels follow the overall shares, and every level that
    occurs is in every set.
    """
    stages = len(STAGE_ORDER)
    if held is None:
        plain = StageCalibration(1.0, 0.0, (0.0,) * stages)
        share = np.full(len(rating), np.log(max((rating == 0).mean(), 1e-3)))
        least = tuple(0.0 if (rating == k).any() else float("inf") for k in range(len(Rating)))
        return plain, plain, LevelMap.fit(share, rating, weight), PredictionSets(STATED, least)
    y = held.rating == 0
    calibration = StageCalibration.fit(held.log_odds, held.stage, y, held.weight, stages)
    baseline = calibration
    if choice.trees_share > 0:
        baseline = StageCalibration.fit(held.baseline_log_odds, held.stage, y, held.weight, stages)
    moved = calibration.log_odds(held.log_odds, held.stage)
    levels = LevelMap.fit(moved, held.rating, held.weight)
    sets = PredictionSets.fit(levels.probabilities(moved), held.rating, held.weight, held.window)
    return calibration, baseline, levels, sets
