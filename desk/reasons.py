"""Why a score is what it is, in the words of the person who reads it."""

from collections.abc import Mapping

import numpy as np

from features.definition import Feature, FeatureSet
from hotline.lifecycle import EventType
from hotline.prediction import Reason

#: At most this many reasons in each direction, and none weaker than this share of a unit of log-odds.
_MOST, _LEAST_EFFECT = 3, 0.05
_EVENT_ZH = {event_type.value: event_type.zh for event_type in EventType}


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
    return Reason(feature.name, f"{feature.zh}{_said(feature, value)}", number, effect)


def _said(feature: Feature, value: object) -> str:
    if feature.kind == "text":
        return "的用词"
    if value is None or value != value:
        return "：没有记录"
    if feature.kind == "category":
        return f"：{_EVENT_ZH.get(str(value), value)}"
    number = float(value)  # type: ignore[arg-type]
    if feature.unit == "是否":
        return "：是" if number else "：否"
    if feature.unit == "%":
        return f"：{100 * number:.0f}%"
    digits = f"{number:.0f}" if number == round(number) or abs(number) >= 100 else f"{number:.1f}"
    if feature.unit and (feature.unit in feature.zh or feature.unit == "次"):
        return f"：{digits}"
    return f"：{digits}{feature.unit}"
