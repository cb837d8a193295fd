"""What a call is expected to save: the points an order loses if it is left, less those if somebody calls."""

import numpy as np

from hotline.satisfaction import WEIGHTS

_LOST = 1.0 - np.array(WEIGHTS)
#: So near to 0 and 1 a chance is taken; its log-odds would be endless.
_EDGE = 1e-9


def shifted(probabilities: np.ndarray, shift: np.ndarray | float) -> np.ndarray:
    """The four probabilities (n × 4, worst first) once the log-odds of a worse rating have moved by `shift`.

    Every step of the scale moves alike, as in an ordered logit; rows still sum to 1.

    >>> shifted(np.array([[0.5, 0.0, 0.0, 0.5]]), -1.0).round(3).tolist()
    [[0.269, 0.0, 0.0, 0.731]]
    """
    worse = np.clip(np.cumsum(probabilities, axis=1)[:, :3], _EDGE, 1 - _EDGE)
    odds = np.log(worse) - np.log1p(-worse) + np.reshape(shift, (-1, 1))
    cumulative = 1 / (1 + np.exp(-odds))
    steps = np.concatenate([cumulative, np.ones((len(cumulative), 1))], axis=1)
    return np.diff(steps, axis=1, prepend=0.0)


def expected_losses(probabilities: np.ndarray) -> np.ndarray:
    """Points of 满意率 (0–1) that each row is expected to lose."""
    return probabilities @ _LOST


def gains(probabilities: np.ndarray, shift: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Points that a call is expected to save: what it takes off the loss, if the callback comes after it.

    probabilities : n × 4, worst first
    shift         : what a call does to the log-odds of a worse rating, n
    after         : the chance that the official callback comes after the call, n
    """
    return (expected_losses(probabilities) - expected_losses(shifted(probabilities, shift))) * after
