"""The notice's four indicators and the 30-minute response: formulas, targets, and what an interval says of a target."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from hotline.satisfaction import LEVELS_ZH, WEIGHTS


class Indicator(StrEnum):
    """What a street or a firm is measured by; 先行联系率 is told both ways."""

    CONTACT_CONFIRMED = "contact_confirmed"
    CONTACT_IN_TIME = "contact_in_time"
    ON_TIME = "on_time"
    SOLVED = "solved"
    RESOLVED = "resolved"
    SATISFACTION = "satisfaction"
    RESPONSE = "response"

    @property
    def zh(self) -> str:
        """The indicator as people write it."""
        return _ZH[self]


_ZH = {
    Indicator.CONTACT_CONFIRMED: "先行联系率（市民确认）",
    Indicator.CONTACT_IN_TIME: "先行联系率（系统时钟）",
    Indicator.ON_TIME: "按期完成率",
    Indicator.SOLVED: "实际解决率",
    Indicator.RESOLVED: "实际解决占比",
    Indicator.SATISFACTION: "满意率",
    Indicator.RESPONSE: "30分钟响应率",
}
#: What the notice asks for; it names no share for the response.
TARGETS: Mapping[Indicator, float] = {
    Indicator.CONTACT_CONFIRMED: 1.0,
    Indicator.CONTACT_IN_TIME: 1.0,
    Indicator.ON_TIME: 1.0,
    Indicator.SOLVED: 0.97,
    Indicator.RESOLVED: 0.80,
    Indicator.SATISFACTION: 0.93,
}


class Label(StrEnum):
    """What can be said of a unit beside its target; units are never ranked."""

    BELOW = "below"
    UNCLEAR = "unclear"
    ABOVE = "above"
    MET = "met"
    FEW = "few"
    NO_TARGET = "no_target"

    @property
    def zh(self) -> str:
        """The label as people read it."""
        return _LABEL_ZH[self]


_LABEL_ZH = {
    Label.BELOW: "低于目标",
    Label.UNCLEAR: "分不出",
    Label.ABOVE: "高于目标",
    Label.MET: "达到目标",
    Label.FEW: "数量不足",
    Label.NO_TARGET: "未设目标",
}


@dataclass(frozen=True)
class IndicatorRules:
    """What the figures go by; settings, not findings.

    weights              : points of 满意率 by rating, worst first
    least                : under so many counted no figure is shown
    interval             : the probability that an interval is to hold
    contact_working_days : a first contact is due so many working days after a round was opened
    response_minutes     : an urgent repair is answered within so many minutes of its dispatch
    ripe_share           : a week of closings is complete once this share of its callbacks is to be expected
    """

    weights: tuple[float, ...] = WEIGHTS
    targets: Mapping[Indicator, float] = field(default_factory=lambda: dict(TARGETS))
    least: int = 15
    interval: float = 0.90
    contact_working_days: int = 1
    response_minutes: int = 30
    ripe_share: float = 0.95

    @property
    def tail(self) -> float:
        """What lies beyond each end of an interval."""
        return (1.0 - self.interval) / 2


def satisfaction_rate(levels: Sequence[int], weights: Sequence[float] = WEIGHTS) -> float | None:
    """满意率 of so many ratings of each level, worst first; None without a rating.

    >>> satisfaction_rate((1, 0, 0, 3))
    0.75
    """
    points = sum(count * weight for count, weight in zip(levels, weights, strict=True))
    return points / sum(levels) if sum(levels) else None


def label_of(counted: int, missed: float, low: float, high: float, target: float | None, least: int) -> Label:
    """What an interval says of a target.

    missed : the points that were lost; where all are asked for (100 %), one that was missed settles it,
             for nobody who always keeps a limit misses one

    >>> label_of(40, 5.0, 0.80, 0.92, 0.93, 15).zh
    '低于目标'
    >>> label_of(40, 3.0, 0.88, 0.95, 0.93, 15).zh
    '分不出'
    >>> label_of(200, 0.0, 0.99, 1.0, 1.0, 15).zh
    '达到目标'
    """
    if counted < least:
        return Label.FEW
    if target is None:
        return Label.NO_TARGET
    if target >= 1.0:
        return Label.MET if missed <= 0 else Label.BELOW
    if high < target:
        return Label.BELOW
    return Label.ABOVE if low > target else Label.UNCLEAR


def formulas_zh(rules: IndicatorRules) -> dict[Indicator, str]:
    """Each formula in words, with the settings in force."""
    days, minutes = rules.contact_working_days, rules.response_minutes
    points = " + ".join(
        f"{weight:g}×{level}" for level, weight in zip(LEVELS_ZH[::-1], rules.weights[::-1], strict=True)
    )
    return {
        Indicator.CONTACT_CONFIRMED: "官方回访中市民答“已先行联系”÷（答“是”＋答“否”）；未评价的不计入。",
        Indicator.CONTACT_IN_TIME: f"受理（或重新交办）后{days}个工作日内已先行联系÷联系时限已到的轮次。",
        Indicator.ON_TIME: "在办理时限前办结÷办理时限已到的轮次；延期的按延期后的时限，未办结的算未按期。",
        Indicator.SOLVED: "官方回访中市民答“已解决”÷回答了这一问的。",
        Indicator.RESOLVED: "按“实际解决”办结÷（“实际解决”＋“解释说明”）。",
        Indicator.SATISFACTION: f"（{points}）÷有评价的；没有评价的不计入分母。",
        Indicator.RESPONSE: f"紧急维修派单后{minutes}分钟内接单、联系、上门或开工÷派单已满{minutes}分钟的；"
        "退单后重新派单的，从最后一次派单算起。",
    }
