"""The handlers' own forecasts beside the model's, at the very moments when they were written down."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from features.chronicle import Chronicle
from features.frame import OrderFrame
from features.history import History
from features.labels import labels_of
from features.training_set import compute_columns
from hotline.lifecycle import STAGE_ORDER
from hotline.satisfaction import Rating
from models.calibration import penalised_logistic, sigmoid
from models.metrics import auc, brier
from models.satisfaction_model import SatisfactionModel

#: Fewer forecasts than this, or fewer of either outcome, are not worth a row.
LEAST_FORECASTS, LEAST_OUTCOME = 60, 10
#: What a level is worth is drawn towards the overall share as if by so many forecasts more.
_PRIOR = 10.0
#: How strongly the blend's coefficients are held at the model alone.
_BLEND_PRIOR = np.array([1e-3, 5.0, 5.0])


def compare_with_handlers(
    forecasts: pd.DataFrame, history: History, model: SatisfactionModel, since: int
) -> list[dict[str, Any]]:
    """Brier and AUC of the handlers, of the model and of their blend, on forecasts written since a time.

    `model` must not have learnt from orders received since then. What a handler's level means in per cent,
    and how much it adds to the model, is learnt from the earlier half of these forecasts; the later half
    is judged, overall, by stage, and apart for those written before and after the score was seen.
    """
    told = _rated(forecasts, history, model, since)
    half = len(told) // 2
    learn, judge = told.iloc[:half], told.iloc[half:]
    if not _is_enough(learn) or not _is_enough(judge):
        return []
    judge = judge.assign(human=_human(learn, judge))
    blend = _blend(learn.assign(human=_human(learn, learn)), judge)
    judge = judge.assign(blend=blend)
    parts = [("all", "all", judge)]
    for seen, name in ((False, "before"), (True, "after")):
        apart = judge[judge["seen"] == seen]
        parts.append(("all", name, apart))
        for stage in np.unique(apart["stage"].to_numpy()).astype(int):
            parts.append((STAGE_ORDER[stage].value, name, apart[apart["stage"] == stage]))
    return [_row(stage, name, rows) for stage, name, rows in parts if _is_enough(rows)]


@dataclass(frozen=True, eq=False)
class RatedRounds:
    """Forecasts of rounds that were rated later, in the order of writing.

    rows  : which of the forecasts
    frame : their orders as known when they were written
    rating: 0–3, what came
    """

    rows: np.ndarray
    frame: OrderFrame
    rating: np.ndarray


def rated_rounds(forecasts: pd.DataFrame, chronicle: Chronicle, since: int = 0) -> RatedRounds:
    """The forecasts (`order_id`, `known_at`) of orders received since a time whose round has its rating later on."""
    number = chronicle.order_number(forecasts["order_id"].to_numpy(dtype=object))
    as_of = forecasts["known_at"].to_numpy(dtype=np.int64)
    first = chronicle.known_at[chronicle.first[np.maximum(number, 0)]]
    asked = np.flatnonzero((number >= 0) & (first >= since) & (as_of >= first))
    asked = asked[np.argsort(as_of[asked], kind="stable")]
    ids = chronicle.order_ids[number[asked]]
    frame = OrderFrame.at_times(chronicle, list(ids), as_of[asked])
    labels = labels_of(chronicle)
    place = pd.Index(labels.round_start).get_indexer(pd.Index(frame.round_start))
    known = place >= 0
    known[known] = labels.position[place[known]] > frame.position[known]
    return RatedRounds(asked[known], frame.take(np.flatnonzero(known)), labels.rating[place[known]])


def _rated(forecasts: pd.DataFrame, history: History, model: SatisfactionModel, since: int) -> pd.DataFrame:
    """Forecasts of rated rounds with the model's say at the moment."""
    told = rated_rounds(forecasts, history.chronicle, since)
    columns = compute_columns(told.frame, history, model.features)
    rows = forecasts.iloc[told.rows]
    return pd.DataFrame(
        {
            "level": rows["rating"].to_numpy(dtype=float),
            "probability": rows["probability"].to_numpy(dtype=float),
            "seen": np.nan_to_num(rows["seen_model"].to_numpy(dtype=float)) > 0,
            "stage": columns["stage"],
            "model": model.probabilities(columns)[:, 0],
            "truth": told.rating == 0,
        }
    )


def _human(learn: pd.DataFrame, judge: pd.DataFrame) -> np.ndarray:
    """P(不满意) as the handlers meant it: as written, else what their level was worth so far."""
    overall = learn["truth"].mean()
    worth = np.array([_share(learn["truth"][learn["level"] == level], overall) for level in Rating])
    level = np.nan_to_num(judge["level"].to_numpy(), nan=-1).astype(int)
    by_level = np.where(level >= 0, worth[level], overall)
    written = judge["probability"].to_numpy()
    return np.where(np.isnan(written), by_level, written)


def _share(truth: "pd.Series[bool]", overall: float) -> float:
    return float((truth.sum() + _PRIOR * overall) / (len(truth) + _PRIOR))


def _blend(learn: pd.DataFrame, judge: pd.DataFrame) -> np.ndarray:
    start = np.array([0.0, 1.0, 0.0])
    design, truth = _design(learn), learn["truth"].to_numpy()
    answer = penalised_logistic(design, truth, np.ones(len(truth)), _BLEND_PRIOR, start)
    return sigmoid(_design(judge) @ answer)


def _design(rows: pd.DataFrame) -> np.ndarray:
    return np.column_stack([np.ones(len(rows)), _logit(rows["model"]), _logit(rows["human"])])


def _logit(p: "pd.Series[float]") -> np.ndarray:
    inside = np.clip(p.to_numpy(), 1e-4, 1 - 1e-4)
    return np.asarray(np.log(inside / (1 - inside)))


def _is_enough(rows: pd.DataFrame) -> bool:
    bad = int(rows["truth"].sum())
    return len(rows) >= LEAST_FORECASTS and min(bad, len(rows) - bad) >= LEAST_OUTCOME


def _row(stage: str, seen: str, rows: pd.DataFrame) -> dict[str, Any]:
    truth = rows["truth"].to_numpy()
    found: dict[str, Any] = {
        "stage": stage,
        "score_seen": seen,
        "n": len(rows),
        "base_rate": float(truth.mean()),
    }
    for name in ("human", "model", "blend"):
        said = rows[name].to_numpy()
        found |= {f"{name}_brier": brier(truth, said), f"{name}_auc": auc(truth, said)}
    return found
