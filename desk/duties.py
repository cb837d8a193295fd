"""What orders owe at a moment: the playbook asked about orders of the store, and of their logged risks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import nsmallest

from desk.refusals import NotReceivedYet
from desk.situations import scored_situations
from hotline.duties import Duty, Post
from hotline.playbook import Playbook, pressing
from store.database import Store

#: So many orders are read at a time.
_A_PIECE = 5_000


@dataclass(frozen=True)
class OwedBy:
    """An order's duties at a moment, the most pressing first; `is_scored` where a model has spoken of it."""

    order_id: str
    as_of: datetime
    is_scored: bool
    duties: tuple[Duty, ...]


@dataclass(frozen=True)
class OwedList:
    """What many orders owe, the most pressing first: so many of them, and how many there are in all."""

    total: int
    overdue: int
    first: tuple[tuple[str, Duty], ...]


def duties_of(store: Store, playbook: Playbook, order_id: str, at: datetime) -> OwedBy:
    """What one order of the store owes. NotReceivedYet where it was not known by then."""
    found = _asked(store, playbook, [order_id], at)
    if not found:
        raise NotReceivedYet(order_id)
    return found[0]


def owed_list(
    store: Store,
    playbook: Playbook,
    order_ids: Sequence[str],
    at: datetime,
    posts: frozenset[Post],
    limit: int,
) -> OwedList:
    """What these orders owe at a moment that falls to these posts."""
    owed: list[tuple[str, Duty]] = []
    for start in range(0, len(order_ids), _A_PIECE):
        for order in _asked(store, playbook, order_ids[start : start + _A_PIECE], at, posts):
            mine = (duty for duty in order.duties if duty.state.is_owed and duty.post in posts)
            owed += [(order.order_id, duty) for duty in mine]
    first = nsmallest(limit, owed, key=lambda told: (*pressing(told[1]), told[0]))
    return OwedList(len(owed), sum(duty.is_overdue for _, duty in owed), tuple(first))


def owing_more_than(
    store: Store, playbook: Playbook, order_ids: Sequence[str], at: datetime, usual: frozenset[str]
) -> set[str]:
    """Those of some orders that owe anything beside these usual entries."""
    return {
        order.order_id
        for order in _asked(store, playbook, order_ids, at)
        if any(d.state.is_owed and d.entry.id not in usual for d in order.duties)
    }


def _asked(
    store: Store,
    playbook: Playbook,
    order_ids: Sequence[str],
    at: datetime,
    posts: frozenset[Post] = frozenset(Post),
) -> list[OwedBy]:
    found = scored_situations(store, order_ids, at)
    return [
        OwedBy(order_id, at, bool(order.risks), tuple(playbook.duties(order, posts)))
        for order_id, order in found.items()
    ]
