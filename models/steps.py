"""The steps of the scale, which estimators hear all of and average in log-odds.

They learn the chance of 不满意, of 一般 or worse, and of 基本满意 or worse: what makes an order worse makes it
worse at every step. The level is then that of 不满意 alone. A two-level scale has one step, and nothing to
average.
"""

import numpy as np

from models.calibration import sigmoid

_NEWTON_STEPS = 30


def steps_of(rating: np.ndarray) -> list[int]:
    """The levels at or below which some ratings lie and above which others do, each parting them anew.

    >>> steps_of(np.array([0, 1, 2, 3])), steps_of(np.array([0, 3, 3])), steps_of(np.array([0, 1]))
    ([0, 1, 2], [0], [0])
    """
    return [int(level) for level in np.unique(rating)[:-1]]


def level_of(log_odds: np.ndarray, y: np.ndarray, weight: np.ndarray) -> float:
    """What has to be added to log-odds so that the chances sum to the outcomes, by Newton steps."""
    added = 0.0
    for _ in range(_NEWTON_STEPS):
        p = sigmoid(log_odds + added)
        step = float(weight @ (p - y)) / max(float(weight @ (p * (1 - p))), 1e-9)
        added -= float(np.clip(step, -2.0, 2.0))
    return added
