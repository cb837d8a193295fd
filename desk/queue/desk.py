"""The queue of whoever asks: the open orders within reach, today's capacity, and what is claimed or done already."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

import numpy as np

from desk.access.person import Person
from desk.queue.callback_times import CallbackTimes
from desk.queue.candidates import Candidates, candidates
from desk.queue.effects import Effects
from desk.queue.queue import Place, Queue, queue
from desk.scored import Scored
from desk.scorer import Scorer
from desk.worklist import Worklist
from hotline.calendar import to_micros
from hotline.playbook import Playbook
from hotline.scope import Whereabouts, is_within
from store.claims import Claim, Outcome
from store.database import Store

#: Those who were called since then are not called again today.
_TODAY = timedelta(hours=24)


@dataclass(frozen=True, eq=False)
class _Laid:
    scored: Scored
    orders: Candidates
    times: CallbackTimes


@dataclass(frozen=True, eq=False)
class DeskQueue:
    """A queue with who holds what, and the chances it was made of."""

    queue: Queue
    held: dict[str, Claim]
    scored: Scored


class QueueDesk:
    """Makes queues of a scorer's open orders; what does not depend on who asks is kept while the list stands."""

    def __init__(self, scorer: Scorer, worklist: Worklist) -> None:
        self._scorer = scorer
        self._worklist = worklist
        self._lock = Lock()
        self._laid: _Laid | None = None

    def of(self, store: Store, who: Person, playbook: Playbook, now: datetime) -> DeskQueue:
        """The queue of the orders within someone's reach."""
        laid = self._now(now)
        mine = laid.orders.take(_within(laid.orders, who))
        held = store.held_claims(to_micros(now - playbook.rules.claims_held_for))
        taken = {order_id: Place.CLAIMED for order_id, claim in held.items() if claim.person != who.label}
        recently = to_micros(now - _TODAY)
        for outcome in (Outcome.DONE, Outcome.DISAGREED):
            taken |= {claim.order_id: Place.DONE for claim in store.ended_claims(recently, outcome)}
        capacity = playbook.capacity(who.role)
        return DeskQueue(queue(mine, laid.times, Effects(), capacity, taken), held, laid.scored)

    def _now(self, now: datetime) -> _Laid:
        with self._lock:
            standing, scored = self._worklist.look(now)
            if self._laid is None or self._laid.scored is not scored:
                at = to_micros(now)
                caller = self._scorer.champion.model.label_caller.value
                times = CallbackTimes.of(standing.base.chronicle, caller, at)
                self._laid = _Laid(scored, candidates(standing, scored, at), times)
            return self._laid


def _within(orders: Candidates, who: Person) -> np.ndarray:
    """The rows of the orders within a scope."""
    if who.scope.is_whole:
        return np.arange(len(orders))
    columns = (getattr(orders, name) for name in Whereabouts._fields)
    rows = enumerate(zip(*columns, strict=True))
    return np.array([row for row, told in rows if is_within(who.scope, Whereabouts(*told))], dtype=np.int64)
