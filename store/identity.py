"""Ids that follow from what a row says, so that the same row read twice is the same row."""

from collections.abc import Iterable, Sequence
from hashlib import blake2b

from hotline.calendar import to_micros
from hotline.order import OrderEvent

#: 80 bits: among ten million rows of one order id even one clash is out of sight.
ID_BYTES = 10
#: Later versions of a row are `id~1`, `id~2` …; what takes a version back is `id~1r`.
VERSION_MARK = "~"


def natural_id(*parts: object) -> str:
    """The id of a row from its natural key.

    >>> natural_id("A1", "closed", 0, None, 0) == natural_id("A1", "closed", 0, None, 0)
    True
    >>> natural_id("A1", "closed", 0, None, 0) == natural_id("A1", "closed", 0, None, 1)
    False
    """
    return _hash("\x1f".join("" if part is None else str(part) for part in parts))


def natural_ids(*columns: Sequence[object]) -> list[str]:
    """The ids of many rows, column by column, None where a part is missing."""
    plain: Iterable[list[str]] = (["" if part is None else str(part) for part in c] for c in columns)
    return [_hash("\x1f".join(parts)) for parts in zip(*plain, strict=True)]


def _hash(key: str) -> str:
    return blake2b(key.encode(), digest_size=ID_BYTES).hexdigest()


def event_key(order_id: str, event: OrderEvent) -> tuple[object, ...]:
    """The natural key of an event that came without an id: what was done to which order, when, by whom."""
    key = (order_id, str(event.type), to_micros(event.happened_at), event.actor)
    return (*key, event.duty) if event.duty else key
