"""Why a score is what it is, in the words of the person who reads it."""

from collections.abc import Mapping

import numpy as np

from desk.reason_words import reason_words
from features.definition import Feature, FeatureSet
from hotline.prediction import Reason

#: At most this many reasons in each direction, and none weaker than this share of a unit of log-odds.
_MOST, _LEAST_EFFECT = 3, 0.05


def top_reasons(
    features: FeatureSet, columns: Mapping[str, np.ndarray], effects: Mapping[str, np.ndarray], row: int
) -> tuple[Reason, ...]:
    """The strongest features of one question, those that raise the risk first."""
    strongest = sorted(effects, key=lambda name: -abs(effects[name][row]))
    shown = [name for name in strongest if abs(effects[name][row]) >= _LEAST_EFFECT]
    raising = [name for name in shown if effects[name][row] > 0][:_MOST]
    lowering = [name for name in shown if effects[name][row] < 0][:_MOST]
    by_name = {feature.name: feature for feature in features.features}
    return tuple(
        _reason(by_name[name], columns[name][row], float(effects[name][row])) for name in raising + lowering
    )


def _reason(feature: Feature, value: object, effect: float) -> Reason:
    number = float(value) if isinstance(value, int | float | np.number) and value == value else None
    return Reason(feature.name, reason_words(feature, value), number, effect)
