"""Today's draw of a desk: made once, when its queue is first read, and written down before anybody calls."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from desk.access.person import Person
from desk.duties import owing_more_than
from desk.queue.candidates import Candidates
from desk.queue.draw import Arm, Draw, draw, seed_of
from desk.queue.effects import kinds_of
from desk.queue.queue import Queue
from hotline.calendar import SHANGHAI, to_micros
from hotline.playbook import Playbook
from store.database import Store
from store.draws import DrawnOrder, DrawRow, drawn_since, is_drawn, record

#: What every closed order may owe whatever is drawn: the firm's routine call, and what is worked off the street's
#: lists. Whoever owes more is never drawn, for no duty is ever withheld.
_NO_HINDRANCE = frozenset({"P08", "P11", "P12"})
#: No order waits so long for its callback.
_STANDS_FOR = timedelta(days=180)


@dataclass(frozen=True)
class Lots:
    """Orders of which a lot speaks still: those to be called about, and those that are left."""

    to_call: frozenset[str] = frozenset()
    left: frozenset[str] = frozenset()


def lots_of(store: Store, playbook: Playbook, orders: Candidates, now: datetime) -> Lots:
    """What was drawn of these orders in the round in which they are; a lot to leave falls with the first duty."""
    standing = dict(zip(orders.order_id.tolist(), orders.round_at.tolist(), strict=True))
    rows = drawn_since(store.engine, to_micros(now - _STANDS_FOR))
    mine = [row for row in rows if standing.get(row.order_id) == row.round_at]
    left = [row.order_id for row in mine if row.arm == Arm.LEAVE]
    owing = owing_more_than(store, playbook, left, now, _NO_HINDRANCE) if left else set()
    called = frozenset(row.order_id for row in mine if row.arm == Arm.CALL)
    return Lots(called, frozenset(left) - owing)


def draw_today(
    store: Store,
    playbook: Playbook,
    who: Person,
    orders: Candidates,
    queue_now: Callable[[], Queue],
    model_version: str,
    now: datetime,
) -> None:
    """Draw near the cut line of someone's queue, if their desk draws and has not drawn today.

    Workers may ask at once: the first one's draw is written, and whoever reads the lots after this finds it.
    """
    rules, desk, day = playbook.draw, who.desk, now.astimezone(SHANGHAI).date().isoformat()
    if not rules.draws_for(who.role) or is_drawn(store.engine, desk, day):
        return
    found = queue_now()
    seed, place = seed_of(rules, desk, day), {name: row for row, name in enumerate(orders.order_id)}
    drawn_before = {
        (row.order_id, row.round_at) for row in drawn_since(store.engine, to_micros(now - _STANDS_FOR))
    }

    def may_be(names: Sequence[str]) -> set[str]:
        rows = [place[name] for name in names]
        allowed = {
            orders.order_id[row]
            for row in rows
            if not np.isnan(orders.waited_hours[row])
            and orders.category[row] not in rules.left_out
            and (orders.order_id[row], int(orders.round_at[row])) not in drawn_before
        }
        return allowed - owing_more_than(store, playbook, sorted(allowed), now, _NO_HINDRANCE)

    drawn = draw(found, rules, seed, may_be)
    row = DrawRow(
        desk=desk,
        day=day,
        drawn_at=to_micros(now),
        seed=seed,
        capacity=found.capacity,
        share=rules.share,
        nearness=rules.nearness,
        agreed=rules.agreed,
        line=drawn.line,
        near=drawn.near,
        model_version=model_version,
    )
    record(store.engine, row, drawn_orders(drawn, row, orders))


def drawn_orders(drawn: Draw, row: DrawRow, orders: Candidates) -> list[DrawnOrder]:
    """What fell to each order, those of one incident alike."""
    place = {name: row for row, name in enumerate(orders.order_id)}
    kinds = kinds_of(orders)
    return [
        DrawnOrder(
            order_id=name,
            round_at=int(orders.round_at[place[name]]),
            desk=row.desk,
            day=row.day,
            drawn_at=row.drawn_at,
            head=lot.order_id,
            rank=lot.rank,
            arm=lot.arm.value,
            chance=drawn.chance,
            kind=str(kinds[place[name]]),
            **{f"p{level}": float(p) for level, p in enumerate(orders.probabilities[place[name]])},
        )
        for lot in drawn.lots
        for name in (lot.order_id, *lot.same)
    ]
