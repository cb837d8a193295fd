"""The steps of a fit that stand apart from the estimators: the text, and the calibration."""

import numpy as np

from features.training_set import TrainingSet
from hotline.lifecycle import STAGE_ORDER
from models.calibration import LevelMap, StageCalibration
from models.selection import Choice, Held
from models.text_score import TextScore


def learn_text(training: TrainingSet) -> tuple[TextScore | None, np.ndarray]:
    """Learn from one text an order (its last), and lay the unseen scores along the examples."""
    order = training.examples.frame.order
    last = len(order) - 1 - np.unique(order[::-1], return_index=True)[1]
    texts = training.columns["text"][last]
    callers = training.examples.frame.take(last).word("caller")
    who = np.where(callers == None, np.char.add("order ", order[last].astype(str)), callers)  # noqa: E711
    model, unseen = TextScore.cross_fit(texts, training.examples.is_dissatisfied[last], who)
    return model, unseen[np.searchsorted(order[last], order)]


def calibrate(
    held: Held | None, choice: Choice, rating: np.ndarray, weight: np.ndarray
) -> tuple[StageCalibration, StageCalibration, LevelMap]:
    """The calibrations of the choice and of the baseline, and the map to the four levels.

    Without held-out examples nothing is moved, and the levels follow the overall shares.
    """
    stages = len(STAGE_ORDER)
    if held is None:
        plain = StageCalibration(1.0, 0.0, (0.0,) * stages)
        share = np.full(len(rating), np.log(max((rating == 0).mean(), 1e-3)))
        return plain, plain, LevelMap.fit(share, rating, weight)
    y = held.rating == 0
    calibration = StageCalibration.fit(held.log_odds, held.stage, y, held.weight, stages)
    baseline = calibration
    if choice.trees_share > 0:
        baseline = StageCalibration.fit(held.baseline_log_odds, held.stage, y, held.weight, stages)
    levels = LevelMap.fit(calibration.log_odds(held.log_odds, held.stage), held.rating, held.weight)
    return calibration, baseline, levels
