"""What is pushed to the liaison group (12345房办联络员群): why, when, and in which words."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from hotline.calendar import SHANGHAI
from hotline.errors import ArgumentError
from hotline.situation import Situation


class Cause(StrEnum):
    """Why an order is pushed."""

    REDISPATCHED = "redispatched"
    JUDGED_DISSATISFIED = "judged_dissatisfied"

    @property
    def zh(self) -> str:
        """The cause as the group reads it."""
        return "重新交办" if self is Cause.REDISPATCHED else "962121判断为不满意"


@dataclass(frozen=True)
class Push:
    """One matter for the group: an order, why, and since when. Pushed once, whoever finds it how often."""

    order_id: str
    cause: Cause
    since: datetime


def pushes_of(order: Situation) -> list[Push]:
    """What of an order's present round is to be pushed."""
    if order.over_at is not None:
        return []
    found = []
    if order.is_redispatched:
        found.append(Push(order.order.order_id, Cause.REDISPATCHED, order.round_start))
    if order.judged_dissatisfied_at is not None:
        found.append(Push(order.order.order_id, Cause.JUDGED_DISSATISFIED, order.judged_dissatisfied_at))
    return found


def text_of(order: Situation, push: Push, accept_by: datetime, is_again: bool) -> str:
    """The message: which order, where, why, and what is to be done by when; nothing of the citizen."""
    told = order.order
    where = " ".join(word for word in (told.street, told.community) if word) or "（未注明街镇小区）"
    lines = [
        f"【{'再次提醒：' if is_again else ''}{push.cause.zh}】工单 {told.order_id}",
        f"{where}｜{told.kind or '维修'}｜{told.category or '未分类'}｜{told.company or '未注明企业'}",
        f"请街镇处置人员 {accept_by.astimezone(SHANGHAI):%m月%d日%H:%M} 前接单，立即核实并介入处置；"
        "暂时无法解决的，进一步沟通解释并告知维修期限。",
        "依据：浦建委物管〔2023〕55号 三(四)¶2",
    ]
    return "\n".join(lines)


@dataclass(frozen=True)
class QuietHours:
    """The hours in which nothing is pushed, such as 22:00–07:00; none where both are the same.

    >>> night = QuietHours.of("22:00-07:00")
    >>> night.ends(datetime(2026, 4, 13, 23, tzinfo=SHANGHAI)).isoformat()
    '2026-04-14T07:00:00+08:00'
    """

    begins: time
    over: time

    @classmethod
    def of(cls, written: str) -> "QuietHours":
        """From a setting such as 22:00-07:00; ArgumentError otherwise."""
        try:
            begins, over = (time.fromisoformat(part.strip()) for part in written.split("-"))
        except ValueError:
            raise ArgumentError(f"{written!r} are no hours; write them like 22:00-07:00") from None
        return cls(begins, over)

    def ends(self, moment: datetime) -> datetime | None:
        """When they are over, if it is quiet at a moment."""
        local = moment.astimezone(SHANGHAI)
        clock = local.time().replace(tzinfo=None)
        runs_over_midnight = self.begins > self.over
        has_begun, is_not_over = clock >= self.begins, clock < self.over
        if not (has_begun or is_not_over if runs_over_midnight else has_begun and is_not_over):
            return None
        end = datetime.combine(local.date(), self.over, SHANGHAI)
        return end if end > local else end + timedelta(days=1)
