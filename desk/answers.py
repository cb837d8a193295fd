"""A score as one JSON object: the same from the command line and over HTTP."""

from collections.abc import Mapping
from typing import Any

from hotline.prediction import Prediction, Reason

LEVELS = ("dissatisfied", "fair", "mostly_satisfied", "satisfied")


def prediction_json(prediction: Prediction) -> dict[str, Any]:
    """A prediction with its band, stage and reasons in words."""
    return {
        "order_id": prediction.order_id,
        "as_of": prediction.as_of.isoformat(),
        "stage": prediction.stage.value,
        "stage_zh": prediction.stage.zh,
        "probabilities": dict(zip(LEVELS, prediction.probabilities, strict=True)),
        "prediction_set": [LEVELS[level] for level in prediction.reckon_with],
        "dissatisfied": prediction.dissatisfied,
        "expected_loss": prediction.expected_loss,
        "band": prediction.band.value,
        "band_zh": prediction.band.zh,
        "reasons": [_reason(reason) for reason in prediction.reasons],
        "model_version": prediction.model_version,
    }


def finite(value: Any) -> Any:
    """The same with NaN and infinities as null, as JSON wants it."""
    if isinstance(value, Mapping):
        return {name: finite(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [finite(inner) for inner in value]
    return None if isinstance(value, float) and value - value != 0 else value


def _reason(reason: Reason) -> dict[str, Any]:
    return {
        "feature": reason.feature,
        "zh": reason.zh,
        "value": reason.value,
        "effect": reason.effect,
        "direction": "up" if reason.raises else "down",
    }
