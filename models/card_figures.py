"""What a card shows of a judgement: calibration, recall by capacity, slices, and how long ratings take."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from hotline.calendar import DAY
from hotline.lifecycle import STAGE_ORDER, Stage
from models.audit.separation import wilson
from models.judgement import Judgement
from models.metrics import Interval, auc, auc_interval

#: Shares of the orders that desks might be able to call.
CAPACITIES = (0.05, 0.10, 0.20)
#: Slices with fewer rated rounds are shown as too small to speak of.
LEAST_IN_SLICE = 30
SLICES_ZH = {
    "street": "街镇",
    "company": "物业企业",
    "community": "小区",
    "category": "事项类别",
    "source": "来源渠道",
    "estate_age": "房龄（年）",
}
_CLOSED, _AWAITING = STAGE_ORDER.index(Stage.CLOSED), STAGE_ORDER.index(Stage.AWAITING_CALLBACK)
#: The stages between which a card tells apart: while something can be done, when it is done, and after.
GROUPS_ZH = {
    "办理中": tuple(n for n in range(len(STAGE_ORDER)) if n not in (_CLOSED, _AWAITING)),
    "刚办结": (_CLOSED,),
    "待回访": (_AWAITING,),
}
_Z = 1.96
_BINS, _LEAST_IN_BIN = 10, 20
_DRAWS, _SLICE_DRAWS = 300, 200
#: Where a gain curve is drawn.
_SHARES = np.linspace(0.0, 1.0, 51)


@dataclass(frozen=True, eq=False)
class Moments:
    """Some moments of a judgement, the first in each stage of a group; a round's weigh one together.

    rows  : which moments of the judgement
    weight: of each
    """

    rows: np.ndarray
    weight: np.ndarray

    @classmethod
    def of(cls, judged: Judgement, stages: tuple[int, ...]) -> "Moments":
        """The moments in these stages (by number)."""
        found = [rows for stage, rows in judged.first_in_stage.items() if stage in stages]
        rows = np.sort(np.concatenate(found)) if found else np.empty(0, dtype=np.int64)
        rounds = pd.DataFrame({"order": judged.order[rows], "round": judged.round_start[rows]})
        counts = rounds.groupby(["order", "round"])["order"].transform("size").to_numpy()
        return cls(rows, 1.0 / counts)

    def among(self, wanted: np.ndarray) -> "Moments":
        """Those that are wanted (a mask over the judgement)."""
        keep = wanted[self.rows]
        return Moments(self.rows[keep], self.weight[keep])


def reliability(truth: np.ndarray, p: np.ndarray, weight: np.ndarray) -> list[dict[str, float]]:
    """Bins of equal weight, ten where rounds suffice: mean P(不满意), the share that came, its interval.

    `n` is the weight in the bin: so many rounds.
    """
    if not len(p):
        return []
    bins = int(np.clip(weight.sum() // _LEAST_IN_BIN, 1, _BINS))
    order = np.argsort(p, kind="stable")
    truth, p, weight = truth[order], p[order], weight[order]
    bin_of = np.minimum((np.cumsum(weight) / weight.sum() * bins - 1e-9).astype(int), bins - 1)
    n = np.bincount(bin_of, weight, minlength=bins)
    hits = np.bincount(bin_of, weight * truth, minlength=bins)
    foretold = np.bincount(bin_of, weight * p, minlength=bins)
    full = n > 0
    n, hits, foretold = n[full], hits[full], foretold[full]
    low, high = wilson(hits, n, _Z)
    table = pd.DataFrame({"n": n, "foretold": foretold / n, "came": hits / n, "low": low, "high": high})
    return _records(table)


class Gains:
    """How much of the dissatisfied weight stands in the riskiest share, for any weights of the moments.

    Equal scores are taken in part, as if drawn by lot.
    """

    def __init__(self, truth: np.ndarray, score: np.ndarray) -> None:
        self._sequence = np.argsort(-score, kind="stable")
        self._last = np.append(np.flatnonzero(np.diff(score[self._sequence])), len(score) - 1)
        self._truth = truth[self._sequence]

    def recall(self, weight: np.ndarray, shares: np.ndarray) -> np.ndarray:
        """The recall at each share (0–1); NaN where nobody is dissatisfied."""
        weight = weight[self._sequence]
        seen = np.cumsum(weight)[self._last]
        hits = np.cumsum(weight * self._truth)[self._last]
        if hits[-1] <= 0:
            return np.full(len(shares), np.nan)
        found: np.ndarray = np.interp(
            shares * seen[-1], np.concatenate([[0], seen]), np.concatenate([[0], hits])
        )
        return found / hits[-1]


def gains(
    truth: np.ndarray,
    scores: Mapping[str, np.ndarray],
    weight: np.ndarray,
    order: np.ndarray,
    seed: int = 0,
) -> dict[str, dict[str, Any]] | None:
    """For each score its curve, and recall at each of `CAPACITIES` with the interval over whole orders.

    `lead` is how much more the first score finds than each other, paired, with its interval. None without
    moments.
    """
    if not len(truth):
        return None
    ranked = {name: Gains(truth, score) for name, score in scores.items()}
    capacities = np.array(CAPACITIES)
    group = np.unique(order, return_inverse=True)[1]
    size, rng = int(group.max()) + 1, np.random.default_rng(seed)
    drawn: dict[str, list[np.ndarray]] = {name: [] for name in scores}
    for _ in range(_DRAWS):
        times = np.bincount(rng.integers(size, size=size), minlength=size)[group]
        for name, gain in ranked.items():
            drawn[name].append(gain.recall(weight * times, capacities))
    draws = {name: np.array(rows) for name, rows in drawn.items()}
    first, *others = scores
    at = {name: gain.recall(weight, capacities) for name, gain in ranked.items()}
    base = float(np.average(truth, weights=weight))
    return {
        "scores": {
            name: {
                "curve": gain.recall(weight, _SHARES).tolist(),
                "recall": _with_intervals(at[name], draws[name]),
                "hit_share": (at[name] * base / capacities).tolist(),
            }
            for name, gain in ranked.items()
        },
        "lead": {name: _with_intervals(at[first] - at[name], draws[first] - draws[name]) for name in others},
    }


def _with_intervals(values: np.ndarray, draws: np.ndarray) -> list[dict[str, float]]:
    kept = draws[~np.isnan(draws).any(axis=1)]
    low, high = np.quantile(kept, [0.025, 0.975], axis=0) if len(kept) else np.full((2, len(values)), np.nan)
    return _records(pd.DataFrame({"value": values, "low": low, "high": high}))


def slices(judged: Judgement) -> list[dict[str, Any]]:
    """The last moments before the rating by street, company and so on; what nobody told is left out."""
    last = judged.take(judged.last)
    found = []
    for name, zh in SLICES_ZH.items():
        words = pd.Series(last.slices[name] if name in last.slices else [None] * len(last), dtype=object)
        if words.notna().any():
            rows = [
                _slice_row(str(word), last.take(np.asarray(places)))
                for word, places in words.groupby(words).indices.items()
            ]
            rows.sort(key=lambda row: (-row["n"], row["name"]))
            found.append({"zh": zh, "unknown": int(words.isna().sum()), "rows": rows})
    return found


def _slice_row(name: str, judged: Judgement) -> dict[str, Any]:
    """One slice; the AUC of a small one has no interval, for it has no meaning."""
    truth, p = judged.is_dissatisfied, judged.dissatisfied
    is_small = len(truth) < LEAST_IN_SLICE
    low, high = wilson(np.array([truth.sum()]), np.array([len(truth)]), _Z)
    nothing = Interval(float("nan"), float("nan"))
    interval = nothing if is_small else auc_interval(truth, p, judged.order, draws=_SLICE_DRAWS)
    return {
        "name": name,
        "n": len(truth),
        "is_small": is_small,
        "came": float(truth.mean()),
        "low": float(low[0]),
        "high": float(high[0]),
        "foretold": float(p.mean()),
        "is_off": bool(not is_small and not low[0] <= p.mean() <= high[0]),
        "auc": auc(truth, p),
        "auc_low": interval.low,
        "auc_high": interval.high,
    }


def label_lag(judged: Judgement) -> dict[str, Any]:
    """Days from an order's receipt until its rating was known: quantiles, and the curve to draw."""
    last = judged.last
    days = (judged.label_known_at - judged.received_at)[last] / DAY
    half, most, nearly_all = np.quantile(days, [0.5, 0.8, 0.95])
    shares = np.linspace(0.0, 0.99, 34)
    return {
        "p50": float(half),
        "p80": float(most),
        "p95": float(nearly_all),
        "shares": shares.tolist(),
        "days": np.quantile(days, shares).tolist(),
    }


def _records(table: pd.DataFrame) -> list[dict[str, float]]:
    return [{str(name): float(value) for name, value in row.items()} for row in table.to_dict("records")]
