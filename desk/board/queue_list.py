"""A desk's queue as a page shows it: those to be called about, those below the cut line, and where all others went."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from desk.access.person import Person
from desk.queue.desk import DeskQueue
from desk.queue.queue import Place, Queued
from desk.situations import situations
from hotline.calendar import SHANGHAI, midnight, to_micros
from hotline.prediction import Prediction
from hotline.situation import Situation
from store.claims import Claim, Outcome
from store.database import Store

#: So many orders below the cut line are shown with their reasons.
_BELOW = 20
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
    to_foretell : so many are left out until their handler, who reads this, has foretold them
    handled     : what this desk's people did today, newest first
    """

    as_of: datetime
    places: int
    is_prior: bool
    is_scored: bool
    calls: tuple[QueueRow, ...]
    below: tuple[QueueRow, ...]
    tally: tuple[tuple[Place, int], ...]
    to_foretell: int
    handled: tuple[Claim, ...]

    @property
    def total(self) -> int:
        """All open orders within reach."""
        return sum(count for _, count in self.tally)


def queue_list(store: Store, found: DeskQueue, who: Person, now: datetime) -> QueueList:
    """The queue with what each shown order is about, as someone reads it."""
    queue = found.queue
    shown = queue.first(queue.within + _BELOW)
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
        calls=tuple(row for row in rows if row.entry.place is Place.IN),
        below=tuple(row for row in rows if row.entry.place is not Place.IN),
        tally=tuple((place, counted[place]) for place in Place if counted[place]),
        to_foretell=len(found.asked),
        handled=_handled(store, who, now),
    )


def _handled(store: Store, who: Person, now: datetime) -> tuple[Claim, ...]:
    begin = to_micros(midnight(now.astimezone(SHANGHAI).date()))
    ended = [claim for outcome in _HANDLED for claim in store.ended_claims(begin, outcome)]
    own = (claim for claim in ended if claim.desk == who.desk)
    return tuple(sorted(own, key=lambda claim: -(claim.ended_at or 0)))
