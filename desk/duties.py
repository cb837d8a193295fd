"""What orders owe at a moment: the playbook asked about orders of the store, and of their logged risks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from desk.refusals import NotReceivedYet
from desk.situations import situations
from hotline.calendar import from_micros
from hotline.duties import Duty
from hotline.playbook import Playbook
from store.database import Store
from store.predictions import Cause, LoggedPrediction


@dataclass(frozen=True)
class OwedBy:
    """An order's duties at a moment, the most pressing first; `is_scored` where a model has spoken of it."""

    order_id: str
    as_of: datetime
    is_scored: bool
    duties: tuple[Duty, ...]


def duties_of(store: Store, playbook: Playbook, order_id: str, at: datetime) -> OwedBy:
    """What one order of the store owes. NotReceivedYet where it was not known by then."""
    course = course_of(store.predictions(order_id))
    found = situations(store, [order_id], at, {order_id: course}).get(order_id)
    if found is None:
        raise NotReceivedYet(order_id)
    return OwedBy(order_id, at, bool(found.risks), tuple(playbook.duties(found)))


def course_of(logged: Sequence[LoggedPrediction]) -> list[tuple[datetime, float]]:
    """P(不满意) in the course of an order's life as it was logged; scores of orders as given are left out."""
    kept = (row for row in logged if row.cause is not Cause.GIVEN)
    return sorted((from_micros(row.as_of), row.probabilities[0]) for row in kept)
