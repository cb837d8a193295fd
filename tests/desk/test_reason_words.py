"""Reasons as people say them."""

import re

import pytest

from desk.reason_words import reason_words
from features.catalogue import FEATURES
from features.definition import Feature

_BY_NAME: dict[str, Feature] = {feature.name: feature for feature in FEATURES}


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("hours_to_due", -934.0, "超过办理时限39天"),
        ("hours_to_due", 5.25, "离办理时限还有5.2小时"),
        ("working_hours_to_due", -20.0, "超过办理时限2个工作日"),
        ("waited_working_hours", 6.0, "受理至今：6个工作小时"),
        ("hours_to_promise", -72.0, "承诺日期已过3天"),
        ("handling_hours", 30.0, "处置用时：30小时"),
        ("silence_hours", 100.0, "多久没有新动静：4天"),
        ("received_hour", 14.0, "受理时刻：14点"),
        ("received_weekday", 3.0, "受理是星期几：星期四"),
        ("stage", 3.0, "所处阶段：已联系"),
        ("rating_heard_by_962121", 0.0, "962121回访评价：不满意"),
        ("company_backlog_weeks", 2.0, "该物业企业在办量相当于2周的办结量"),
        ("company_urged_ratio_90d", 1.54, "该物业企业近90天被催办频率与全区之比：1.5倍"),
        ("community_dissatisfied_share_180d", 0.234, "该小区近180天回访不满意占比：23%"),
        ("times_urged", 3.0, "催办次数：3"),
        ("is_late", 1.0, "超过办理时限"),
        ("is_late", 0.0, "是否超过办理时限：否"),
        ("was_called_by_firm", 1.0, "企业已自行回访"),
        ("due_share_used", 1.2, "已用时限比例：120%"),
        ("is_late", float("nan"), "是否超过办理时限：没有记录"),
        ("last_event", "urged", "最近一个环节：催办"),
        ("text", "水管又漏了", "诉求原文的用词"),
    ],
)
def test_a_reason_is_said_as_people_say_it(name: str, value: object, said: str) -> None:
    assert reason_words(_BY_NAME[name], value) == said


def test_no_reason_explains_its_unit_or_its_scale_to_the_reader() -> None:
    for feature in FEATURES:
        for value in (-1_000.0, 0.0, 1.0, 3.0) if feature.kind == "number" else ("词",):
            if feature.name in ("stage", "received_weekday") and value not in (0.0, 1.0, 3.0):
                continue
            if feature.name.startswith("rating_") and value not in (0.0, 1.0, 3.0):
                continue
            said = reason_words(feature, value)
            assert not re.search(r"（(?!“)|几周|小时数|负数|nan", said), said
