"""A single order in the columns that features read."""

from typing import Any

from hotline.calendar import NO_TIME, to_micros
from hotline.order import ORDER_FIELDS, Callback, Order, OrderEvent


def rows_of(order: Order) -> dict[str, list[dict[str, Any]]]:
    """The rows of one order as it stands, its own fields known from its receipt."""
    received_at = to_micros(order.received_at)
    fields: dict[str, Any] = {name: getattr(order, name) for name in ORDER_FIELDS}
    fields |= {"received_at": received_at, "due_at": to_micros(order.due_at) if order.due_at else NO_TIME}
    revision = {
        "order_id": order.order_id,
        "known_at": received_at,
        "recorded_at": received_at,
        **fields,
        **_plain(order.attributes),
    }
    return {
        "orders": [revision],
        "events": [_event(order.order_id, number, event) for number, event in enumerate(order.events)],
        "callbacks": [_callback(order.order_id, call) for call in order.callbacks],
    }


def _event(order_id: str, number: int, event: OrderEvent) -> dict[str, Any]:
    return {
        "event_id": event.event_id or f"{number:06d}",
        "order_id": order_id,
        "type": event.type,
        "happened_at": to_micros(event.happened_at),
        "known_at": to_micros(event.known_at),
        "actor": event.actor,
        "group": event.group,
        "promised_at": to_micros(event.promised_at) if event.promised_at else NO_TIME,
        "verdict": event.verdict,
        "retracts": event.retracts,
        **_plain(event.attributes),
    }


def _callback(order_id: str, callback: Callback) -> dict[str, Any]:
    return {
        "order_id": order_id,
        "by": callback.by,
        "known_at": to_micros(callback.known_at),
        "recorded_at": to_micros(callback.known_at),
        "channel": callback.channel,
        "answered": _number(callback.answered),
        "rating": _number(callback.rating),
        "solved": _number(callback.solved),
        "contact_confirmed": _number(callback.contact_confirmed),
    }


def _plain(attributes: Any) -> dict[str, Any]:
    return {name: float(v) if isinstance(v, bool | int) else v for name, v in attributes.items()}


def _number(value: int | bool | None) -> float:
    return float("nan") if value is None else float(value)
