"""What a page lets its reader write down about an order: once however often it is sent, undone soon after."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from desk.access.person import Person
from desk.intake import Intake
from desk.refusals import Refused
from desk.situations import situations
from hotline.calendar import from_micros
from hotline.duties import Rules, group_of
from hotline.lifecycle import EventType, Verdict
from hotline.masking import mask_personal_numbers, mask_rooms
from hotline.order import Order, OrderEvent
from hotline.triggers import is_without_number
from store.claims import Outcome
from store.database import Store

#: So long a deed may be taken back by whoever wrote it down.
UNDO_FOR = timedelta(minutes=10)
TOO_LATE = "已超过十分钟，不能撤销；确有错误请联系 962121 更正"
#: What was done longer ago than this is written down at 962121, not on a page.
_OLDEST = timedelta(hours=48)
_PREFIX = "page-"
#: Of the events that the queue's page writes; the moment of the claim follows.
CALL_PREFIX = f"{_PREFIX}call-"


class Deed(StrEnum):
    """What can be written down: first the five that have buttons, whose order never changes, then the others."""

    CONTACTED = EventType.CONTACTED.value
    VISITED = EventType.VISITED.value
    DELAYED = EventType.DELAYED.value
    ESCALATED = EventType.ESCALATED.value
    PUT_RIGHT = EventType.PUT_RIGHT.value
    ACCEPTED = EventType.ACCEPTED.value
    REPAIRING = EventType.REPAIRING.value
    EXPLAINED = EventType.EXPLAINED.value
    REFERRED = EventType.REFERRED.value
    FUND_REQUESTED = EventType.FUND_REQUESTED.value
    DELAY_ENDED = EventType.DELAY_ENDED.value
    CLOSED = EventType.CLOSED.value
    FIRM_CALLED = EventType.FIRM_CALLED.value

    @property
    def zh(self) -> str:
        """The deed as its button says it."""
        return _DEED_ZH[self]


_DEED_ZH = {
    Deed.CONTACTED: "已联系",
    Deed.VISITED: "已上门",
    Deed.DELAYED: "告知延期",
    Deed.ESCALATED: "上报",
    Deed.PUT_RIGHT: "已整改",
    Deed.ACCEPTED: "已接单",
    Deed.REPAIRING: "已开始维修",
    Deed.EXPLAINED: "已解释说明",
    Deed.REFERRED: "已引导特约维修",
    Deed.FUND_REQUESTED: "已申请维修资金",
    Deed.DELAY_ENDED: "延期原因已消除",
    Deed.CLOSED: "办结",
    Deed.FIRM_CALLED: "企业已回访",
}


@dataclass(frozen=True)
class Told:
    """A deed as a form tells it.

    key         : of this tap; the same tap sent again is the same deed
    happened_at : when it was done, if not just now
    promised_at : the date that the citizen was told, for a delay
    verdict     : how it was closed, for a closing
    note        : what was done and what the citizen said; the cause of a delay, or to whom it was escalated
    """

    deed: Deed
    key: str
    happened_at: datetime | None = None
    promised_at: datetime | None = None
    verdict: Verdict | None = None
    note: str | None = None


def record(way_in: Intake, who: Person, order_id: str, told: Told, now: datetime) -> str:
    """Write a deed down as an event, and its id; sent again it is written once.

    Call it in a writing transaction. Refused, in words for people, where something is missing, cannot be, or names
    a person. The order has to be known.
    """
    event_id = _PREFIX + told.key
    events = way_in.store.rows([order_id])["events"]
    if kept := next((event["type"] for event in events if event["event_id"] == event_id), None):
        if kept != told.deed:
            raise Refused("key", f"本页已登记过“{Deed(kept).zh}”，这一次没有登记；请刷新后再登记")
        return event_id
    order = situations(way_in.store, [order_id], now)[order_id].order
    happened_at = now if told.happened_at is None else min(told.happened_at, now)
    _check_time(order, happened_at, now)
    if told.deed is Deed.DELAYED and (told.promised_at is None or told.promised_at <= now):
        raise Refused("promised_at", "请填写告知居民的维修日期，不早于今天")
    if told.note and mask_rooms(mask_personal_numbers(told.note)) != told.note:
        raise Refused("note", "请去掉电话、证件号和室号，只写做了什么、居民怎么说")
    if told.deed is Deed.CLOSED:
        _check_closing(order, told, way_in.rules)
    event = OrderEvent(
        type=told.deed.value,
        happened_at=happened_at,
        known_at=now,
        event_id=event_id,
        actor=who.name,
        group=group_of(who.role),
        promised_at=told.promised_at if told.deed is Deed.DELAYED else None,
        verdict=told.verdict.value if told.verdict and told.deed is Deed.CLOSED else None,
        note=told.note,
    )
    way_in.add_events(order_id, [event], now)
    return event_id


def may_undo(event: OrderEvent, who: Person, now: datetime) -> bool:
    """Whether this person wrote an event down on a page, and may still take it back."""
    is_own = event.actor == who.name and (event.event_id or "").startswith(_PREFIX)
    return is_own and now - event.known_at <= UNDO_FOR


def undo(way_in: Intake, who: Person, order_id: str, event_id: str, now: datetime) -> None:
    """Take back a deed that this person wrote down within the last minutes. Refused otherwise."""
    events = way_in.store.rows([order_id])["events"]
    if any(event["retracts"] == event_id for event in events):
        _let_go(way_in.store, who, order_id, event_id)
        return
    mine = [e for e in events if e["event_id"] == event_id and e["actor"] == who.name]
    if not mine or not event_id.startswith(_PREFIX):
        raise Refused("event_id", "只能撤销自己在页面上的登记")
    if now - from_micros(mine[0]["known_at"]) > UNDO_FOR:
        raise Refused("event_id", TOO_LATE)
    taken_back = OrderEvent(
        type=EventType.RETRACTED.value,
        happened_at=now,
        known_at=now,
        event_id=f"{event_id}-undone",
        actor=who.name,
        group=group_of(who.role),
        retracts=event_id,
    )
    way_in.add_events(order_id, [taken_back], now)
    _let_go(way_in.store, who, order_id, event_id)


def _let_go(store: Store, who: Person, order_id: str, event_id: str) -> None:
    """Give back one's claim whose call was taken back."""
    claimed_at = claim_moment(event_id.removeprefix(CALL_PREFIX))
    if event_id.startswith(CALL_PREFIX) and claimed_at:
        store.release_ended_claim(order_id, who.label, claimed_at, Outcome.DONE)


def claim_moment(told: str) -> int | None:
    """When a claim was made, microseconds, as an event's id or a form tells it; None where that is no such moment.

    >>> claim_moment("1793000000000000"), claim_moment("9" * 50), claim_moment("²")
    (1793000000000000, None, None)
    """
    return int(told) if told.isascii() and told.isdigit() and len(told) < 18 else None


def _check_time(order: Order, happened_at: datetime, now: datetime) -> None:
    if now - happened_at > _OLDEST:
        raise Refused("happened_at", "这件事是两天前的，请核实；确需补登请联系 962121")
    if happened_at < order.received_at:
        raise Refused("happened_at", "早于工单受理时间，请核对")


def _check_closing(order: Order, told: Told, rules: Rules) -> None:
    """Refuse a closing without a verdict, or without the number that a petition or lawsuit needs (P16)."""
    if told.verdict is None:
        raise Refused("verdict", "办结请选“实际解决”或“解释说明”")
    if is_without_number(order.text, order.petition_no or order.case_no, rules):
        raise Refused("petition_no", "诉求涉及信访或诉讼，请先填写编号再办结")
