"""What comes in beside what is recorded: whether it fits, and what of it is new."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import pandas as pd

from desk.refusals import Contradicted, NoSuchOrder, Refused
from hotline.calendar import NO_TIME, from_micros, to_micros
from hotline.order import Attribute, AttributeKind, Callback, OrderEvent, Value
from store.database import Store
from store.identity import event_key, natural_id

_EVENT_WORDS = ("type", "actor", "group", "verdict", "retracts")
_ANSWERS = ("answered", "rating", "solved", "contact_confirmed")


def identified(order_id: str, events: Iterable[OrderEvent]) -> tuple[OrderEvent, ...]:
    """The events, each with an id: its own, or the one that follows from what it says."""
    seen: Counter[tuple[Any, ...]] = Counter()
    found = []
    for event in events:
        key = event_key(order_id, event)
        found.append(event if event.event_id else replace(event, event_id=natural_id(*key, seen[key])))
        seen[key] += not event.event_id
    return tuple(found)


def rows_of_known(store: Store, order_id: str) -> dict[str, pd.DataFrame]:
    stored = store.frames([order_id])
    if stored["orders"].empty:
        raise NoSuchOrder(order_id)
    return stored


def last_word(stored: pd.DataFrame, name: str) -> str | None:
    told = stored[name].dropna()
    return None if told.empty else str(told.iloc[-1])


def check_kind(attribute: Attribute, value: Value, field: str) -> None:
    is_right = {
        AttributeKind.NUMERIC: isinstance(value, float) and not isinstance(value, bool),
        AttributeKind.BOOLEAN: isinstance(value, bool),
        AttributeKind.CATEGORY: isinstance(value, str),
        AttributeKind.TEXT: isinstance(value, str),
    }
    if not is_right[attribute.kind]:
        raise Refused(field, f"is declared as {attribute.kind.value}")


def check_times(
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


def check_retractions(events: Sequence[OrderEvent], stored_ids: frozenset[str], place: str) -> None:
    known = stored_ids | {event.event_id for event in events if event.event_id}
    for number, event in enumerate(events):
        if event.retracts is not None and event.retracts not in known:
            raise Refused(f"{place}[{number}].retracts", "the order has no event of this id")


def check_recorded(events: Sequence[OrderEvent], stored: pd.DataFrame, place: str) -> None:
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


def new_callbacks(callbacks: Sequence[Callback], stored: pd.DataFrame, place: str) -> tuple[Callback, ...]:
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


def event_ids(stored: Mapping[str, pd.DataFrame]) -> frozenset[str]:
    return frozenset(stored["events"]["event_id"])


def received_at_of(stored: Mapping[str, pd.DataFrame]) -> datetime:
    told = stored["orders"]["received_at"]
    told = told[told != NO_TIME]
    if told.empty:
        return from_micros(int(stored["orders"]["known_at"].min()))
    return from_micros(int(told.iloc[-1]))
