"""One order as its page shows it: where it stands, what it owes to whom, and everything that happened."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from desk.refusals import NotReceivedYet
from desk.situations import scored_situations
from hotline.duties import Duty, Post
from hotline.lifecycle import EventType, OfficialCaller
from hotline.playbook import Playbook
from hotline.prediction import Prediction
from hotline.situation import Situation
from hotline.triggers import is_without_number
from store.database import Store


@dataclass(frozen=True)
class Step:
    """One thing that happened, in words."""

    name: str
    at: datetime
    said: str


@dataclass(frozen=True)
class OrderDetail:
    """An order at a moment.

    mine, others : duties that are owed: by the reader's posts, and by others; the most pressing first
    settled      : duties that are done, not needed or missed
    is_over      : the round is over, so that nothing is foreseen any more
    lacks_number : it cannot be closed before a petition's or case's number is written
    """

    situation: Situation
    prediction: Prediction | None
    mine: tuple[Duty, ...]
    others: tuple[Duty, ...]
    settled: tuple[Duty, ...]
    steps: tuple[Step, ...]
    lacks_number: bool

    @property
    def is_over(self) -> bool:
        """Whether the official rating has come, or the order was put away."""
        return self.situation.over_at is not None


def order_detail(
    store: Store,
    playbook: Playbook,
    posts: frozenset[Post],
    order_id: str,
    prediction: Prediction | None,
    now: datetime,
) -> OrderDetail:
    """What is known of an order. NotReceivedYet where it was not known by then."""
    found = scored_situations(store, [order_id], now)
    if order_id not in found:
        raise NotReceivedYet(order_id)
    situation = found[order_id]
    duties = playbook.duties(situation)
    owed = [duty for duty in duties if duty.state.is_owed]
    order = situation.order
    return OrderDetail(
        situation=situation,
        prediction=None if situation.over_at else prediction,
        mine=tuple(duty for duty in owed if duty.post in posts),
        others=tuple(duty for duty in owed if duty.post not in posts),
        settled=tuple(duty for duty in duties if not duty.state.is_owed),
        steps=tuple(_steps(situation)),
        lacks_number=is_without_number(order.text, order.petition_no or order.case_no, playbook.rules),
    )


def _steps(situation: Situation) -> Iterable[Step]:
    """Everything that stands, oldest first."""
    order = situation.order
    events = [
        Step(
            _name(event.type),
            event.happened_at,
            _said(event.group, event.verdict, event.note, event.promised_at),
        )
        for event in order.events
    ]
    calls = [
        Step(
            "市热线回访" if call.by == OfficialCaller.CITY else "962121回访",
            call.happened_at,
            f"评价：{call.rating.zh}" if call.rating is not None else "没有评价",
        )
        for call in order.callbacks
    ]
    return sorted([*events, *calls], key=lambda step: step.at)


def _name(event_type: str) -> str:
    try:
        return EventType(event_type).zh
    except ValueError:
        return event_type


def _said(group: str | None, verdict: str | None, note: str | None, promised_at: datetime | None) -> str:
    promised = f"告知修好日期 {promised_at:%m-%d}" if promised_at else None
    return "；".join(word for word in (group, verdict, note, promised) if word)
