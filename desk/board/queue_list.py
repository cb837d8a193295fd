"""A desk's queue as a page shows it: those to be called about, those below the cut line, and where all others went."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from desk.access.person import Person
from desk.board.finding import is_found
from desk.queue.desk import DeskQueue
from desk.queue.queue import Place, Queued
from desk.situations import situations
from features.arrays import Ints
from hotline.calendar import SHANGHAI, midnight, to_micros
from hotline.prediction import Prediction
from hotline.situation import Situation
from store.claims import Claim, Outcome
from store.database import Store

#: So many orders below the cut line are shown with their reasons; more where some are sought.
_BELOW, _SOUGHT = 20, 50
#: Of each order, where what is sought may stand.
_TOLD = ("order_id", "community", "category", "street", "company")
_HANDLED = (Outcome.DONE, Outcome.NOT_REACHED, Outcome.DISAGREED)


@dataclass(frozen=True)
class QueueRow:
    """One order of the queue; `prediction` is None where no model speaks, `claim` is whoever holds it."""

    entry: Queued
    situation: Situation
    prediction: Prediction | None
    claim: Claim | None


@dataclass(frozen=True)
class QueueList:
    """The queue at a moment; `tally` says how many orders stand where, and adds up to all.

    is_scored   : whether a model speaks; by clocks otherwise
    knows_times : whether enough callbacks were seen to say whether a call comes in time
    found       : so many match what is sought; all where nothing is
    to_foretell : so many are left out until their handler, who reads this, has foretold them
    handled     : what this desk's people did today, newest first
    """

    as_of: datetime
    places: int
    is_prior: bool
    is_scored: bool
    knows_times: bool
    calls: tuple[QueueRow, ...]
    below: tuple[QueueRow, ...]
    found: int
    tally: tuple[tuple[Place, int], ...]
    to_foretell: int
    handled: tuple[Claim, ...]

    @property
    def total(self) -> int:
        """All open orders within reach."""
        return sum(count for _, count in self.tally)


def queue_list(store: Store, found: DeskQueue, who: Person, now: datetime, find: str = "") -> QueueList:
    """The queue with what each shown order is about, as someone reads it; only the orders that are sought."""
    queue, ranks = found.queue, _ranks(found, find)
    calls, others = ranks[ranks <= queue.within], ranks[ranks > queue.within]
    shown = queue.at(np.concatenate([calls, others[: _SOUGHT if find.strip() else _BELOW]]))
    about = situations(store, [entry.order_id for entry in shown], now)
    said = found.said_of(about)
    rows = [
        QueueRow(entry, about[entry.order_id], said.get(entry.order_id), found.held.get(entry.order_id))
        for entry in shown
        if entry.order_id in about
    ]
    counted = Counter(queue.place.tolist())
    return QueueList(
        as_of=now,
        places=queue.capacity,
        is_prior=queue.is_prior,
        is_scored=found.scored is not None,
        knows_times=found.times.is_known,
        calls=tuple(row for row in rows if row.entry.place is Place.IN),
        below=tuple(row for row in rows if row.entry.place is not Place.IN),
        tally=tuple((place, counted[place]) for place in Place if counted[place]),
        found=len(ranks),
        to_foretell=len(found.asked),
        handled=_handled(store, who, now),
    )


def _ranks(found: DeskQueue, find: str) -> Ints:
    """The ranks, from 1, of the orders that are sought."""
    rows, orders = found.queue.rows, found.orders
    ranks = np.arange(1, len(rows) + 1)
    if not find.strip():
        return ranks
    told = zip(*(getattr(orders, name)[rows] for name in _TOLD), strict=True)
    return ranks[[is_found(find, words) for words in told]]


def _handled(store: Store, who: Person, now: datetime) -> tuple[Claim, ...]:
    begin = to_micros(midnight(now.astimezone(SHANGHAI).date()))
    ended = [claim for outcome in _HANDLED for claim in store.ended_claims(begin, outcome)]
    own = (claim for claim in ended if claim.desk == who.desk)
    return tuple(sorted(own, key=lambda claim: -(claim.ended_at or 0)))
