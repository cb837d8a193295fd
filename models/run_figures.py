"""What the run of a training says in parameters and figures."""

from collections.abc import Mapping
from typing import Any

from models.satisfaction_model import SatisfactionModel


def parameters_of(model: SatisfactionModel) -> dict[str, Any]:
    """What a model learnt from and what it became, as parameters of its run."""
    span = model.span
    return {
        "dataset": span.dataset,
        "estimator": model.chosen,
        "trees_share": model.trees_share,
        "trees": model.trees.trees if model.trees else 0,
        "features": len(model.features),
        "feature_fingerprint": model.features.fingerprint,
        "train_orders": span.orders,
        "train_examples": span.examples,
        "train_dissatisfied": span.dissatisfied,
        "first_received_at": span.first_received_at,
        "last_received_at": span.last_received_at,
    }


def metrics_of(report: Mapping[str, Any]) -> dict[str, float]:
    """The report's numbers under plain names; those that are none are left out."""
    found = {name: value for name, value in report.items() if isinstance(value, float)}
    for stage in report["stages"]:
        found |= {f"{stage['stage']}_{n}": v for n, v in stage.items() if isinstance(v, float)}
    found |= {f"baseline_{n}": v for n, v in report["baseline"].items() if isinstance(v, float)}
    return {name: value for name, value in found.items() if value == value}
