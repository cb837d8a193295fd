"""What comparing two models found, in plain Chinese: every gate, every difference and what it means."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from models.comparison import LEAST_IN_SLICE, SLICE_MARGIN

MINUS = "−"
#: What each figure is called, whether more of it is better, and what it means.
_MEASURES = {
    "AUC": (
        "排序能力 AUC",
        True,
        "任取一件不满意和一件没有不满意的，模型把前者排得更高的可能；0.5 等于抛硬币。",
    ),
    "recall": ("容量内找回", True, "先给最有风险的这些工单打电话，能找到全部不满意中的多少。"),
    "Brier": ("概率误差 Brier", False, "说的可能与结果相差的平方，平均起来多大；越小越好。"),
    "ECE": ("校准误差 ECE", False, "说几成是不是就几成，平均差多少；越小越好。"),
}
_KINDS_ZH = {"street": "街镇", "company": "物业企业", "community": "小区"}


@dataclass(frozen=True)
class GateLine:
    """A gate as people read it."""

    title: str
    told: str
    passed: bool


@dataclass(frozen=True)
class DifferenceLine:
    """A figure of both models with the difference, and the verdict that its interval allows."""

    title: str
    meaning: str
    champion: str
    candidate: str
    difference: str
    verdict: str
    css: str


def gate_lines(found: Mapping[str, Any]) -> Iterator[GateLine]:
    """Every gate that was looked at."""
    for gate in found["gates"]:
        title, told = _gate(gate["name"], found)
        yield GateLine(title, told, gate["passed"])


def _gate(name: str, found: Mapping[str, Any]) -> tuple[str, str]:
    learnt, least = found["learnt"], found["least"]
    if name == "enough ratings":
        return "评价够不够", (
            f"学习了{learnt['train_orders']:,}件有评价的工单，用来检验的里有{learnt['n_dissatisfied_orders']:,}件不满意"
            f"（合计至少{least['rated']}件，不满意至少{least['dissatisfied']}件）"
        )
    if name == "signal":
        auc, low, high = found["auc"]
        return "有预测信号", f"AUC {figure(auc)}，区间{figure(low)}到{figure(high)}，须整段高于0.5"
    if name == "same data set":
        return "同一数据集", f"候选学自“{found['datasets'][0]}”，现用学自“{found['datasets'][1]}”"
    figures = found["figures"]
    if name == "enough common later orders":
        told = f"两个模型都没学过的回访{figures['rounds']:,}次，其中不满意{figures['dissatisfied']:,}次"
        return "可比的工单够不够", told
    if name == "no street or company worse":
        worse = [slice_zh(row["name"]) for row in found["slices"] if row["is_worse"]]
        if not found["slices"]:
            return "没有街镇或企业明显变差", f"没有一个街镇或企业够{LEAST_IN_SLICE}次回访，没有分开比"
        told = f"比了{len(found['slices'])}个街镇和企业"
        told += f"，明显变差（AUC低{SLICE_MARGIN}以上）：{'、'.join(worse)}" if worse else "，没有明显变差的"
        return "没有街镇或企业明显变差", told
    row = next(row for row in figures["differences"] if row["name"] == name.split(" ")[0])
    line = difference_line(row, found["capacity"])
    return f"{line.title}没有变差", f"候选{line.candidate}，现用{line.champion}，差{line.difference}"


def difference_line(row: Mapping[str, Any], capacity: float) -> DifferenceLine:
    """A difference in words; the verdict agrees with the interval.

    >>> row = {"name": "AUC", "challenger": 0.72, "champion": 0.70, "low": 0.01, "high": 0.03}
    >>> line = difference_line(row, 0.1)
    >>> line.difference, line.verdict
    ('+0.020（+0.010到+0.030）', '更好')
    """
    name, is_more_better, meaning = _MEASURES[row["name"]]
    is_share, digits = row["name"] == "recall", 3 if row["name"] == "AUC" else 4
    title = f"先打{capacity:.0%}的找回率" if is_share else name
    low, high = row["low"], row["high"]
    if low is None or high is None:
        verdict, css, change = "比较不了", "no", "—"
    else:
        told = points if is_share else partial(signed, digits=digits)
        change = f"{told(row['challenger'] - row['champion'])}（{told(low)}到{told(high)}）"
        change += "个百分点" if is_share else ""
        up, down = ("更好", "ok"), ("变差", "bad")
        verdict, css = ("分不出", "no")
        if low > 0:
            verdict, css = up if is_more_better else down
        elif high < 0:
            verdict, css = down if is_more_better else up
    said = percent if is_share else partial(figure, digits=digits)
    return DifferenceLine(
        title, meaning, said(row["champion"]), said(row["challenger"]), change, verdict, css
    )


def slice_zh(name: str) -> str:
    """A slice as people name it.

    >>> slice_zh("AUC company 锦泰物业")
    '物业企业 锦泰物业'
    """
    _, kind, word = name.split(" ", 2)
    return f"{_KINDS_ZH.get(kind, kind)} {word}"


def figure(value: float | None, digits: int = 3) -> str:
    """A number with so many decimals; a dash where there is none."""
    return "—" if value is None or value != value else f"{value:.{digits}f}"


def percent(value: float | None) -> str:
    """A share in whole per cent; a dash where there is none."""
    return "—" if value is None or value != value else f"{value:.0%}"


def signed(value: float, digits: int = 3) -> str:
    """A difference with its sign."""
    return f"{value:+.{digits}f}".replace("-", MINUS)


def points(value: float) -> str:
    """A difference of shares in percentage points."""
    return f"{100 * value:+.1f}".replace("-", MINUS)
