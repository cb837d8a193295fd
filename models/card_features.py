"""The features that move a model's scores most, and how: what each value adds to the log-odds of 不满意."""

from typing import Any

import numpy as np
import pandas as pd

from features.definition import Feature
from features.training_set import TrainingSet
from hotline.lifecycle import STAGE_ORDER, EventType
from models.satisfaction_model import SatisfactionModel

_MOST_FEATURES = 10
#: Contributions cost milliseconds a moment; so many moments are drawn.
_MOST_MOMENTS = 3000
_MOST_POINTS = 8
_MISSING = "没有记录"
_OTHERS = "其他"
_EVENT_ZH = {event_type.value: event_type.zh for event_type in EventType}


def top_features(model: SatisfactionModel, test: TrainingSet, seed: int = 0) -> list[dict[str, Any]]:
    """The strongest features over moments drawn from the test orders, each round alike, with their shapes.

    `strength` is the mean size of what a feature adds to the log-odds, `factor` the same as a factor of the
    odds; `points` is its shape, empty for texts.
    """
    columns = _drawn(test, seed)
    effects = model.contributions(columns)
    strength = {name: float(np.abs(effect).mean()) for name, effect in effects.items()}
    strongest = sorted(strength, key=lambda name: -strength[name])[:_MOST_FEATURES]
    return [
        {
            "name": name,
            "zh": zh_with_unit(model.features[name]),
            "strength": strength[name],
            "factor": float(np.exp(strength[name])),
            **_shape(model, model.features[name], columns[name], effects[name]),
        }
        for name in strongest
        if strength[name] > 0
    ]


def zh_with_unit(feature: Feature) -> str:
    """The feature as a manager reads it, with its unit."""
    if not feature.unit or feature.unit in feature.zh:
        return feature.zh
    return f"{feature.zh}（{feature.unit}）"


def _drawn(test: TrainingSet, seed: int) -> dict[str, np.ndarray]:
    weight = test.examples.weight
    rows = np.arange(len(test))
    if len(rows) > _MOST_MOMENTS:
        rng = np.random.default_rng(seed)
        rows = np.sort(rng.choice(len(rows), _MOST_MOMENTS, replace=False, p=weight / weight.sum()))
    return {name: values[rows] for name, values in test.columns.items()}


def _shape(
    model: SatisfactionModel, feature: Feature, values: np.ndarray, effect: np.ndarray
) -> dict[str, Any]:
    if feature.kind == "text":
        return {"is_ordered": False, "points": []}
    if feature.kind == "category":
        labels = _levels(values, model.encoding.levels[feature.name])
        points = _points(labels, effect)
        return {"is_ordered": False, "points": sorted(points, key=lambda point: -point["effect"])}
    return {"is_ordered": True, "points": _points(_bins(feature, values), effect)}


def _points(labels: "pd.Series[Any]", effect: np.ndarray) -> list[dict[str, Any]]:
    """The mean effect of each label with the span of its middle four fifths, in the labels' own order."""
    by = pd.Series(effect).groupby(labels, observed=True)
    table = pd.DataFrame(
        {"n": by.size(), "effect": by.mean(), "low": by.quantile(0.1), "high": by.quantile(0.9)}
    )
    return [
        {
            "label": str(label),
            "n": int(row["n"]),
            **{name: float(row[name]) for name in ("effect", "low", "high")},
        }
        for label, row in table.iterrows()
    ]


def _levels(values: np.ndarray, own: tuple[str, ...]) -> "pd.Series[Any]":
    """The most frequent of the levels that the model knows by themselves; the rest share one label."""
    words = pd.Series(values, dtype=object)
    frequent = words[words.isin(own)].value_counts().index[: _MOST_POINTS - 2]
    named = words.where(words.isna() | words.isin(frequent), _OTHERS)
    return named.map(lambda word: _EVENT_ZH.get(word, word), na_action="ignore").fillna(_MISSING)


def _bins(feature: Feature, values: np.ndarray) -> "pd.Series[Any]":
    """Numbers by quantiles, or each by itself where there are few; each bin is named by its median."""
    known = ~np.isnan(values)
    distinct = np.unique(values[known])
    if len(distinct) <= _MOST_POINTS:
        code = np.searchsorted(distinct, values)
    else:
        edges = np.unique(np.quantile(values[known], np.linspace(0, 1, _MOST_POINTS + 1)[1:-1]))
        code = np.searchsorted(edges, values, side="left")
    names = {
        c: _value(feature, float(np.median(values[known & (code == c)]))) for c in np.unique(code[known])
    }
    labels = np.array([names[c] if k else _MISSING for c, k in zip(code, known, strict=True)], dtype=object)
    ordered = [*dict.fromkeys(names.values()), _MISSING]
    return pd.Series(pd.Categorical(labels, categories=ordered))


def _value(feature: Feature, number: float) -> str:
    if feature.name == "stage":
        return STAGE_ORDER[int(number)].zh
    if feature.unit == "是否":
        return "是" if number else "否"
    if feature.unit == "%":
        return f"{100 * number:.1f}%" if abs(number) < 0.1 else f"{100 * number:.0f}%"
    if number == round(number) or abs(number) >= 100:
        return f"{number:.0f}"
    return f"{number:.1f}" if abs(number) >= 10 else f"{number:.2g}"
