"""The life of an order: its event types, in the order in which they fall when their times are equal."""

from enum import StrEnum


class Stage(StrEnum):
    """Where an order stands after its last milestone."""

    RECEIVED = "received"
    DISPATCHED = "dispatched"
    ACCEPTED = "accepted"
    CONTACTED = "contacted"
    VISITED = "visited"
    DELAYED = "delayed"
    CLOSED = "closed"
    AWAITING_CALLBACK = "awaiting_callback"

    @property
    def zh(self) -> str:
        """The stage as a manager reads it."""
        return _STAGE_ZH[self]


_STAGE_ZH = {
    Stage.RECEIVED: "已受理",
    Stage.DISPATCHED: "已派单",
    Stage.ACCEPTED: "已接单",
    Stage.CONTACTED: "已联系",
    Stage.VISITED: "已上门",
    Stage.DELAYED: "已延期",
    Stage.CLOSED: "已办结",
    Stage.AWAITING_CALLBACK: "待回访",
}
#: A fixed number for each stage, as models see it.
STAGE_ORDER = tuple(Stage)


class EventType(StrEnum):
    """What can happen to an order. Extracts may carry other types; they are kept under their own names."""

    RECEIVED = "received"
    DISPATCHED = "dispatched"
    RETURNED = "returned"
    HANDED_OVER = "handed_over"
    ACCEPTED = "accepted"
    CONTACTED = "contacted"
    VISITED = "visited"
    REPAIRING = "repairing"
    DELAYED = "delayed"
    DELAY_ENDED = "delay_ended"
    ESCALATED = "escalated"
    REFERRED = "referred"
    FUND_REQUESTED = "fund_requested"
    FUND_APPROVED = "fund_approved"
    URGED = "urged"
    SUPERVISED = "supervised"
    EXPLAINED = "explained"
    PUT_RIGHT = "put_right"
    PUSHED = "pushed"
    NOT_NEEDED = "not_needed"
    CLOSED = "closed"
    FIRM_CALLED = "firm_called"
    FORECAST = "forecast"
    CALLED_BACK = "called_back"
    REDISPATCHED = "redispatched"
    ARCHIVED = "archived"
    RETRACTED = "retracted"

    @property
    def zh(self) -> str:
        """The event as the hotline writes it."""
        return _EVENT_ZH[self]


_EVENT_ZH = {
    EventType.RECEIVED: "受理",
    EventType.DISPATCHED: "派单",
    EventType.RETURNED: "退单",
    EventType.HANDED_OVER: "移交",
    EventType.ACCEPTED: "接单",
    EventType.CONTACTED: "先行联系",
    EventType.VISITED: "现场核实",
    EventType.REPAIRING: "维修",
    EventType.DELAYED: "延期告知",
    EventType.DELAY_ENDED: "原因消除",
    EventType.ESCALATED: "上报",
    EventType.REFERRED: "特约维修",
    EventType.FUND_REQUESTED: "资金申请",
    EventType.FUND_APPROVED: "资金批准",
    EventType.URGED: "催办",
    EventType.SUPERVISED: "督办",
    EventType.EXPLAINED: "解释说明",
    EventType.PUT_RIGHT: "整改",
    EventType.PUSHED: "推送联络员群",
    EventType.NOT_NEEDED: "无需办理",
    EventType.CLOSED: "办结",
    EventType.FIRM_CALLED: "企业回访",
    EventType.FORECAST: "预判",
    EventType.CALLED_BACK: "官方回访",
    EventType.REDISPATCHED: "重新交办",
    EventType.ARCHIVED: "归档",
    EventType.RETRACTED: "更正",
}

_RANK = {event_type.value: rank for rank, event_type in enumerate(EventType)}
#: Unknown types fall after the handling and before the closing.
UNKNOWN_RANK = _RANK[EventType.CLOSED.value]

#: The stage that a milestone puts its order in; the other events leave the stage as it is.
STAGE_AFTER: dict[str, Stage] = {
    EventType.RECEIVED: Stage.RECEIVED,
    EventType.DISPATCHED: Stage.DISPATCHED,
    EventType.RETURNED: Stage.RECEIVED,
    EventType.ACCEPTED: Stage.ACCEPTED,
    EventType.CONTACTED: Stage.CONTACTED,
    EventType.VISITED: Stage.VISITED,
    EventType.DELAYED: Stage.DELAYED,
    EventType.CLOSED: Stage.CLOSED,
    EventType.FIRM_CALLED: Stage.AWAITING_CALLBACK,
    EventType.REDISPATCHED: Stage.DISPATCHED,
}


def rank(event_type: str) -> int:
    """The place of an event among events known at the same instant.

    >>> rank("received") < rank("contacted") < rank("something of their own") <= rank("closed")
    True
    """
    return _RANK.get(event_type, UNKNOWN_RANK)


class Verdict(StrEnum):
    """How the handler says an order was closed."""

    RESOLVED = "resolved"
    EXPLAINED = "explained"


#: The verdicts as the hotline writes them.
VERDICT_ZH: dict[str, str] = {Verdict.RESOLVED: "实际解决", Verdict.EXPLAINED: "解释说明"}


class OfficialCaller(StrEnum):
    """Who calls back: the city's office gives the label, 962121 calls earlier."""

    CITY = "city"
    DISTRICT = "962121"


#: The source of orders that the firm's own desk took in; they never get an official rating.
FIRMS_OWN_DESK = "企业自接"
