"""Who answers, and what 满意率 would be if everybody did: from the store to a report."""

import json
from dataclasses import asdict
from typing import Any

import numpy as np

from desk.answers import finite
from desk.settings import Settings
from features.history import History
from features.log import Log
from hotline.errors import QinglingError
from hotline.lifecycle import OfficialCaller
from models.metrics import auc, brier, ece
from models.response import LEAST, MOST_WEIGHT, Calls, Response, calls_of
from models.satisfaction_rate import FACTOR, corrected_rate, extreme_rates, naive_rate
from pipelines.printing import console
from store.database import open_store

_CALLER_ZH = {OfficialCaller.CITY: "市热线办", OfficialCaller.DISTRICT: "962121"}
#: A response model that ranks better than this has been told the answer by a column filled in afterwards.
_TOO_GOOD = 0.9


class NoCallbacksError(QinglingError, ValueError):
    """The data set has no callback of the office whose ratings count."""


def calls_in_store(settings: Settings) -> tuple[str, Calls]:
    """The data set's name and every round that was called back, at the time of the call."""
    store = open_store(settings.home, settings.dataset, settings.database_url)
    try:
        frames = store.frames()
        history = History.of(Log.of(frames, store.attributes()))
        return store.dataset, calls_of(history, frames["callbacks"]["happened_at"].to_numpy())
    finally:
        store.close()


def run(settings: Settings, factor: float, as_json: bool) -> None:
    """Print who answers and the rates, as tables in Chinese or as one JSON object."""
    dataset, calls = calls_in_store(settings)
    report = response_report(dataset, calls, factor)
    if as_json:
        print(json.dumps(finite(report), ensure_ascii=False))
    else:
        _print(report)


def response_report(dataset: str, calls: Calls, factor: float = FACTOR) -> dict[str, Any]:
    """Who answers, overall and by channel, and the rates with their intervals.

    The model's figures and `corrected` are None where who answers cannot be told. Raises NoCallbacksError.
    """
    if not len(calls):
        raise NoCallbacksError("no callback of the office whose ratings count; ingest callbacks first")
    response = Response.learn(calls)
    corrected = corrected_rate(response, factor)
    worst, best = extreme_rates(calls)
    return {
        "dataset": dataset,
        "caller": calls.frame.chronicle.log.label_caller.value,
        "total": _answers(response, np.ones(len(calls), dtype=bool)),
        "channels": [
            {"channel": channel, **_answers(response, calls.channel == channel)}
            for channel in sorted(set(calls.channel.tolist()), key=str)
        ],
        "cut_share": float((response.weight >= MOST_WEIGHT).mean()),
        "naive": asdict(naive_rate(calls)),
        "corrected": asdict(corrected) if corrected else None,
        "worst": asdict(worst),
        "best": asdict(best),
    }


def _answers(response: Response, rows: np.ndarray) -> dict[str, Any]:
    """Rounds called, somebody reached, and rated; and how the chances fit that, learnt from other orders."""
    rated, chance = response.calls.is_rated[rows], response.chance
    counts = {
        "called": int(rows.sum()),
        "reached": int(response.calls.is_reached[rows].sum()),
        "rated": int(rated.sum()),
        "rated_share": float(rated.mean()),
    }
    figures = {"auc": auc, "brier": brier, "ece": ece}
    if chance is None:
        return counts | dict.fromkeys(figures)
    return counts | {name: figure(rated, chance[rows]) for name, figure in figures.items()}


def _print(report: dict[str, Any]) -> None:
    from rich.table import Table

    out, total = console(), report["total"]
    caller = _CALLER_ZH[OfficialCaller(report["caller"])]
    out.print(f"{report['dataset']} · {caller}回访 {total['called']:,} 轮 · 有评价 {total['rated']:,} 轮")
    answers = Table("渠道", "回访轮次", "接通", "有评价", "评价率", "应答模型 AUC", "Brier", "ECE")
    for row in [*report["channels"], {"channel": "合计", **total}]:
        counts = (f"{row[name]:,}" for name in ("called", "reached", "rated"))
        figures = (_figure(row[name]) for name in ("auc", "brier", "ece"))
        answers.add_row(row["channel"] or "未注明", *counts, f"{row['rated_share']:.1%}", *figures)
    out.print(answers)
    rates = Table("满意率", "数值", "区间")
    for name, value, interval in _rates(report):
        rates.add_row(name, value, f"{interval['low']:.1%} – {interval['high']:.1%}")
    out.print(rates)
    for sentence in plain_words(report):
        out.print(f"· {sentence}")


def _figure(value: float | None) -> str:
    """Three decimals; a dash where nothing could be told."""
    return "–" if value is None or np.isnan(value) else f"{value:.3f}"


def _rates(report: dict[str, Any]) -> list[tuple[str, str, dict[str, float]]]:
    """The rates as rows: what it is, its value, its interval."""
    naive, corrected = report["naive"], report["corrected"]
    rows = [("只算有评价的（现行口径）", f"{naive['value']:.1%}", naive["interval"])]
    if corrected:
        rate, factor = corrected["rate"], corrected["factor"]
        rows.append(("校正后：全部回访对象", f"{rate['value']:.1%}", rate["interval"]))
        rows.append(
            (f"再考虑心情：同样情形下，沉默者任一评价的占比最多相差 {factor:g} 倍", "", corrected["allowing"])
        )
    if report["total"]["rated"] < report["total"]["called"]:
        ends = {"low": report["worst"]["interval"]["low"], "high": report["best"]["interval"]["high"]}
        rows.append(("不作任何假设：沉默者全不满意 – 全满意", "", ends))
    return rows


def plain_words(report: dict[str, Any]) -> list[str]:
    """What the figures can and cannot say, for a manager."""
    corrected = report["corrected"]
    if corrected is None:
        rated, silent = report["total"]["rated"], report["total"]["called"] - report["total"]["rated"]
        return [
            f"有评价的回访 {rated} 轮，无评价的 {silent} 轮；两者各至少要来自 {LEAST} 件工单，才能估计谁会作答。",
            "满意率因此未作校正，训练权重一律为 1；不作答的人怎么想，这份数据说不出来。",
        ]
    shift = corrected["shift"]
    low, high, size = shift["interval"]["low"], shift["interval"]["high"], abs(shift["value"]) * 100
    if low <= 0 <= high:
        first = f"校正前后相差 {size:.1f} 个百分点，在抽样误差以内：看不出现行口径因谁作答而失真。"
    else:
        side = "低" if shift["value"] > 0 else "高"
        first = f"现行口径约偏{side} {size:.1f} 个百分点：作答的人与不作答的人，工单情形本来就不同。"
    said = [
        first,
        "校正只能去掉回访之前看得见的差别（渠道、时间、小区、办理经过）。",
        f"不作答若出于心情，数据里看不出来，只能给区间：{corrected['factor']:g} 倍是假定，不是算出来的。",
        "作答的可能性只用于校正指标，不用于给工单排序。",
    ]
    if report["total"]["auc"] > _TOO_GOOD:
        said.append("应答模型准得反常：请查是否有哪一列是回访之后才填的。")
    return said
