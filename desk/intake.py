"""What comes in while the work goes on: checked beside the order it belongs to, then written."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

import pandas as pd

from desk.intake_checks import (
    check_kind,
    check_recorded,
    check_retractions,
    check_times,
    event_ids,
    identified,
    last_word,
    new_callbacks,
    received_at_of,
    rows_of_known,
)
from desk.refusals import NoSuchOrder, Refused
from hotline.calendar import to_micros
from hotline.duties import Rules
from hotline.lifecycle import EventType
from hotline.order import AttributeOf, Callback, Order, OrderEvent, Value
from hotline.triggers import is_without_number
from store.database import Store
from store.predictions import Cause, LoggedPrediction

_TYPES = frozenset(event_type.value for event_type in EventType) - {EventType.CALLED_BACK.value}

Status = Literal["created", "changed", "unchanged"]


@dataclass(frozen=True)
class Intake:
    """Takes orders, events and callbacks into a store; `own_types` tells its own types of events.

    What is compared with the store and what is written to it are one transaction, so that of two that
    contradict each other at the same moment one is refused.
    """

    store: Store
    own_types: Callable[[], frozenset[str]] = frozenset
    rules: Rules = field(default_factory=Rules)

    def add_order(self, order: Order, now: datetime) -> Status:
        """Write an order, or what is new of it: "created", "changed" or "unchanged".

        Raises Refused where something does not fit, Contradicted where it is recorded otherwise.
        """
        order = replace(order, events=identified(order.order_id, order.events))
        self.check(order, now)
        with self.store.transaction() as store:
            stored = store.frames([order.order_id])
            check_retractions(order.events, event_ids(stored), "events")
            check_recorded(order.events, stored["events"], "events")
            self._check_closing(order.events, stored["orders"], order, "events")
            calls = new_callbacks(order.callbacks, stored["callbacks"], "callbacks")
            is_new = store.add_order(replace(order, callbacks=calls), to_micros(now))
        return "created" if stored["orders"].empty else "changed" if is_new else "unchanged"

    def add_events(self, order_id: str, events: Sequence[OrderEvent], now: datetime) -> list[str]:
        """Write events of a known order; the ids of those that were new. NoSuchOrder otherwise."""
        events = identified(order_id, events)
        with self.store.transaction() as store:
            stored = rows_of_known(store, order_id)
            self._check_events(events, received_at_of(stored), now, "")
            check_retractions(events, event_ids(stored), "")
            check_recorded(events, stored["events"], "")
            self._check_closing(events, stored["orders"], None, "")
            return store.add_events(order_id, events, to_micros(now))

    def add_numbers(
        self, order_id: str, petition_no: str | None, case_no: str | None, now: datetime
    ) -> Status:
        """Write the number of a petition or of a case into a known order. NoSuchOrder otherwise."""
        with self.store.transaction() as store:
            received_at = received_at_of(rows_of_known(store, order_id))
            numbered = Order(order_id, received_at, petition_no=petition_no, case_no=case_no)
            is_new = store.add_order(numbered, to_micros(now))
        return "changed" if is_new else "unchanged"

    def add_callbacks(self, order_id: str, callbacks: Sequence[Callback], now: datetime) -> list[str]:
        """Write callbacks of a known order; the ids of those that were new. NoSuchOrder otherwise."""
        with self.store.transaction() as store:
            stored = rows_of_known(store, order_id)
            check_times(callbacks, received_at_of(stored), now, "")
            new = new_callbacks(callbacks, stored["callbacks"], "")
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
        check_times(order.callbacks, order.received_at, until, "callbacks")

    def _check_events(
        self, events: Sequence[OrderEvent], received_at: datetime, until: datetime, place: str
    ) -> None:
        check_times(events, received_at, until, place)
        for number, event in enumerate(events):
            here = f"{place}[{number}]"
            self._check_type(event.type, f"{here}.type")
            self._check_attributes(event.attributes, AttributeOf.EVENT, f"{here}.attributes")
            if event.verdict is not None and event.type != EventType.CLOSED:
                raise Refused(f"{here}.verdict", "belongs to events of type closed only")
            if (event.retracts is not None) != (event.type == EventType.RETRACTED):
                raise Refused(f"{here}.retracts", "names the event taken back; it goes with type retracted")
            if event.type == EventType.NOT_NEEDED and not (event.duty and event.note):
                field = "note" if event.duty else "duty"
                raise Refused(f"{here}.{field}", "type not_needed names the duty, and in note says why")

    def _check_closing(
        self, events: Sequence[OrderEvent], stored: pd.DataFrame, given: Order | None, place: str
    ) -> None:
        """Refuse to close an order under petition or litigation whose number nobody has written (P16)."""
        closings = [number for number, event in enumerate(events) if event.type == EventType.CLOSED]
        if not closings:
            return
        names = ("text", "petition_no", "case_no")
        told = {name: (getattr(given, name) if given else None) or last_word(stored, name) for name in names}
        if is_without_number(told["text"], told["petition_no"] or told["case_no"], self.rules):
            message = "under petition or litigation: write petition_no or case_no first (三(四)¶1)"
            raise Refused(f"{place}[{closings[0]}].type", message)

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
            check_kind(declared[name], value, f"{field}.{name}")
