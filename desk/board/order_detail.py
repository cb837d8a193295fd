"""One order as its page shows it: where it stands, what it owes to whom, and everything that happened."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from desk.board.forecasting import asked_first
from desk.board.my_orders import Reader
from desk.refusals import NoSuchOrder, NotReceivedYet
from desk.situations import scored_situations
from hotline.duties import Duty
from hotline.lifecycle import VERDICT_ZH, EventType, OfficialCaller
from hotline.masking import mask_rooms
from hotline.order import OrderEvent
from hotline.playbook import Playbook
from hotline.situation import Situation
from hotline.triggers import is_without_number
from store.database import Store
from store.forecasts import ForecastRow


@dataclass(frozen=True)
class Step:
    """One thing that happened, in words; `event` is None for a callback."""

    name: str
    at: datetime
    said: str
    event: OrderEvent | None = None


@dataclass(frozen=True)
class OrderDetail:
    """An order at a moment.

    mine, others : duties that are owed: by the reader's posts, and by others; the most pressing first
    settled      : duties that are done, not needed or missed
    lacks_number : it cannot be closed before a petition's or case's number is written
    forecast     : what its handler foretold last; None where nobody has
    is_asked     : the reader is asked for a forecast before the model's word is shown
    """

    situation: Situation
    mine: tuple[Duty, ...]
    others: tuple[Duty, ...]
    settled: tuple[Duty, ...]
    steps: tuple[Step, ...]
    lacks_number: bool
    forecast: ForecastRow | None
    is_asked: bool

    @property
    def outcome(self) -> str:
        """What the citizen said at the last official callback of the city; empty where nothing was said."""
        calls = [call for call in self.situation.order.callbacks if call.by == OfficialCaller.CITY]
        return next((call.rating.zh for call in reversed(calls) if call.rating is not None), "")

    @property
    def is_over(self) -> bool:
        """The round is over: the official rating has come, or the order was put away; nothing is foreseen any more."""
        return self.situation.over_at is not None


def order_detail(
    store: Store, playbook: Playbook, reader: Reader, order_id: str, now: datetime, has_model: bool
) -> OrderDetail:
    """What is known of an order. NoSuchOrder where there is none, NotReceivedYet where it was not known by then."""
    found = scored_situations(store, [order_id], now)
    if order_id not in found:
        raise NotReceivedYet(order_id) if store.has_order(order_id) else NoSuchOrder(order_id)
    situation = found[order_id]
    is_hidden = reader.foretells and order_id in asked_first(store, [situation], now)
    if is_hidden:  # what follows from the model's word alone would tell it, and an earlier word as well
        situation = replace(situation, risks=())
    duties = playbook.duties(situation)
    owed = [duty for duty in duties if duty.state.is_owed]
    order = situation.order
    return OrderDetail(
        situation=situation,
        mine=tuple(duty for duty in owed if duty.post in reader.posts),
        others=tuple(duty for duty in owed if duty.post not in reader.posts),
        settled=tuple(duty for duty in duties if not duty.state.is_owed),
        steps=tuple(_steps(situation)),
        lacks_number=is_without_number(order.text, order.petition_no or order.case_no, playbook.rules),
        forecast=store.latest_forecasts([order_id]).get(order_id),
        is_asked=is_hidden and has_model,
    )


def _steps(situation: Situation) -> Iterable[Step]:
    """Everything that stands, oldest first."""
    order = situation.order
    events = [
        Step(_name(event.type), event.happened_at, mask_rooms(_said(event)), event) for event in order.events
    ]
    calls = [
        Step(
            "市热线回访" if call.by == OfficialCaller.CITY else "962121回访",
            call.happened_at,
            f"评价：{call.rating.zh}" if call.rating is not None else "没有评价",
        )
        for call in order.callbacks
    ]
    received = Step(EventType.RECEIVED.zh, order.received_at, order.source or "")
    told = [step for step in events if step.event and step.event.type != EventType.RECEIVED]
    return sorted([received, *told, *calls], key=lambda step: step.at)


def _name(event_type: str) -> str:
    try:
        return EventType(event_type).zh
    except ValueError:
        return event_type


def _said(event: OrderEvent) -> str:
    verdict = VERDICT_ZH.get(event.verdict, event.verdict) if event.verdict else None
    promised = f"告知修好日期 {event.promised_at:%m-%d}" if event.promised_at else None
    return "；".join(word for word in (event.group, verdict, event.note, promised) if word)
