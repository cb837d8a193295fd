"""The report in plain Chinese, and as one JSON object: the same from the command line and over HTTP."""

from collections.abc import Iterator
from typing import Any

from desk.effect.estimate import LEAST_RATED, Estimate
from desk.effect.report import ArmCounts, EffectReport, KindEffect, Verdict
from desk.queue.effects import CallKind
from hotline.draw_rules import DrawRules
from hotline.lifecycle import EventType

_KIND_ZH = {
    None: "全部",
    CallKind.REPAIR: "报修（联系并督促返修）",
    CallKind.SERVICE: "服务类投诉（联系并致歉整改）",
    CallKind.OTHER_COMPLAINT: "其他投诉（联系并解释）",
}
_POPULATION_ZH = (
    "以下效果只适用于参加过抽签的工单：已办结、尚未官方回访、没有法定联系职责、排在当日容量临界线附近。"
    "对风险更高或更低的工单不作推断。"
)


def kind_zh(kind: CallKind | None) -> str:
    """What a call is about, as people read it."""
    return _KIND_ZH[kind]


def points_zh(estimate: Estimate | None) -> str:
    """A change in percentage points with its interval."""
    if estimate is None:
        return "–"
    return f"{100 * estimate.value:+.1f}（{100 * estimate.low:+.1f}～{100 * estimate.high:+.1f}）个百分点"


def sentences(report: EffectReport) -> Iterator[str]:
    """What the ledger says, and for whom it holds."""
    if report.why_off_zh:
        yield report.why_off_zh
    else:
        yield f"抽签已开启，依据：{report.rules.agreed}"
    if not report.days:
        yield "台账里还没有抽过签的工单，联系效果一律按先验假设。"
        return
    yield (
        f"{report.days}次抽签，{report.to_call.drawn + report.left.drawn:,}件工单；"
        f"抽中联系{_arm_zh(report.to_call)}；未抽中{_arm_zh(report.left)}。"
    )
    if report.answers_differ and report.answering is not None:
        yield (
            f"注意：抽中联系的市民接受回访评价的比例相差{100 * report.answering[0]:+.1f}个百分点，"
            "效果只对作了评价的市民成立。"
        )
    yield _POPULATION_ZH
    for effect in report.effects:
        yield _effect_zh(effect)


def _arm_zh(arm: ArmCounts) -> str:
    return f"{arm.drawn:,}件（回访前实际联系{arm.called:,}件，已回访{arm.called_back:,}件，有评价{arm.rated:,}件）"


def _effect_zh(effect: KindEffect) -> str:
    said = f"{kind_zh(effect.kind)}：{effect.verdict.zh}"
    if effect.verdict is Verdict.UNMOVED:
        return f"{said}。"
    if effect.points is None:
        return (
            f"{said}（有评价的两组{effect.rated_called}件、{effect.rated_left}件，各须至少{LEAST_RATED}件）。"
        )
    said += f"。联系使满意率变化{points_zh(effect.points)}，使不满意率变化{points_zh(effect.dissatisfied)}"
    if effect.contradicts_what_was_assumed and effect.expected is not None:
        said += f"；与先验假设（{100 * effect.expected:+.1f}个百分点）不符"
    if effect.basis is not None:
        said += f"；队列采用：{effect.basis.zh}"
    return f"{said}。"


def effect_json(report: EffectReport) -> dict[str, Any]:
    """The whole report; shares from 0 to 1, changes in the same unit."""
    return {
        "as_of": report.as_of.isoformat(),
        "settings": rules_json(report.rules),
        "why_off_zh": report.why_off_zh,
        "draws": report.days,
        "to_call": _arm(report.to_call),
        "left": _arm(report.left),
        "answering": _named(report.answering, ("difference", "low", "high")),
        "population_zh": _POPULATION_ZH,
        "effects": [_effect(effect) for effect in report.effects],
        "summary_zh": list(sentences(report)),
    }


def rules_json(rules: DrawRules) -> dict[str, Any]:
    """The settings of the draw."""
    return {
        "share": rules.share,
        "nearness": rules.nearness,
        "desks": sorted(rules.desks),
        "left_out": sorted(rules.left_out),
        "seed": rules.seed,
        "agreed": rules.agreed,
    }


def _arm(arm: ArmCounts) -> dict[str, Any]:
    return {
        "drawn": arm.drawn,
        "called": arm.called,
        "called_back": arm.called_back,
        "rated": arm.rated,
        "done": {EventType(name).value: count for name, count in arm.done.items()},
    }


def _effect(effect: KindEffect) -> dict[str, Any]:
    return {
        "kind": effect.kind.value if effect.kind else None,
        "kind_zh": kind_zh(effect.kind),
        "drawn": effect.drawn,
        "rated_called": effect.rated_called,
        "rated_left": effect.rated_left,
        "verdict": effect.verdict.value,
        "verdict_zh": effect.verdict.zh,
        "satisfaction": _estimate(effect.points),
        "dissatisfied": _estimate(effect.dissatisfied),
        "assumed_satisfaction": effect.expected,
        "contradicts_what_was_assumed": effect.contradicts_what_was_assumed,
        "log_odds_in_force": effect.shift,
        "basis": effect.basis.value if effect.basis else None,
        "basis_zh": effect.basis.zh if effect.basis else None,
    }


def _estimate(estimate: Estimate | None) -> dict[str, Any] | None:
    if estimate is None:
        return None
    return {
        "value": estimate.value,
        "low": estimate.low,
        "high": estimate.high,
        "low_at_every_look": estimate.always[0],
        "high_at_every_look": estimate.always[1],
        "calls_moved": estimate.calls_moved,
    }


def _named(told: tuple[float, ...] | None, names: tuple[str, ...]) -> dict[str, float] | None:
    return dict(zip(names, told, strict=True)) if told else None
