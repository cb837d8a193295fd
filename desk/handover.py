"""Handing a manager's open orders over to another: in one transaction, once however often it is asked for."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson

from desk.access.person import Person
from desk.clock_desk import open_and_whose
from desk.refusals import Refused
from desk.standing import Standing
from hotline.calendar import from_micros, to_micros
from hotline.duties import Post
from hotline.lifecycle import EventType
from hotline.order import Order, OrderEvent
from hotline.scope import Scope, Whereabouts, is_within
from store.access.accounts import all_accounts
from store.database import Store
from store.kept_answers import KeptAnswer, WriteKey
from store.whereabouts import firms_of_managers, whereabouts


@dataclass(frozen=True)
class Handover:
    """From whom to whom; only of one community, or of all; to another company, if one is named."""

    giver: str
    taker: str
    community: str | None = None
    company: str | None = None

    def concerns(self, where: Whereabouts, scope: Scope) -> bool:
        """Whether an order is one of those that are handed over, and within the scope of whoever does it."""
        is_of = where.manager == self.giver and self.community in (None, where.community)
        return is_of and is_within(scope, where)

    def after(self, where: Whereabouts) -> Whereabouts:
        """Whose the order is afterwards."""
        return where._replace(manager=self.taker, company=self.company or where.company)


@dataclass(frozen=True)
class Foreseen:
    """What a handover would do: how many open orders by community, and how many of them no account would see."""

    count: int
    communities: tuple[tuple[str, int], ...]
    unseen: int


def concerned(
    standing: Standing, handover: Handover, scope: Scope, now: datetime
) -> list[tuple[str, Whereabouts]]:
    """The open orders that a handover is about."""
    return [
        (order_id, where)
        for order_id, where in open_and_whose(standing, now)
        if handover.concerns(where, scope)
    ]


def foreseen(store: Store, handover: Handover, orders: Sequence[tuple[str, Whereabouts]]) -> Foreseen:
    """The handover in figures; whose accounts see the orders afterwards is looked up."""
    scopes = [
        account.scope
        for account in all_accounts(store.engine)
        if account.disabled_at is None and handover.taker in account.scope.managers
    ]
    after = [handover.after(where) for _, where in orders]
    unseen = sum(not any(is_within(scope, where) for scope in scopes) for where in after)
    counted = Counter(where.community or "小区未填" for _, where in orders)
    return Foreseen(len(orders), tuple(counted.most_common()), unseen)


def known_managers(store: Store, scope: Scope) -> frozenset[str]:
    """The managers whom one may hand over to: all whom an order or an account names; of a firm, those of its own."""
    firms = firms_of_managers(store.engine)
    accounts = [account for account in all_accounts(store.engine) if account.disabled_at is None]
    if not scope.is_whole:
        firms = {name: of for name, of in firms.items() if of & scope.companies}
        accounts = [account for account in accounts if account.scope.companies & scope.companies]
    return frozenset(firms) | {name for account in accounts for name in account.scope.managers}


def hand_over(
    store: Store,
    handover: Handover,
    order_ids: Sequence[str],
    who: Person,
    key: str,
    now: datetime,
    kept_since: int,
) -> list[str]:
    """Write the new manager and the event of each order; their ids. All are handed over, or none.

    Call it in a writing transaction. Sent again under the same key nothing is written, and the ids are the same;
    keys older than `kept_since` (microseconds) are forgotten. Refused where an order went elsewhere meanwhile.
    """
    said = orjson.dumps([handover.giver, handover.taker, handover.community, handover.company]).decode()
    asked = WriteKey(who.label, f"handover {key}", said)
    if (kept := store.recall(asked, kept_since)) is not None:
        return list(orjson.loads(kept.body))
    stand = whereabouts(store.engine, order_ids)
    if any(not handover.concerns(stand.get(order_id, Whereabouts()), who.scope) for order_id in order_ids):
        raise Refused("count", "这些工单刚刚有变化，请重新查看件数后再移交")
    at, received_at = to_micros(now), _received(store, order_ids)
    event = OrderEvent(
        EventType.HANDED_OVER, now, now, event_id=f"handover-{key}", actor=who.name, group=Post.COMPANY.zh
    )
    for order_id in order_ids:
        moved = Order(
            order_id,
            received_at[order_id],
            manager=handover.taker,
            company=handover.company,
            events=(event,),
        )
        store.add_order(moved, at)
    store.keep(asked, KeptAnswer(200, orjson.dumps(list(order_ids)).decode()), at, kept_since)
    return list(order_ids)


def _received(store: Store, order_ids: Sequence[str]) -> dict[str, datetime]:
    """When each order was received, as last known; where nobody said, when it was first known."""
    found: dict[str, int] = {}
    for row in store.rows(order_ids)["orders"]:
        first = found.setdefault(row["order_id"], row["known_at"])
        found[row["order_id"]] = row["received_at"] or first
    return {order_id: from_micros(at) for order_id, at in found.items()}
