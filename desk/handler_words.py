"""Handlers against the model in plain Chinese: the same on the page and from the command."""

from collections.abc import Iterator, Mapping
from typing import Any

from desk.handler_forecasts import DAYS, HandlersBeside, Measured
from desk.promotion.words import MINUS
from models.handlers import LEAST_FORECASTS, LEAST_OUTCOME

_HOW = (
    "每十件工单随机抽一件，先请经办人预判，再显示模型的分数：没有看过分数的预判，才能与模型公平地比。"
    "两边都看经办人写下预判的那一刻，比的是之后官方回访的评价。"
)


def handler_sentences(beside: HandlersBeside) -> Iterator[str]:
    """What can be said of who foretells better, and of how it was found."""
    if beside.rated:
        yield _told(beside)
        yield (
            f"经办人说会不满意的有{beside.flagged:,}次，其中{beside.human_hits:,}次真评了不满意；"
            f"模型挑出同样多的{beside.flagged:,}次，命中{beside.model_hits:,}次。"
        )
    else:
        yield "还没有可比的预判。"
    if beside.waiting:
        yield f"另有{beside.waiting:,}次预判还没有等到评价。"
    yield _HOW


def looking_back(report: Mapping[str, Any]) -> Iterator[str]:
    """What a training's report says of forecasts in its extract that were written before a score was seen."""
    for row in report.get("handlers") or ():
        if (row["stage"], row["score_seen"]) == ("all", "before"):
            yield (
                f"训练时拿更晚的{row['n']:,}次没看过分数的预判回头比：经办人AUC {row['human_auc']:.3f}，"
                f"模型{row['model_auc']:.3f}，两者合用{row['blend_auc']:.3f}。"
            )


def _told(beside: HandlersBeside) -> str:
    counts = f"近{DAYS}天可比的回访{beside.rated:,}次，其中不满意{beside.dissatisfied:,}次"
    if beside.human is None or beside.model is None or beside.lead is None:
        return f"{counts}：还看不出。至少要{LEAST_FORECASTS}次，不满意和其余的各不少于{LEAST_OUTCOME}次。"
    return (
        f"{counts}：经办人的排序能力AUC {_with_interval(beside.human)}，模型{_with_interval(beside.model)}，"
        f"{verdict_zh(beside.lead)}（差{_with_interval(beside.lead, '+')}）。"
    )


def verdict_zh(lead: Measured) -> str:
    """What the interval of the model's lead allows to say.

    >>> verdict_zh(Measured(0.1, 0.02, 0.18)), verdict_zh(Measured(0.1, -0.02, 0.2))
    ('模型更准', '分不出谁更准')
    """
    if lead.low > 0:
        return "模型更准"
    return "经办人更准" if lead.high < 0 else "分不出谁更准"


def _with_interval(measured: Measured, sign: str = "") -> str:
    told = [f"{value:{sign}.3f}" for value in (measured.value, measured.low, measured.high)]
    form = "{}，{}到{}" if sign else "{}（95%区间{}到{}）"
    return form.format(*told).replace("-", MINUS)
