"""A reason in the words of whoever reads it between two staircases: days, not thousands of hours; words, not codes."""

import re

from features.definition import Feature
from hotline.lifecycle import STAGE_ORDER, EventType
from hotline.satisfaction import LEVELS_ZH

_EVENT_ZH = {event_type.value: event_type.zh for event_type in EventType}
_WEEKDAYS = "一二三四五六日"
#: What a feature's name adds for whoever reads the catalogue: units, scales, signs.
_ASIDE = re.compile(r"（(?:小时|工作小时|年|几点|字数|负数|0不满意)[^）]*）|(?:工作)?小时数")
#: Spans with a sign: how one says that there is time left, and that there is none.
_SIGNED = {
    "hours_to_due": ("离办理时限还有", "超过办理时限"),
    "working_hours_to_due": ("离办理时限还有", "超过办理时限"),
    "hours_to_promise": ("离承诺日期还有", "承诺日期已过"),
}
#: Hours of the day, not spans.
_HOURS_OF_DAY = frozenset({"received_hour", "asked_hour"})
_RATINGS = frozenset({"rating_heard_by_962121", "rating_of_earlier_round"})
#: Hours of a working day.
_A_DAY = 8


def reason_words(feature: Feature, value: object) -> str:
    """What a feature says of an order; a value that is missing is said to be."""
    named = _ASIDE.sub("", feature.zh)
    if feature.kind == "text":
        return f"{named}的用词"
    if value is None or value != value:
        return f"{named}：没有记录"
    if feature.kind == "category":
        return f"{named}：{_EVENT_ZH.get(str(value), value)}"
    number = float(value)  # type: ignore[arg-type]
    if feature.name in _SIGNED:
        return f"{_SIGNED[feature.name][number < 0]}{_span(feature, abs(number))}"
    if "几周" in named:
        return named.replace("几周", f"{_plain(number)}周")
    if feature.unit == "是否" and number:
        return named.replace("是否", "")
    return f"{named}：{_said(feature, number)}"


def _said(feature: Feature, number: float) -> str:
    if feature.name in _RATINGS:
        return LEVELS_ZH[round(number)]
    if feature.name == "stage":
        return STAGE_ORDER[round(number)].zh
    if feature.name == "received_weekday":
        return f"星期{_WEEKDAYS[round(number)]}"
    if feature.name in _HOURS_OF_DAY:
        return f"{number:.0f}点"
    if feature.unit == "小时":
        return _span(feature, number)
    if feature.unit == "是否":
        return "否"
    if feature.unit == "%" or feature.name == "due_share_used":
        return f"{100 * number:.0f}%"
    bare = feature.unit == "次" or "之比" not in feature.zh
    return _plain(number) if bare else f"{_plain(number)}倍"


def _span(feature: Feature, hours: float) -> str:
    """A span of hours, from two days on in days; working hours in days of eight."""
    day, word = (_A_DAY, "工作日") if "working" in feature.name else (24, "天")
    if hours >= 2 * day:
        return f"{hours / day:.0f}{'个' if day == _A_DAY else ''}{word}"
    return f"{_plain(hours)}{'个工作' if day == _A_DAY else ''}小时"


def _plain(number: float) -> str:
    return f"{number:.0f}" if number == round(number) or abs(number) >= 10 else f"{number:.1f}"
