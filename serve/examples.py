"""Bodies that work as they stand, shown on the documentation page and sent by its test."""

from typing import Any

_EVENT = {
    "type": "contacted",
    "happened_at": "2026-10-01T11:20:00+08:00",
    "event_id": "A-1001-3",
    "actor": "项目经理",
}
_CALLBACK = {
    "by": "city",
    "happened_at": "2026-10-06T10:00:00+08:00",
    "channel": "电话",
    "answered": True,
    "rating": "基本满意",
    "solved": True,
}
_ORDER = {
    "order_id": "A-1001",
    "received_at": "2026-10-01T09:00:00+08:00",
    "source": "12345",
    "kind": "维修",
    "category": "电梯",
    "text": "电梯坏了三天，一直没人来修",
    "caller": "13800001111",
    "community": "清和苑",
    "company": "清和物业",
    "due_at": "2026-10-09T17:30:00+08:00",
    "events": [
        {"type": "dispatched", "happened_at": "2026-10-01T09:30:00+08:00"},
        {"type": "accepted", "happened_at": "2026-10-01T10:00:00+08:00"},
    ],
}


def example_body(path: str) -> Any:
    """A body for the route with this path."""
    if path.endswith("/events"):
        return _EVENT
    if path.endswith("/callbacks"):
        return _CALLBACK
    return _ORDER | {"at": "2026-10-02T09:00:00+08:00"} if path.endswith("/scores") else _ORDER
