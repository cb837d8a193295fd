"""What a backtest found, as one object with every figure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from features.training_set import Examples
from hotline.calendar import DAY, HOUR
from hotline.lifecycle import STAGE_ORDER
from models.metrics import (
    auc,
    auc_interval,
    average_precision,
    brier,
    ece,
    ranked_probability_score,
    recall_in_riskiest,
)
from models.satisfaction_model import SatisfactionModel


@dataclass(frozen=True, eq=False)
class Judged:
    """A model's probabilities on the moments of one test window."""

    model: SatisfactionModel
    examples: Examples
    stage: np.ndarray
    probabilities: np.ndarray
    baseline: np.ndarray
    is_closed: np.ndarray


def report(judged: Sequence[Judged], origins: int, protocol: str) -> dict[str, Any]:
    """One object with every figure; AUC intervals draw whole orders."""
    truth = np.concatenate([j.examples.is_dissatisfied for j in judged])
    p = np.concatenate([j.probabilities for j in judged])
    base = np.concatenate([j.baseline for j in judged])
    order = np.concatenate([j.examples.frame.order for j in judged])
    events = np.concatenate([j.examples.events for j in judged])
    rating = np.concatenate([j.examples.rating for j in judged])
    weight = np.concatenate([j.examples.weight for j in judged])
    stage = np.concatenate([j.stage for j in judged])
    as_of = np.concatenate([j.examples.frame.as_of for j in judged])
    label_at = np.concatenate([j.examples.label_known_at for j in judged])
    received_at = np.concatenate([j.examples.received_at for j in judged])
    window = np.concatenate([np.full(len(j.examples), n) for n, j in enumerate(judged)])
    interval = auc_interval(truth, p[:, 0], order)
    entry = _entries(order, stage, window)
    prefix = by_prefix(truth, p[:, 0], events)
    base_prefix = by_prefix(truth, base, events)
    bad_orders = len(np.unique(order[truth]))
    return {
        "protocol": protocol,
        "origins": origins,
        "dataset": judged[-1].model.span.dataset,
        "model": judged[-1].model.chosen,
        "n": len(truth),
        "n_orders": len(np.unique(order)),
        "n_dissatisfied_orders": bad_orders,
        "train_orders": judged[-1].model.span.orders,
        "base_rate": float(truth.mean()),
        "pooled_auc": auc(truth, p[:, 0]),
        "pooled_auc_ci": [interval.low, interval.high],
        "weighted_auc": _weighted(prefix),
        "average_precision": average_precision(truth, p[:, 0]),
        "brier": brier(truth, p[:, 0]),
        "ece": ece(truth, p[:, 0], weight),
        "rps": ranked_probability_score(rating, p, weight),
        "recall_at_10pct": recall_in_riskiest(truth[entry["last"]], p[entry["last"], 0]),
        "lead_hours": _lead(truth[entry["last"]], p[entry["last"], 0], (label_at - as_of)[entry["last"]]),
        "label_delay_days": float(np.quantile(label_at - received_at, 0.95) / DAY),
        "stages": [
            _stage_row(STAGE_ORDER[number].value, rows, truth, p, base, rating, order, label_at - as_of)
            for number, rows in entry["stages"].items()
        ],
        "by_prefix": prefix,
        "baseline": {
            "name": "logistic",
            "pooled_auc": auc(truth, base),
            "weighted_auc": _weighted(base_prefix),
            "brier": brier(truth, base),
            "average_precision": average_precision(truth, base),
        },
        "by_origin": [_origin_row(j) for j in judged] if origins > 1 else [],
        "verdict": "signal" if interval.low > 0.5 else "no usable signal",
    }


def _entries(order: np.ndarray, stage: np.ndarray, window: np.ndarray) -> dict[str, Any]:
    """One row an order and stage (its first there), and one row an order (its last)."""
    key = (window * (order.max() + 1) + order).astype(np.int64)
    last = len(key) - 1 - np.unique(key[::-1], return_index=True)[1]
    stages = {}
    for number in np.unique(stage):
        rows = np.flatnonzero(stage == number)
        stages[int(number)] = rows[np.unique(key[rows], return_index=True)[1]]
    return {"last": last, "stages": stages}


def _stage_row(
    name: str,
    rows: np.ndarray,
    truth: np.ndarray,
    p: np.ndarray,
    base: np.ndarray,
    rating: np.ndarray,
    order: np.ndarray,
    lead: np.ndarray,
) -> dict[str, Any]:
    interval = auc_interval(truth[rows], p[rows, 0], order[rows], draws=300)
    return {
        "stage": name,
        "n": len(rows),
        "base_rate": float(truth[rows].mean()),
        "auc": auc(truth[rows], p[rows, 0]),
        "auc_ci": [interval.low, interval.high],
        "baseline_auc": auc(truth[rows], base[rows]),
        "average_precision": average_precision(truth[rows], p[rows, 0]),
        "brier": brier(truth[rows], p[rows, 0]),
        "ece": ece(truth[rows], p[rows, 0]),
        "rps": ranked_probability_score(rating[rows], p[rows]),
        "recall_at_10pct": recall_in_riskiest(truth[rows], p[rows, 0]),
        "lead_hours": _lead(truth[rows], p[rows, 0], lead[rows]),
    }


def _origin_row(judged: Judged) -> dict[str, Any]:
    truth, p = judged.examples.is_dissatisfied, judged.probabilities[:, 0]
    rows = _entries(judged.examples.frame.order, judged.stage, np.zeros(len(truth)))["stages"]
    return {
        "n_orders": len(np.unique(judged.examples.frame.order)),
        "model": judged.model.chosen,
        "pooled_auc": auc(truth, p),
        "baseline_pooled_auc": auc(truth, judged.baseline),
        "stages": {
            STAGE_ORDER[number].value: {
                "auc": auc(truth[found], p[found]),
                "baseline_auc": auc(truth[found], judged.baseline[found]),
            }
            for number, found in rows.items()
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


def _lead(truth: np.ndarray, score: np.ndarray, lead: np.ndarray) -> float | None:
    """Median hours left to the callback among the dissatisfied orders in the riskiest tenth."""
    riskiest = np.argsort(-score, kind="stable")[: max(1, round(0.1 * len(score)))]
    hit = riskiest[truth[riskiest]]
    return float(np.median(lead[hit]) / HOUR) if len(hit) else None
