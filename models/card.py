"""The model card: what a model learnt from, how well it does on later orders, and what it cannot do."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from hotline.calendar import SHANGHAI, from_micros
from hotline.lifecycle import OfficialCaller, Stage
from hotline.origin import Origin
from hotline.satisfaction import LEVELS_ZH
from models.backtest import Training
from models.card_features import top_features
from models.card_figures import GROUPS_ZH, Moments, gains, label_lag, reliability, slices
from models.card_limits import limits
from models.judgement import Judgement
from models.metrics import auc
from models.satisfaction_model import SatisfactionModel, Span

#: The model itself, the logistic regression beside it, the champion: as a card names them.
MODEL, BASELINE, CHAMPION = "本模型", "逻辑回归", "在用模型"
_CALLER_ZH = {OfficialCaller.CITY.value: "市热线办", OfficialCaller.DISTRICT.value: "962121"}


@dataclass(frozen=True, eq=False)
class Champion:
    """The model in service beside the one on the card.

    said: its P(不满意) at the moments of the judgement, NaN where it may have learnt from the order
    """

    version: str
    said: np.ndarray


@dataclass(frozen=True)
class Source:
    """What a card has to know of the data besides what training saw.

    origins: as the descriptions declared them
    orders : in the data set; of the official callbacks, `called` were made and `rated` brought a rating
    """

    origins: Collection[Origin]
    orders: int
    called: int
    rated: int


def card_of(
    training: Training,
    source: Source,
    champion: Champion | None,
    made_of: Mapping[str, Any],
    written_at: datetime,
) -> dict[str, Any]:
    """Every figure of a training's card, as plain numbers and words; nothing in it tells of one order.

    `made_of` is the provenance of the run: its fingerprints by name.
    """
    model, judged, told = training.model, training.judgement, training.report
    card: dict[str, Any] = {
        "written_at": written_at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M"),
        "origin": origin_of(source.origins).value,
        "is_mixed": len(source.origins) > 1,
        "dataset": model.span.dataset,
        "model": _method(model),
        "trees_share": model.trees_share,
        "label_caller": _CALLER_ZH[model.span.label_caller],
        "span": _span(model.span),
        "like_span": _span(training.like.span),
        "test": _test(judged),
        "levels": _levels(model),
        "verdict": told["verdict"],
        "auc": told["pooled_auc"],
        "auc_ci": told["pooled_auc_ci"],
        "prediction_set": told["prediction_set"],
        "champion": champion.version if champion else None,
        "champion_covers": _covered(judged, champion),
        "stages": _stages(judged, told["stages"], champion),
        "groups": _groups(judged, champion),
        "slices": slices(judged),
        "features": top_features(training.like, training.test),
        "lag": label_lag(judged),
        "answers": {"orders": source.orders, "called": source.called, "rated": source.rated},
        "made_of": dict(made_of),
    }
    return {**card, "limits": limits(card)}


def origin_of(origins: Collection[Origin]) -> Origin:
    """The one word for a data set: simulated if any of it is, real only if all of it was declared so.

    >>> origin_of({Origin.REAL, Origin.UNDECLARED}).value
    'undeclared'
    """
    if Origin.SIMULATED in origins:
        return Origin.SIMULATED
    return Origin.REAL if set(origins) == {Origin.REAL} else Origin.UNDECLARED


def _method(model: SatisfactionModel) -> str:
    if model.trees_share == 0.0:
        return "岭逻辑回归"
    return "提升树" if model.trees_share == 1.0 else f"提升树与岭逻辑回归混合（树占 {model.trees_share:.0%}）"


def _span(span: Span) -> dict[str, Any]:
    return {
        "orders": span.orders,
        "examples": span.examples,
        "dissatisfied": span.dissatisfied,
        "first": _day(span.first_received_at),
        "last": _day(span.last_received_at),
    }


def _test(judged: Judgement) -> dict[str, Any]:
    return {
        "orders": len(np.unique(judged.order)),
        "rounds": len(judged.last),
        "moments": len(judged),
        "dissatisfied": int(judged.is_dissatisfied[judged.last].sum()),
        "first": _day(int(judged.received_at.min())),
        "last": _day(int(judged.received_at.max())),
    }


def _day(micros: int) -> str:
    return from_micros(micros).astimezone(SHANGHAI).date().isoformat()


def _levels(model: SatisfactionModel) -> list[str]:
    """The levels that occurred where the model learnt."""
    return [
        LEVELS_ZH[0],
        *(zh for zh, v in zip(LEVELS_ZH[1:], model.levels.intercepts, strict=True) if v > -np.inf),
    ]


def _covered(judged: Judgement, champion: Champion | None) -> int:
    """How many rounds the champion can be compared on."""
    return 0 if champion is None else int((~np.isnan(champion.said[judged.last])).sum())


def _stages(judged: Judgement, told: list[dict[str, Any]], champion: Champion | None) -> list[dict[str, Any]]:
    """The report's stages with their names and, where it can be asked, the champion's AUC."""
    rows = []
    for (number, found), stage in zip(judged.first_in_stage.items(), told, strict=True):
        told_of = found if champion is None else found[~np.isnan(champion.said[found])]
        theirs = auc(judged.is_dissatisfied[told_of], champion.said[told_of]) if champion else float("nan")
        rows.append({**stage, "number": number, "zh": Stage(stage["stage"]).zh, "champion_auc": theirs})
    return rows


def _groups(judged: Judgement, champion: Champion | None) -> list[dict[str, Any]]:
    """Calibration and recall by capacity of each group of stages that occurs."""
    found = []
    for name, stages in GROUPS_ZH.items():
        moments = Moments.of(judged, stages)
        if not len(moments.rows):
            continue
        part = judged.take(moments.rows)
        scores = {MODEL: part.dissatisfied, BASELINE: part.baseline}
        group = {
            "name": name,
            "rounds": float(moments.weight.sum()),
            "base_rate": float(np.average(part.is_dissatisfied, weights=moments.weight)),
            "bins": reliability(part.is_dissatisfied, part.dissatisfied, moments.weight),
            **(gains(part.is_dissatisfied, scores, moments.weight, part.order) or {}),
            "common": _beside_champion(judged, moments, champion),
        }
        found.append(group)
    return found


def _beside_champion(judged: Judgement, moments: Moments, champion: Champion | None) -> dict[str, Any] | None:
    """Both models on the orders that the champion had not learnt from."""
    if champion is None:
        return None
    common = moments.among(~np.isnan(champion.said))
    part, theirs = judged.take(common.rows), champion.said[common.rows]
    scores = {MODEL: part.dissatisfied, CHAMPION: theirs}
    return gains(part.is_dissatisfied, scores, common.weight, part.order)
