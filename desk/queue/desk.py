"""The queue of whoever asks: the open orders within reach, today's capacity, and what is claimed or done already."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from threading import Lock

import numpy as np

from desk.access.person import Person
from desk.board.forecasting import asked_first, is_drawn
from desk.effect.learnt import learnt_of
from desk.queue.callback_times import CallbackTimes
from desk.queue.candidates import Candidates, candidates, candidates_by_clock
from desk.queue.effects import Effects
from desk.queue.hands import hands_on, within_reach
from desk.queue.lots import Lots, draw_today, lots_of
from desk.queue.queue import Place, Queue, queue, queue_by_clock
from desk.scored import Scored
from desk.scorer import Scorer
from desk.situations import situations
from desk.standing import Standing
from desk.worklist import Worklist
from hotline.calendar import SHANGHAI, midnight, to_micros
from hotline.playbook import Playbook
from hotline.policy import Action
from hotline.prediction import Prediction
from store.claims import Claim
from store.database import Store


@dataclass(frozen=True, eq=False)
class _Laid:
    scored: Scored
    orders: Candidates
    times: CallbackTimes


@dataclass(frozen=True, eq=False)
class DeskQueue:
    """A queue with the orders that it ranks, who holds what, and the chances it was made of.

    times  : when official callbacks come
    scored : None where no model speaks
    asked : orders that have no place in it until their handler, who reads it, has foretold them; neither the gaps
            that they would leave nor the counts then tell what the model says of them
    """

    queue: Queue
    orders: Candidates
    times: CallbackTimes
    held: dict[str, Claim]
    scored: Scored | None
    asked: frozenset[str] = frozenset()

    def said_of(self, order_ids: Collection[str]) -> dict[str, Prediction]:
        """What the model says of some of the orders."""
        return (
            {p.order_id: p for p in self.scored.predictions if p.order_id in order_ids} if self.scored else {}
        )


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
        mine = laid.orders.take(within_reach(laid.orders, who))
        asked = _asked(store, who, mine, now)
        mine = mine.take(np.flatnonzero([order_id not in asked for order_id in mine.order_id.tolist()]))
        capacity = playbook.capacity(who.role, who.scope.zh)
        hands = hands_on(store, who, capacity, playbook.rules.claims_held_for, now)

        def queued(places: int, lots: Lots) -> Queue:
            left = dict.fromkeys(lots.left, Place.LEFT)
            return queue(mine, laid.times, effects, places, left | hands.taken, lots.to_call)

        if not playbook.draw.is_on:
            return DeskQueue(queued(hands.places, Lots()), mine, laid.times, hands.held, laid.scored, asked)
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
        return DeskQueue(queued(hands.places, lots), mine, laid.times, hands.held, laid.scored, asked)

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


def queue_without_model(
    store: Store, standing: Standing, who: Person, playbook: Playbook, now: datetime
) -> DeskQueue:
    """The queue by clocks, of the orders within someone's reach; what was drawn stands, and nothing is drawn."""
    at = to_micros(now)
    orders = candidates_by_clock(standing, at)
    mine = orders.take(within_reach(orders, who))
    capacity = playbook.capacity(who.role, who.scope.zh)
    hands = hands_on(store, who, capacity, playbook.rules.claims_held_for, now)
    lots = lots_of(store, playbook, mine, now) if playbook.draw.is_on else Lots()
    chronicle = standing.base.chronicle
    times = CallbackTimes.of(chronicle, chronicle.log.label_caller, at)
    taken = dict.fromkeys(lots.left, Place.LEFT) | hands.taken
    found = queue_by_clock(mine, times, hands.places, taken, lots.to_call)
    return DeskQueue(found, mine, times, hands.held, None)


def _asked(store: Store, who: Person, orders: Candidates, now: datetime) -> frozenset[str]:
    """Those of the orders whose rating this person is asked to foretell before seeing the model's word."""
    if not who.may(Action.FORECAST):
        return frozenset()
    drawn = [order_id for order_id in map(str, orders.order_id) if is_drawn(order_id)]
    return asked_first(store, situations(store, drawn, now).values(), now)
