"""How the champion's scores turned out where ratings have come since: whether what it says still holds."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from hotline.calendar import to_micros
from hotline.satisfaction import Rating
from models.audit.separation import wilson
from models.handlers import LEAST_FORECASTS, LEAST_OUTCOME
from models.metrics import Interval, auc, auc_interval
from models.registry import Registered
from store.connection import reading
from store.database import Store
from store.rated_scores import rated_scores

#: So far back ratings are looked at: long enough for labels that come late.
DAYS = 60
_Z = 1.96


@dataclass(frozen=True)
class Lately:
    """The orders that this version scored and that were rated afterwards, within `DAYS`.

    foretold, came : mean P(不满意) at the last score, and the share that ended so, with its interval
    auc            : None where there are too few to tell
    """

    version: str
    rated: int
    dissatisfied: int
    foretold: float = float("nan")
    came: Interval | None = None
    auc: float | None = None
    auc_interval: Interval | None = None


def lately(store: Store, champion: Registered, now: datetime) -> Lately:
    """What came of the champion's scores, as known at a moment."""
    until, since = to_micros(now), to_micros(now - timedelta(days=DAYS))
    caller, version = champion.model.label_caller, champion.version
    with reading(store.engine) as connection:
        found = rated_scores(connection, caller, version, since, until)
    truth = found["rating"].to_numpy() == Rating.DISSATISFIED
    counted = Lately(version, len(truth), int(truth.sum()))
    if len(truth) < LEAST_FORECASTS or min(truth.sum(), (~truth).sum()) < LEAST_OUTCOME:
        return counted
    risk = found["risk"].to_numpy(dtype=float)
    low, high = wilson(np.array([truth.sum()]), np.array([len(truth)]), _Z)
    return Lately(
        version,
        counted.rated,
        counted.dissatisfied,
        float(risk.mean()),
        Interval(float(low[0]), float(high[0])),
        auc(truth, risk),
        auc_interval(truth, risk, np.arange(len(truth))),
    )


def lately_sentences(told: Lately) -> Iterator[str]:
    """The same in plain Chinese."""
    if not told.rated:
        yield f"近{DAYS}天里，还没有第{told.version}版打过分、之后又有了评价的工单。"
        return
    counts = f"近{DAYS}天里，第{told.version}版打过分、之后有了评价的工单{told.rated:,}件，其中不满意{told.dissatisfied:,}件"
    if told.came is None or told.auc is None or told.auc_interval is None:
        yield f"{counts}：还看不出。至少要{LEAST_FORECASTS}件，不满意和其余的各不少于{LEAST_OUTCOME}件。"
        return
    yield f"{counts}。"
    came = told.dissatisfied / told.rated
    yield (
        f"它最后一次说的不满意可能平均{told.foretold:.1%}，实际{came:.1%}"
        f"（95%区间{told.came.low:.1%}到{told.came.high:.1%}）：{_level(told.foretold, told.came)}。"
    )
    yield (
        f"排序能力AUC {told.auc:.3f}（95%区间{told.auc_interval.low:.3f}到{told.auc_interval.high:.3f}）。"
        "联系过的工单可能因此没有评不满意，所以这里的数会比训练时检验的偏低。"
    )


def _level(foretold: float, came: Interval) -> str:
    if foretold < came.low:
        return "说低了，请数据分析人员重新训练"
    return "说高了；联系补救有效也会如此" if foretold > came.high else "对得上"
