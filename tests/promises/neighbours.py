"""Other orders beside order A, which share some keepers with it or none."""

from collections.abc import Callable

from tests.builders import Records, a_callback, an_event, an_order, at

#: Those by whose past an order is judged.
KEEPERS = ("category", "community", "company", "manager", "street", "caller")
OF_A = {name: f"{name} of A" for name in KEEPERS} | {"category": "电梯"}


def a_neighbour(order_id: str, received_at: int, shared: tuple[str, ...], *what: str) -> Records:
    """Another order that shares these fields with A, and what happened to it within two days."""
    fields = {name: OF_A[name] if name in shared else f"another {name}" for name in KEEPERS}
    record = an_order(order_id, received_at, due_at=_after(received_at, 1), **fields)
    return sum((WHAT_HAPPENS[name](order_id, received_at) for name in what), record)


def _after(moment: int, hours: float) -> int:
    return moment + at(hours=hours) - at()


WHAT_HAPPENS: dict[str, Callable[[str, int], Records]] = {
    "contacted": lambda id_, t: an_event(id_, "contacted", _after(t, 2)),
    "promised": lambda id_, t: an_event(id_, "visited", _after(t, 3), promised_at=_after(t, 5)),
    "urged": lambda id_, t: an_event(id_, "urged", _after(t, 4)),
    "returned": lambda id_, t: an_event(id_, "returned", _after(t, 4)),
    "delayed": lambda id_, t: an_event(id_, "delayed", _after(t, 4)),
    "closed": lambda id_, t: an_event(id_, "closed", _after(t, 30), verdict="explained"),
    "judged": lambda id_, t: a_callback(id_, _after(t, 40), 0, by="962121"),
    "solved": lambda id_, t: a_callback(id_, _after(t, 40), solved=1.0),
    "rated": lambda id_, t: a_callback(id_, _after(t, 41), 0),
    "redispatched": lambda id_, t: an_event(id_, "redispatched", _after(t, 42)),
}
