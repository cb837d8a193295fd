"""What a backtest found, as one object with every figure."""

from typing import Any

import numpy as np

from hotline.calendar import DAY, HOUR
from hotline.lifecycle import STAGE_ORDER
from models.judgement import Judgement
from models.metrics import (
    auc,
    auc_interval,
    average_precision,
    brier,
    ece,
    perfect_ece,
    ranked_probability_score,
    recall_in_riskiest,
)
from models.prediction_set import PredictionSets
from models.satisfaction_model import SatisfactionModel

#: What a perfectly calibrated model's ECE stays under in 95 of 100 draws, found by so many draws.
_PERFECT_DRAWS = 200


def report(judged: Judgement, model: SatisfactionModel, origins: int, protocol: str) -> dict[str, Any]:
    """One object with every figure; AUC intervals draw whole orders.

    `model` is the one of the last window: its name, and how many orders it learnt from, are told.
    """
    truth, p, base = judged.is_dissatisfied, judged.dissatisfied, judged.baseline
    interval = auc_interval(truth, p, judged.order)
    prefix, base_prefix = by_prefix(truth, p, judged.events), by_prefix(truth, base, judged.events)
    last = judged.take(judged.last)
    return {
        "protocol": protocol,
        "origins": origins,
        "dataset": model.span.dataset,
        "model": model.chosen,
        "n": len(truth),
        "n_orders": len(np.unique(judged.order)),
        "n_dissatisfied_orders": len(np.unique(judged.order[truth])),
        "train_orders": model.span.orders,
        "base_rate": float(truth.mean()),
        "pooled_auc": auc(truth, p),
        "pooled_auc_ci": [interval.low, interval.high],
        "weighted_auc": _weighted(prefix),
        "average_precision": average_precision(truth, p),
        "brier": brier(truth, p),
        "ece": ece(truth, p, judged.weight),
        "rps": ranked_probability_score(judged.rating, judged.probabilities, judged.weight),
        "recall_at_10pct": recall_in_riskiest(last.is_dissatisfied, last.dissatisfied),
        "lead_hours": _lead(last),
        "label_delay_days": float(np.quantile(judged.label_known_at - judged.received_at, 0.95) / DAY),
        "prediction_set": coverage(judged, model.sets),
        "stages": [
            _stage_row(STAGE_ORDER[number].value, judged.take(rows))
            for number, rows in judged.first_in_stage.items()
        ],
        "by_prefix": prefix,
        "baseline": {
            "name": "logistic",
            "pooled_auc": auc(truth, base),
            "weighted_auc": _weighted(base_prefix),
            "brier": brier(truth, base),
            "average_precision": average_precision(truth, base),
        },
        "by_origin": [
            _origin_row(judged.take(judged.window == number)) for number in np.unique(judged.window)
        ]
        if origins > 1
        else [],
        "verdict": "signal" if interval.low > 0.5 else "no usable signal",
    }


def coverage(judged: Judgement, sets: PredictionSets) -> dict[str, float]:
    """How often the prediction sets held the rating that came; each round weighs one.

    Over several windows the last model's sets are laid on all of them.
    """
    inside = sets.members(judged.probabilities)
    held = inside[np.arange(len(judged)), judged.rating]
    bad = judged.is_dissatisfied
    return {
        "stated": sets.stated,
        "coverage": float(np.average(held, weights=judged.weight)),
        "coverage_dissatisfied": float(np.average(held[bad], weights=judged.weight[bad]))
        if bad.any()
        else float("nan"),
        "mean_size": float(np.average(inside.sum(axis=1), weights=judged.weight)),
    }


def _stage_row(name: str, judged: Judgement) -> dict[str, Any]:
    truth, p = judged.is_dissatisfied, judged.dissatisfied
    interval = auc_interval(truth, p, judged.order, draws=300)
    return {
        "stage": name,
        "n": len(judged),
        "base_rate": float(truth.mean()),
        "auc": auc(truth, p),
        "auc_ci": [interval.low, interval.high],
        "baseline_auc": auc(truth, judged.baseline),
        "average_precision": average_precision(truth, p),
        "brier": brier(truth, p),
        "ece": ece(truth, p),
        "ece_perfect_95": perfect_ece(p, _PERFECT_DRAWS),
        "rps": ranked_probability_score(judged.rating, judged.probabilities),
        "recall_at_10pct": recall_in_riskiest(truth, p),
        "lead_hours": _lead(judged),
    }


def _origin_row(judged: Judgement) -> dict[str, Any]:
    truth, p = judged.is_dissatisfied, judged.dissatisfied
    return {
        "n_orders": len(np.unique(judged.order)),
        "pooled_auc": auc(truth, p),
        "baseline_pooled_auc": auc(truth, judged.baseline),
        "stages": {
            STAGE_ORDER[number].value: {
                "auc": auc(truth[found], p[found]),
                "baseline_auc": auc(truth[found], judged.baseline[found]),
            }
            for number, found in judged.first_in_stage.items()
        },
    }


def by_prefix(truth: np.ndarray, score: np.ndarray, events: np.ndarray) -> list[dict[str, Any]]:
    """The AUC at each number of known events."""
    rows = []
    for number in np.unique(events):
        found = events == number
        rows.append({"events": int(number), "n": int(found.sum()), "auc": auc(truth[found], score[found])})
    return rows


def _weighted(prefix: list[dict[str, Any]]) -> float:
    """AUC per prefix length, averaged by the number of test prefixes; lengths with one class left out."""
    told = [(row["auc"], row["n"]) for row in prefix if not np.isnan(row["auc"])]
    return float(np.average([a for a, _ in told], weights=[n for _, n in told])) if told else float("nan")


def _lead(judged: Judgement) -> float | None:
    """Median hours left to the callback among the dissatisfied orders in the riskiest tenth."""
    score = judged.dissatisfied
    riskiest = np.argsort(-score, kind="stable")[: max(1, round(0.1 * len(score)))]
    hit = riskiest[judged.is_dissatisfied[riskiest]]
    left = (judged.label_known_at - judged.as_of)[hit]
    return float(np.median(left) / HOUR) if len(hit) else None
