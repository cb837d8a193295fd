"""A candidate and the champion on the orders that neither had learnt from: what a page draws of both."""

from typing import Any

import numpy as np

from hotline.lifecycle import STAGE_ORDER
from models.card import CHAMPION, MODEL
from models.card_figures import gains, reliability
from models.comparison import Difference, Pairs, compare, compare_auc
from models.judgement import Judgement
from models.metrics import auc, auc_interval

_DRAWS = 300
#: A stage with fewer rounds is left out: its AUC would say nothing.
_LEAST_IN_STAGE = 30


def side_by_side(judged: Judgement, said: np.ndarray | None, capacity: float) -> dict[str, Any]:
    """Plain numbers; without a champion (`said` is None) those of the candidate alone.

    stages     : AUC at each round's first moment in each stage
    calibration: bins at the last moment before the rating, of each model
    gains      : how much of the dissatisfied the riskiest share holds then, of each model
    differences: candidate less champion at that moment, paired
    """
    known = np.ones(len(judged), dtype=bool) if said is None else ~np.isnan(said)
    last = judged.last[known[judged.last]]
    truth, order = judged.is_dissatisfied[last], judged.order[last]
    scores = {MODEL: judged.dissatisfied[last]} | ({} if said is None else {CHAMPION: said[last]})
    weight = np.ones(len(last))
    return {
        "rounds": len(last),
        "dissatisfied": int(truth.sum()),
        "stages": _stages(judged, said, known),
        "calibration": {name: reliability(truth, p, weight) for name, p in scores.items()},
        "gains": gains(truth, scores, weight, order) if truth.any() else None,
        "differences": [] if said is None else [_row(d) for d in _differences(judged, said, capacity)],
    }


def _stages(judged: Judgement, said: np.ndarray | None, known: np.ndarray) -> list[dict[str, Any]]:
    rows = []
    for number, found in judged.first_in_stage.items():
        found = found[known[found]]
        truth = judged.is_dissatisfied[found]
        if len(found) < _LEAST_IN_STAGE or truth.all() or not truth.any():
            continue
        row: dict[str, Any] = {
            "stage": STAGE_ORDER[number].value,
            "n": len(found),
            "dissatisfied": int(truth.sum()),
        }
        row |= _auc("", truth, judged.dissatisfied[found], judged.order[found])
        if said is not None:
            row |= _auc("champion_", truth, said[found], judged.order[found])
        rows.append(row)
    return rows


def _auc(prefix: str, truth: np.ndarray, p: np.ndarray, order: np.ndarray) -> dict[str, float]:
    interval = auc_interval(truth, p, order, draws=_DRAWS)
    return {
        f"{prefix}auc": auc(truth, p),
        f"{prefix}low": interval.low,
        f"{prefix}high": interval.high,
    }


def _differences(judged: Judgement, said: np.ndarray, capacity: float) -> list[Difference]:
    pairs = Pairs.of(judged, said)
    if not len(pairs) or pairs.truth.all() or not pairs.truth.any():
        return []
    return [compare_auc(pairs), *compare(pairs, capacity)]


def _row(difference: Difference) -> dict[str, Any]:
    return {**vars(difference), "name": difference.name.split(" ")[0]}
