"""What people's hands and scopes make of a queue: who holds what, what is done today, and whose orders they are."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from desk.access.person import Person
from desk.queue.candidates import Candidates
from desk.queue.queue import Place
from hotline.calendar import SHANGHAI, midnight, to_micros
from hotline.scope import Whereabouts, is_within
from store.claims import Claim, Outcome
from store.database import Store

#: Those who were called since then are not called again today.
_TODAY = timedelta(hours=24)
#: Whoever did not answer is called again after so long.
_TRY_AGAIN = timedelta(hours=2)


@dataclass(frozen=True)
class Hands:
    """The claims that are held, the orders out of someone's hands or done, and the calls that their desk has left."""

    held: dict[str, Claim]
    taken: dict[str, Place]
    places: int


def hands_on(store: Store, who: Person, capacity: int, held_for: timedelta, now: datetime) -> Hands:
    """Who has a hand on what, for a desk that can make so many calls a day."""
    held = store.held_claims(to_micros(now - held_for))
    taken = {order_id: Place.CLAIMED for order_id, claim in held.items() if claim.person != who.label}
    begin = to_micros(midnight(now.astimezone(SHANGHAI).date()))
    done = store.ended_claims(to_micros(now - _TODAY), Outcome.DONE)
    tried = store.ended_claims(to_micros(now - _TRY_AGAIN), Outcome.NOT_REACHED)
    taken |= {claim.order_id: Place.TRIED for claim in tried}
    ended = (*done, *store.ended_claims(to_micros(now - _TODAY), Outcome.DISAGREED))
    taken |= {claim.order_id: Place.DONE for claim in ended}
    calls = (*done, *store.ended_claims(begin, Outcome.NOT_REACHED))
    made = sum(claim.desk == who.desk and (claim.ended_at or 0) >= begin for claim in calls)
    return Hands(held, taken, max(capacity - made, 0))


def within_reach(orders: Candidates, who: Person) -> np.ndarray:
    """The rows of the orders within someone's scope."""
    if who.scope.is_whole:
        return np.arange(len(orders))
    columns = (getattr(orders, name) for name in Whereabouts._fields)
    rows = enumerate(zip(*columns, strict=True))
    return np.array([row for row, told in rows if is_within(who.scope, Whereabouts(*told))], dtype=np.int64)
