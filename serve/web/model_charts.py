"""The drawings of the model page: of both models where they were compared, else of the champion by its card."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from desk.promotion.words import percent
from hotline.lifecycle import Stage
from models.card import CHAMPION, MODEL
from models.card_charts import gain_chart, reach_of, reliability_chart, stage_chart
from models.card_figures import CAPACITIES
from serve.web.model_view import ModelView

_AUC = "AUC：任取一件不满意和一件没有不满意的，把前者排得更高的可能；0.5（虚线）等于抛硬币。横线是95%区间"
_CALIBRATED = "点落在斜线上就是说几成便是几成；竖线是实际占比的95%区间。{}组，每组约{:,.0f}次回访。"
_GAINS = "先给最有风险的工单打电话，能找到全部不满意中的多少；斜线是随便抽"
_STAGE_ZH = {stage.value: stage.zh for stage in Stage}


@dataclass(frozen=True)
class Drawn:
    """A drawing, what it means, and figures below it: rows of words, the first the head."""

    title: str
    told: str
    drawing: Markup
    rows: tuple[tuple[str, ...], ...] = ()


def drawings(view: ModelView) -> list[Drawn]:
    """What can be drawn."""
    if view.shown:
        return list(_of_both(view.shown["figures"], *view.names))
    if view.candidate is None and view.champion and view.champion.card:
        return list(_of_one(view.champion.card))
    return []


def _of_both(figures: Mapping[str, Any], newer: str, older: str) -> Iterator[Drawn]:
    names = {MODEL: newer, CHAMPION: older}
    is_both = CHAMPION in figures["calibration"]
    stages = [{**row, "zh": _STAGE_ZH[row["stage"]]} for row in figures["stages"]]
    if stages:
        told = f"{_AUC}；实心是{newer}，空心是{older}。" if is_both else f"{_AUC}。"
        yield Drawn("各阶段的排序能力", told, stage_chart(stages))
    calibration = {kind: bins for kind, bins in figures["calibration"].items() if bins}
    reach = max(map(reach_of, calibration.values()), default=0.0)
    for kind, bins in calibration.items():
        yield _calibrated(names[kind], bins, reach)
    if gains := figures["gains"]:
        told = f"{_GAINS}，实线是{newer}，点线是{older}。" if is_both else f"{_GAINS}。"
        yield _gains(told, gains["scores"], names)


def _of_one(card: Mapping[str, Any]) -> Iterator[Drawn]:
    stages = [
        {**row, "low": row["auc_ci"][0], "high": row["auc_ci"][1], "champion_auc": None}
        for row in card["stages"]
        if row["auc"] == row["auc"] and row["auc_ci"][0] == row["auc_ci"][0]
    ]
    if stages:
        yield Drawn("各阶段的排序能力", f"{_AUC}。", stage_chart(stages))
    for group in card["groups"]:
        if group["bins"]:
            yield _calibrated(group["name"], group["bins"], reach_of(group["bins"]))
    if card["groups"] and (scores := card["groups"][0].get("scores")):
        yield _gains(f"{_GAINS}。{card['groups'][0]['name']}的工单。", scores, {MODEL: "现用"})


def _calibrated(name: str, bins: Sequence[Mapping[str, float]], reach: float) -> Drawn:
    told = _CALIBRATED.format(len(bins), bins[0]["n"])
    return Drawn(f"说几成是不是就几成：{name}", told, reliability_chart(bins, reach))


def _gains(told: str, scores: Mapping[str, Any], names: Mapping[str, str]) -> Drawn:
    shown = {names[kind]: score for kind, score in scores.items() if kind in names}
    rows = [("打几成，随便抽就找到几成", *(f"{name}找到" for name in shown))]
    for place, share in enumerate(CAPACITIES):
        recalls = (score["recall"][place] for score in shown.values())
        rows.append((percent(share), *map(_with_interval, recalls)))
    curves = {name: score["curve"] for name, score in shown.items()}
    return Drawn("电话打得了几成，能找到多少", told, gain_chart(curves), tuple(rows))


def _with_interval(recall: Mapping[str, float]) -> str:
    return f"{percent(recall['value'])}（{percent(recall['low'])}到{percent(recall['high'])}）"
