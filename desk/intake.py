"""What comes in while the work goes on: checked beside the order it belongs to, then written."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

import pandas as pd

from desk.refusals import Contradicted, NoSuchOrder, Refused
from hotline.calendar import NO_TIME, from_micros, to_micros
from hotline.lifecycle import EventType
from hotline.order import Attribute, AttributeKind, AttributeOf, Callback, Order, OrderEvent, Value
from store.database import Store
from store.identity import natural_id
from store.predictions import Cause, LoggedPrediction

_EVENT_WORDS = ("type", "actor", "group", "verdict", "retracts")
_TYPES = frozenset(event_type.value for event_type in EventType) - {EventType.CALLED_BACK.value}
_ANSWERS = ("answered", "rating", "solved", "contact_confirmed")

Status = Literal["created", "changed", "unchanged"]


@dataclass(frozen=True)
class Intake:
    """Takes orders, events and callbacks into a store; `own_types` tells its own types of events.

    What is compared with the store and what is written to it are one transaction, so that of two that
    contradict each other at the same moment one is refused.
    """

    store: Store
    own_types: Callable[[], frozenset[str]] = frozenset

    def add_order(self, order: Order, now: datetime) -> Status:
        """Write an order, or what is new of it: "created", "changed" or "unchanged".

        Raises Refused where something does not fit, Contradicted where it is recorded otherwise.
        """
        order = replace(order, events=identified(order.order_id, order.events))
        self.check(order, now)
        with self.store.transaction() as store:
            stored = store.frames([order.order_id])
            _check_retractions(order.events, _event_ids(stored), "events")
            _check_events(order.events, stored["events"], "events")
            calls = _new_callbacks(order.callbacks, stored["callbacks"], "callbacks")
            is_new = store.add_order(replace(order, callbacks=calls), to_micros(now))
        return "created" if stored["orders"].empty else "changed" if is_new else "unchanged"

    def add_events(self, order_id: str, events: Sequence[OrderEvent], now: datetime) -> list[str]:
        """Write events of a known order; the ids of those that were new. NoSuchOrder otherwise."""
        events = identified(order_id, events)
        with self.store.transaction() as store:
            stored = _stored(store, order_id)
            self._check_events(events, _received_at(stored), now, "")
            _check_retractions(events, _event_ids(stored), "")
            _check_events(events, stored["events"], "")
            return store.add_events(order_id, events, to_micros(now))

    def add_callbacks(self, order_id: str, callbacks: Sequence[Callback], now: datetime) -> list[str]:
        """Write callbacks of a known order; the ids of those that were new. NoSuchOrder otherwise."""
        with self.store.transaction() as store:
            stored = _stored(store, order_id)
            _check_times(callbacks, _received_at(stored), now, "")
            new = _new_callbacks(callbacks, stored["callbacks"], "")
            return store.add_callbacks(order_id, new, to_micros(now)) if new else []

    def logged_scores(self, order_id: str) -> tuple[LoggedPrediction, ...]:
        """The scores that were given to a known order, oldest moment first. NoSuchOrder otherwise."""
        if not self.store.has_order(order_id):
            raise NoSuchOrder(order_id)
        kept = (row for row in self.store.predictions(order_id) if row.cause is not Cause.GIVEN)
        return tuple(sorted(kept, key=lambda row: row.as_of))

    def check(self, order: Order, until: datetime) -> None:
        """Refuse what cannot be by itself: unknown types and attributes, times that cannot be."""
        if order.received_at > until:
            raise Refused("received_at", f"lies after {until.isoformat(timespec='seconds')}")
        self._check_attributes(order.attributes, AttributeOf.ORDER, "attributes")
        self._check_events(order.events, order.received_at, until, "events")
        _check_times(order.callbacks, order.received_at, until, "callbacks")

    def _check_events(
        self, events: Sequence[OrderEvent], received_at: datetime, until: datetime, place: str
    ) -> None:
        _check_times(events, received_at, until, place)
        for number, event in enumerate(events):
            here = f"{place}[{number}]"
            self._check_type(event.type, f"{here}.type")
            self._check_attributes(event.attributes, AttributeOf.EVENT, f"{here}.attributes")
            if event.verdict is not None and event.type != EventType.CLOSED:
                raise Refused(f"{here}.verdict", "belongs to events of type closed only")
            if (event.retracts is not None) != (event.type == EventType.RETRACTED):
                raise Refused(f"{here}.retracts", "names the event taken back; it goes with type retracted")

    def _check_type(self, event_type: str, field: str) -> None:
        if event_type == EventType.CALLED_BACK:
            raise Refused(field, "official callbacks are sent to /api/v1/orders/{order_id}/callbacks")
        if event_type not in _TYPES and event_type not in (own := self.own_types()):
            known = ", ".join(sorted(_TYPES | (own - {EventType.CALLED_BACK.value})))
            raise Refused(field, f"is no type of event known here; known are {known}")

    def _check_attributes(self, given: Mapping[str, Value], of: AttributeOf, field: str) -> None:
        if not given:
            return
        declared = {a.name: a for a in self.store.attributes() if a.of is of}
        for name, value in given.items():
            if name not in declared:
                known = ", ".join(declared) or "none"
                raise Refused(field, f"names an attribute that is not declared; declared are: {known}")
            _check_kind(declared[name], value, f"{field}.{name}")


def identified(order_id: str, events: Iterable[OrderEvent]) -> tuple[OrderEvent, ...]:
    """The events, each with an id: its own, or the one that follows from what it says."""
    seen: Counter[tuple[Any, ...]] = Counter()
    found = []
    for event in events:
        key = (order_id, str(event.type), to_micros(event.happened_at), event.actor)
        found.append(event if event.event_id else replace(event, event_id=natural_id(*key, seen[key])))
        seen[key] += not event.event_id
    return tuple(found)


def _stored(store: Store, order_id: str) -> dict[str, pd.DataFrame]:
    stored = store.frames([order_id])
    if stored["orders"].empty:
        raise NoSuchOrder(order_id)
    return stored


def _check_kind(attribute: Attribute, value: Value, field: str) -> None:
    is_right = {
        AttributeKind.NUMERIC: isinstance(value, float) and not isinstance(value, bool),
        AttributeKind.BOOLEAN: isinstance(value, bool),
        AttributeKind.CATEGORY: isinstance(value, str),
        AttributeKind.TEXT: isinstance(value, str),
    }
    if not is_right[attribute.kind]:
        raise Refused(field, f"is declared as {attribute.kind.value}")


def _check_times(
    happenings: Sequence[OrderEvent | Callback], received_at: datetime, until: datetime, place: str
) -> None:
    latest = until.isoformat(timespec="seconds")
    for number, happening in enumerate(happenings):
        here = f"{place}[{number}]"
        if happening.happened_at < received_at:
            raise Refused(f"{here}.happened_at", "lies before the order's received_at")
        if happening.happened_at > until:
            raise Refused(f"{here}.happened_at", f"lies after {latest}")
        if happening.known_at < happening.happened_at:
            raise Refused(f"{here}.known_at", "lies before happened_at")
        if happening.known_at > until:
            raise Refused(f"{here}.known_at", f"lies after {latest}")


def _check_retractions(events: Sequence[OrderEvent], stored_ids: frozenset[str], place: str) -> None:
    known = stored_ids | {event.event_id for event in events if event.event_id}
    for number, event in enumerate(events):
        if event.retracts is not None and event.retracts not in known:
            raise Refused(f"{place}[{number}].retracts", "the order has no event of this id")


def _check_events(events: Sequence[OrderEvent], stored: pd.DataFrame, place: str) -> None:
    recorded = {row["event_id"]: _said_of_row(row) for row in stored.to_dict("records")}
    for number, event in enumerate(events):
        said = _said(event)
        if recorded.setdefault(event.event_id, said) != said:
            raise Contradicted(f"{place}[{number}].event_id", "this event is recorded with other content")


def _said(event: OrderEvent) -> tuple[Any, ...]:
    promised_at = to_micros(event.promised_at) if event.promised_at else NO_TIME
    words = (getattr(event, name) for name in _EVENT_WORDS)
    return to_micros(event.happened_at), promised_at, *(None if w is None else str(w) for w in words)


def _said_of_row(row: Mapping[Any, Any]) -> tuple[Any, ...]:
    words = (row[name] for name in _EVENT_WORDS)
    return row["happened_at"], row["promised_at"], *(None if pd.isna(w) else str(w) for w in words)


def _new_callbacks(callbacks: Sequence[Callback], stored: pd.DataFrame, place: str) -> tuple[Callback, ...]:
    recorded = {
        (row["by"], row["happened_at"]): _answers(row[n] for n in _ANSWERS)
        for row in stored.to_dict("records")
    }
    new = []
    for number, callback in enumerate(callbacks):
        if callback.rating is not None and callback.answered is False:
            raise Refused(f"{place}[{number}].rating", "nobody answered, so nobody rated")
        slot = (str(callback.by), to_micros(callback.happened_at))
        answers = _answers(getattr(callback, name) for name in _ANSWERS)
        if slot not in recorded:
            new.append(callback)
        elif recorded[slot] != answers:
            message = "a callback of that time is recorded with other answers"
            raise Contradicted(f"{place}[{number}].happened_at", message)
        recorded[slot] = answers
    return tuple(new)


def _answers(values: Iterable[Any]) -> tuple[int | None, ...]:
    return tuple(None if value is None or pd.isna(value) else int(value) for value in values)


def _event_ids(stored: Mapping[str, pd.DataFrame]) -> frozenset[str]:
    return frozenset(stored["events"]["event_id"])


def _received_at(stored: Mapping[str, pd.DataFrame]) -> datetime:
    told = stored["orders"]["received_at"]
    told = told[told != NO_TIME]
    if told.empty:
        return from_micros(int(stored["orders"]["known_at"].min()))
    return from_micros(int(told.iloc[-1]))
