"""Orders of the store as they stood at a moment, for the playbook to be asked."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from hotline.calendar import NO_TIME, from_micros, to_micros
from hotline.order import ORDER_FIELDS, Callback, Order, OrderEvent
from hotline.satisfaction import Rating
from hotline.situation import CommunityNow, Situation
from store.database import Store

Row = Mapping[str, Any]
#: P(不满意) in the course of each order's life, oldest first, by order.
Courses = Mapping[str, Sequence[tuple[datetime, float]]]
_TIMES = ("received_at", "due_at")


class RowStore(Protocol):
    """What is asked of a store."""

    def rows(self, order_ids: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
        """The rows of a few orders."""


def situations(
    store: RowStore, order_ids: Sequence[str], at: datetime, courses: Courses | None = None
) -> dict[str, Situation]:
    """Each order as it was known at a moment, by id; those not known by then are left out."""
    rows, until = store.rows(order_ids), to_micros(at)
    revisions, events, callbacks = (
        _by_order(rows[name], until) for name in ("orders", "events", "callbacks")
    )
    communities = _communities(rows["communities"], until)
    found = {}
    for order_id, told in revisions.items():
        order = _order(order_id, told, events.get(order_id, ()), callbacks.get(order_id, ()))
        course = (courses or {}).get(order_id, ())
        found[order_id] = Situation.of(order, at, communities.get(order.community or ""), course)
    return found


def scored_situations(store: Store, order_ids: Sequence[str], at: datetime) -> dict[str, Situation]:
    """The same with the risks that were logged of each order."""
    courses = {
        order_id: [(from_micros(moment), risk) for moment, risk in course]
        for order_id, course in store.courses(order_ids).items()
    }
    return situations(store, order_ids, at, courses)


def _by_order(rows: Iterable[Row], until: int) -> dict[str, list[Row]]:
    """The rows known by then, each order's in the order in which they became known."""
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row["known_at"] <= until:
            found[row["order_id"]].append(row)
    for own in found.values():
        own.sort(key=lambda row: row["known_at"])
    return found


def _order(order_id: str, revisions: Sequence[Row], events: Iterable[Row], callbacks: Iterable[Row]) -> Order:
    fields: dict[str, Any] = {}
    for row in revisions:
        fields |= {n: row[n] for n in ORDER_FIELDS if row[n] is not None and row[n] != NO_TIME}
    fields |= {name: from_micros(fields[name]) for name in _TIMES if name in fields}
    fields.setdefault("received_at", from_micros(revisions[0]["known_at"]))
    return Order(
        order_id,
        **fields,
        events=tuple(map(_event, events)),
        callbacks=tuple(map(_callback, callbacks)),
    )


def _event(row: Row) -> OrderEvent:
    promised_at = row["promised_at"]
    return OrderEvent(
        type=row["type"],
        happened_at=from_micros(row["happened_at"]),
        known_at=from_micros(row["known_at"]),
        event_id=row["event_id"],
        actor=row["actor"],
        group=row["group"],
        promised_at=None if promised_at in (None, NO_TIME) else from_micros(promised_at),
        verdict=row["verdict"],
        retracts=row["retracts"],
        duty=row["duty"],
        note=row["duty_note"],
    )


def _callback(row: Row) -> Callback:
    moment = from_micros(row["known_at"])
    rating = None if row["rating"] is None else Rating(int(row["rating"]))
    return Callback(row["by"], moment, moment, rating=rating)


def _communities(rows: Iterable[Row], until: int) -> dict[str, CommunityNow]:
    found: dict[str, dict[str, bool]] = defaultdict(dict)
    for row in sorted(rows, key=lambda row: row["known_at"]):
        if row["known_at"] <= until:
            told = {name: row[name] for name in ("has_assembly", "has_fund_account")}
            found[row["community"]] |= {n: bool(value) for n, value in told.items() if value is not None}
    return {name: CommunityNow(**told) for name, told in found.items()}
