"""Charts: what is drawn is what was told."""

import re
from datetime import datetime, timedelta

from hotline.calendar import SHANGHAI
from serve.web.charts import BOTTOM, LEFT, RIGHT, TOP, course_of

_NOW = datetime(2026, 11, 26, 12, tzinfo=SHANGHAI)


def _ago(hours: float) -> datetime:
    return _NOW - timedelta(hours=hours)


def test_a_course_is_a_step_line_from_its_first_score_to_now() -> None:
    course = course_of([(_ago(10), 0.2), (_ago(5), 0.7), (_ago(1), 0.5)], [(0.5, "红", "red")], [], _NOW)
    height = BOTTOM - TOP
    assert course.path.startswith(f"M{LEFT}.0 {BOTTOM - 0.2 * height:.1f}")
    assert re.findall(r"V([\d.]+)", course.path) == [f"{BOTTOM - p * height:.1f}" for p in (0.7, 0.5)]
    across = [float(x) for x in re.findall(r"H([\d.]+)", course.path)]
    assert across == sorted(across) and across[-1] == RIGHT
    assert across[0] == (LEFT + RIGHT) / 2
    [red] = course.limits
    assert red.at == BOTTOM - 0.5 * height > red.named_at, "the course begins below, so its name stands above"
    assert course.said == "风险从10件约2件起，最高约7件，现在约5件"
    assert [tick.word for tick in course.days] == ["02:00", "05:20", "08:40", "12:00"]


def test_what_happened_stands_on_the_line_with_its_number_where_there_is_room() -> None:
    happened = [(1, _ago(20)), (2, _ago(8)), (3, _ago(7.9)), (4, _ago(2)), (5, _ago(-1))]
    course = course_of([(_ago(10), 0.2), (_ago(5), 0.7)], [], happened, _NOW)
    assert [mark.number for mark in course.marks] == [2, 4]
    low, high = (mark.up for mark in course.marks)
    assert low > high, "at the risk of its moment, and up is less"


def test_the_name_of_a_limit_stands_where_the_course_does_not_begin() -> None:
    above, below = course_of([(_ago(10), 0.4)], [(0.3, "橙", "orange"), (0.5, "红", "red")], [], _NOW).limits
    assert above.named_at > above.at and below.named_at < below.at
