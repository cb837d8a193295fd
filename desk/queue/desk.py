"""The queue of whoever asks: the open orders within reach, today's capacity, and what is claimed or done already."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from threading import Lock

import numpy as np

from desk.access.person import Person
from desk.board.forecasting import asked_first, is_drawn
from desk.effect.learnt import learnt_of
from desk.queue.callback_times import CallbackTimes
from desk.queue.candidates import Candidates, candidates
from desk.queue.effects import Effects
from desk.queue.lots import Lots, draw_today, lots_of
from desk.queue.queue import Place, Queue, queue
from desk.scored import Scored
from desk.scorer import Scorer
from desk.situations import situations
from desk.worklist import Worklist
from hotline.calendar import SHANGHAI, midnight, to_micros
from hotline.playbook import Playbook
from hotline.policy import Action
from hotline.scope import Whereabouts, is_within
from store.claims import Claim, Outcome
from store.database import Store

#: Those who were called since then are not called again today.
_TODAY = timedelta(hours=24)
#: Whoever did not answer is called again after so long.
_TRY_AGAIN = timedelta(hours=2)


@dataclass(frozen=True, eq=False)
class _Laid:
    scored: Scored
    orders: Candidates
    times: CallbackTimes


@dataclass(frozen=True, eq=False)
class DeskQueue:
    """A queue with who holds what, and the chances it was made of.

    asked : orders that have no place in it until their handler, who reads it, has foretold them; neither the gaps
            that they would leave nor the counts then tell what the model says of them
    """

    queue: Queue
    held: dict[str, Claim]
    scored: Scored
    asked: frozenset[str] = frozenset()


class QueueDesk:
    """Makes queues of a scorer's open orders; what does not depend on who asks is kept while the list stands."""

    def __init__(self, scorer: Scorer, worklist: Worklist) -> None:
        self._scorer = scorer
        self._worklist = worklist
        self._lock = Lock()
        self._laid: _Laid | None = None
        self._effects: tuple[date, Effects] | None = None

    def of(self, store: Store, who: Person, playbook: Playbook, now: datetime) -> DeskQueue:
        """The queue of the orders within someone's reach; the first look of a day may draw (see desk/queue/lots.py)."""
        laid, effects = self._now(now), self._effects_of(store, now)
        mine = laid.orders.take(_within(laid.orders, who))
        asked = _asked(store, who, mine, now)
        mine = mine.take(np.flatnonzero([order_id not in asked for order_id in mine.order_id.tolist()]))
        capacity = playbook.capacity(who.role, who.scope.zh)
        held, taken, done = _hands_on(store, who, playbook, now)

        def queued(places: int, lots: Lots) -> Queue:
            left = dict.fromkeys(lots.left, Place.LEFT)
            return queue(mine, laid.times, effects, places, left | taken, lots.to_call)

        if not playbook.draw.is_on:
            return DeskQueue(queued(max(capacity - done, 0), Lots()), held, laid.scored, asked)
        draw_today(
            store,
            playbook,
            who,
            mine,
            lambda: queued(capacity, lots_of(store, playbook, mine, now)),
            self._scorer.champion.version,
            now,
        )
        lots = lots_of(store, playbook, mine, now)
        return DeskQueue(queued(max(capacity - done, 0), lots), held, laid.scored, asked)

    def _effects_of(self, store: Store, now: datetime) -> Effects:
        """The effects to go by today: what the ledger says of everything known when the day began."""
        today = now.astimezone(SHANGHAI).date()
        with self._lock:
            if self._effects is None or self._effects[0] != today:
                caller = self._scorer.champion.model.label_caller
                self._effects = today, learnt_of(store, midnight(today), caller)
            return self._effects[1]

    def _now(self, now: datetime) -> _Laid:
        with self._lock:
            standing, scored = self._worklist.look(now)
            if self._laid is None or self._laid.scored is not scored:
                at = to_micros(now)
                caller = self._scorer.champion.model.label_caller.value
                times = CallbackTimes.of(standing.base.chronicle, caller, at)
                self._laid = _Laid(scored, candidates(standing, scored, at), times)
            return self._laid


def _hands_on(
    store: Store, who: Person, playbook: Playbook, now: datetime
) -> tuple[dict[str, Claim], dict[str, Place], int]:
    """The claims that are held, the orders that are out of one's hands or done, and the calls made today."""
    held = store.held_claims(to_micros(now - playbook.rules.claims_held_for))
    taken = {order_id: Place.CLAIMED for order_id, claim in held.items() if claim.person != who.label}
    begin = to_micros(midnight(now.astimezone(SHANGHAI).date()))
    done = store.ended_claims(to_micros(now - _TODAY), Outcome.DONE)
    tried = store.ended_claims(to_micros(now - _TRY_AGAIN), Outcome.NOT_REACHED)
    taken |= {claim.order_id: Place.TRIED for claim in tried}
    ended = (*done, *store.ended_claims(to_micros(now - _TODAY), Outcome.DISAGREED))
    taken |= {claim.order_id: Place.DONE for claim in ended}
    calls = (*done, *store.ended_claims(begin, Outcome.NOT_REACHED))
    made = sum(claim.desk == who.desk and (claim.ended_at or 0) >= begin for claim in calls)
    return held, taken, made


def _asked(store: Store, who: Person, orders: Candidates, now: datetime) -> frozenset[str]:
    """Those of the orders whose rating this person is asked to foretell before seeing the model's word."""
    if not who.may(Action.FORECAST):
        return frozenset()
    drawn = [order_id for order_id in map(str, orders.order_id) if is_drawn(order_id)]
    return asked_first(store, situations(store, drawn, now).values(), now)


def _within(orders: Candidates, who: Person) -> np.ndarray:
    """The rows of the orders within a scope."""
    if who.scope.is_whole:
        return np.arange(len(orders))
    columns = (getattr(orders, name) for name in Whereabouts._fields)
    rows = enumerate(zip(*columns, strict=True))
    return np.array([row for row, told in rows if is_within(who.scope, Whereabouts(*told))], dtype=np.int64)
