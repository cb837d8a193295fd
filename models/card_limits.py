"""What a model cannot do, in plain words; each sentence is there only where the figures say so."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from hotline.lifecycle import Stage
from models.audit.separation import wilson

#: An AUC whose interval is wider than this says little; prediction sets may miss by so much.
_WIDE, _COVERAGE_MARGIN = 0.05, 0.02
_FEW_DISSATISFIED = 50
_Z = 1.96


def limits(card: Mapping[str, Any]) -> list[str]:
    """The limits of the model on this card, the gravest first."""
    return [sentence for found in _KINDS for sentence in found(card)]


def _signal(card: Mapping[str, Any]) -> Iterator[str]:
    low, high = card["auc_ci"]
    if card["verdict"] != "signal":
        yield f"没有可用的信号：AUC 的区间（{low:.3f} 到 {high:.3f}）碰到了 0.5，与抛硬币分不出，不应使用。"


def _small(card: Mapping[str, Any]) -> Iterator[str]:
    test, (low, high) = card["test"], card["auc_ci"]
    if test["dissatisfied"] < _FEW_DISSATISFIED:
        yield f"用来评判的工单里只有 {test['dissatisfied']} 件不满意：本页各数都很粗，先看区间。"
    if high - low > _WIDE:
        yield f"AUC 的区间从 {low:.3f} 到 {high:.3f}，宽 {high - low:.3f}：真正的好坏可以是其中任何一点。"


def _no_better(card: Mapping[str, Any]) -> Iterator[str]:
    if card["trees_share"] == 0.0:  # it is a logistic regression itself
        return
    leads = {group["name"]: group["lead"]["逻辑回归"][1] for group in card["groups"]}
    worse = [name for name, lead in leads.items() if lead["high"] < 0]
    alike = [name for name, lead in leads.items() if lead["low"] <= 0 <= lead["high"]]
    if worse:
        yield f"{'、'.join(worse)}：前 10% 的找回率不如简单的逻辑回归（差的区间不含 0）。"
    if alike:
        yield f"{'、'.join(alike)}：前 10% 的找回率与简单的逻辑回归分不出高下。"


def _calibration(card: Mapping[str, Any]) -> Iterator[str]:
    stages = card["stages"]
    off = [s["zh"] for s in stages if s["ece"] > s["ece_perfect_95"]]
    if off:
        yield (
            f"{len(stages)} 个阶段里有 {len(off)} 个（{'、'.join(off)}），说的可能与实际的出入超过运气的界；"
            f"完全校准的模型凭运气约有 {0.05 * len(stages):.1f} 个。"
        )


def _coverage(card: Mapping[str, Any]) -> Iterator[str]:
    sets = card["prediction_set"]
    for name, zh in (("coverage", "全部评价"), ("coverage_dissatisfied", "真正的不满意")):
        if sets[name] < sets["stated"] - _COVERAGE_MARGIN:
            yield f"预测集声称盖住 {sets['stated']:.0%}，对{zh}只盖住 {sets[name]:.1%}。"


def _levels(card: Mapping[str, Any]) -> Iterator[str]:
    if len(card["levels"]) < 4:
        yield f"评价里只出现过{'、'.join(card['levels'])}：其余等级没有学到，可能一律为 0。"


def _drift(card: Mapping[str, Any]) -> Iterator[str]:
    learnt, test = card["like_span"], card["test"]
    sizes = np.array([learnt["orders"], test["orders"]])
    hits = np.minimum([learnt["dissatisfied"], test["dissatisfied"]], sizes)
    low, high = wilson(hits, sizes, _Z)
    if low[0] > high[1] or low[1] > high[0]:
        before, after = hits / sizes
        yield (
            f"不满意占比在变：先前学习的工单里 {before:.1%}，其后评判的工单里 {after:.1%}，"
            "两个区间不相交；以后若再变，说的可能会偏。"
        )


def _delay(card: Mapping[str, Any]) -> Iterator[str]:
    lag = card["lag"]
    yield (
        f"评价来得迟：一半要等 {lag['p50']:.0f} 天，95% 在 {lag['p95']:.0f} 天内到。最近这些天受理的工单评价不全，"
        "没有用来学习；刚发生的变化模型还不知道。"
    )


def _silence(card: Mapping[str, Any]) -> Iterator[str]:
    answers = card["answers"]
    called, rated = answers["called"], answers["rated"]
    if rated < called:
        yield (
            f"回访 {called:,} 次，{rated:,} 次有评价（{rated / called:.0%}）。模型学的是肯作答的人；"
            "不作答的人满意与否，数据里看不出。"
        )
    elif rated < answers["orders"]:
        yield (
            f"{answers['orders']:,} 件工单里，有评价的回访 {rated:,} 次；没有评价的回访不在数据里，"
            "沉默者有多少、满意与否，都看不出。"
        )


def _early(card: Mapping[str, Any]) -> Iterator[str]:
    by_stage = {s["stage"]: s for s in card["stages"]}
    first, last = by_stage.get(Stage.RECEIVED.value), by_stage.get(Stage.AWAITING_CALLBACK.value)
    if first and last and first["auc_ci"][1] < last["auc_ci"][0]:
        yield (
            f"越早看得越不准：刚受理时 AUC {first['auc']:.2f}，待回访时 {last['auc']:.2f}；"
            "总的 AUC 把早晚各个时刻混在一起。"
        )


def _slices(card: Mapping[str, Any]) -> Iterator[str]:
    for kind in card["slices"]:
        small = sum(row["is_small"] for row in kind["rows"])
        off = sum(row["is_off"] for row in kind["rows"])
        told = len(kind["rows"]) - small
        if off > max(1, 0.1 * told):
            yield f"{told} 个{kind['zh']}里有 {off} 个的平均预测落在实际占比的 95% 区间外，凭运气约 {0.05 * told:.1f} 个。"
        if small and small == len(kind["rows"]):
            yield f"没有一个{kind['zh']}够 30 件：按{kind['zh']}好不好，这批工单说不了。"


_KINDS = (
    _signal,
    _small,
    _no_better,
    _calibration,
    _coverage,
    _levels,
    _drift,
    _early,
    _slices,
    _delay,
    _silence,
)
