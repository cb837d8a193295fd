"""Orders at a moment for the playbook's tests: a builder says only what matters, the rest owes nothing unusual."""

from datetime import datetime, timedelta
from typing import Any

from hotline.calendar import SHANGHAI
from hotline.order import Callback, Order, OrderEvent
from hotline.satisfaction import Rating
from hotline.situation import CommunityNow, Situation

#: A Monday in office hours, no holiday near.
MONDAY = datetime(2026, 4, 13, 10, tzinfo=SHANGHAI)


def after(hours: float = 0, days: float = 0) -> datetime:
    """So long after Monday ten o'clock."""
    return MONDAY + timedelta(hours=hours, days=days)


def happened(event_type: str, hours: float, **fields: Any) -> OrderEvent:
    """An event known so many hours after the receipt."""
    moment = after(hours)
    return OrderEvent(event_type, moment, moment, **{"event_id": f"{event_type} {hours}"} | fields)


def heard(by: str, hours: float, rating: Rating | None) -> Callback:
    """A callback known so many hours after the receipt."""
    return Callback(by, after(hours), after(hours), rating=rating)


def an_order(
    *happenings: OrderEvent | Callback,
    hours: float = 2,
    risk: float | None = None,
    community: CommunityNow | None = None,
    **fields: Any,
) -> Situation:
    """An ordinary repair received on Monday at ten, so many hours later."""
    events = tuple(one for one in happenings if isinstance(one, OrderEvent))
    callbacks = tuple(one for one in happenings if isinstance(one, Callback))
    ordinary = {"source": "12345", "kind": "维修", "category": "公共照明", "due_at": after(days=7)}
    order = Order("A", MONDAY, **ordinary | fields, events=events, callbacks=callbacks)
    at = after(hours)
    return Situation.of(order, at, community, () if risk is None else [(at, risk)])
