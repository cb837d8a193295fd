"""What a page lets its reader write down about an order: five deeds, once however often they are sent, undone soon after."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from desk.access.person import Person
from desk.intake import Intake
from desk.refusals import Refused
from hotline.calendar import from_micros
from hotline.duties import group_of
from hotline.lifecycle import EventType
from hotline.order import OrderEvent

#: So long a deed may be taken back by whoever wrote it down.
UNDO_FOR = timedelta(minutes=10)
#: A tap kept on a phone without a line may be so old when it arrives.
_OLDEST_TAP = timedelta(hours=48)
_PREFIX = "page-"


class Deed(StrEnum):
    """What was done; the order of the buttons never changes."""

    CONTACTED = EventType.CONTACTED.value
    VISITED = EventType.VISITED.value
    DELAYED = EventType.DELAYED.value
    ESCALATED = EventType.ESCALATED.value
    PUT_RIGHT = EventType.PUT_RIGHT.value

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
}


@dataclass(frozen=True)
class Told:
    """A deed as a form tells it.

    key         : of this tap; the same tap sent again is the same deed
    tapped_at   : when it was done, if the phone kept it for a while
    promised_at : the date that the citizen was told, for a delay
    note        : the cause of a delay, or to whom it was escalated
    """

    deed: Deed
    key: str
    tapped_at: datetime | None = None
    promised_at: datetime | None = None
    note: str | None = None


def record(way_in: Intake, who: Person, order_id: str, told: Told, now: datetime) -> str:
    """Write a deed down as an event, and its id; sent again it is written once.

    Call it in a writing transaction. Refused where a delay names no date to come, or a tap is too old; NoSuchOrder.
    """
    if told.deed is Deed.DELAYED and (told.promised_at is None or told.promised_at <= now):
        raise Refused("promised_at", "请填写告知居民的维修日期，不早于今天")
    event_id = _PREFIX + told.key
    if any(event["event_id"] == event_id for event in way_in.store.rows([order_id])["events"]):
        return event_id
    happened_at = now if told.tapped_at is None else min(told.tapped_at, now)
    if now - happened_at > _OLDEST_TAP:
        raise Refused("tapped_at", "这条登记是两天前点的，请核实后重新登记")
    event = OrderEvent(
        type=told.deed.value,
        happened_at=happened_at,
        known_at=now,
        event_id=event_id,
        actor=who.name,
        group=group_of(who.role),
        promised_at=told.promised_at if told.deed is Deed.DELAYED else None,
        note=told.note,
    )
    way_in.add_events(order_id, [event], now)
    return event_id


def undo(way_in: Intake, who: Person, order_id: str, event_id: str, now: datetime) -> None:
    """Take back a deed that this person wrote down within the last minutes. Refused otherwise."""
    events = way_in.store.rows([order_id])["events"]
    if any(event["retracts"] == event_id for event in events):
        return
    mine = [e for e in events if e["event_id"] == event_id and e["actor"] == who.name]
    if not mine or not event_id.startswith(_PREFIX):
        raise Refused("event_id", "只能撤销自己在页面上的登记")
    if now - _known(mine[0]) > UNDO_FOR:
        raise Refused("event_id", "已超过十分钟，不能撤销；确有错误请联系 962121 更正")
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


def _known(row: dict[str, object]) -> datetime:
    known_at = row["known_at"]
    assert isinstance(known_at, int)
    return from_micros(known_at)
