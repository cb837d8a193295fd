"""How orders that are over were rated lately: what someone reads who has nothing open."""

from collections import Counter
from datetime import datetime, timedelta

from desk.access.reach import Reach
from hotline.calendar import to_micros
from hotline.lifecycle import OfficialCaller
from hotline.satisfaction import Rating
from hotline.scope import Scope
from store.connection import reading
from store.database import Store
from store.few_orders import ratings_since

#: So far back one looks.
LATELY = timedelta(days=7)


def rated_lately(store: Store, scope: Scope, now: datetime) -> dict[Rating, int]:
    """How many orders within a scope the city heard of each rating in the last days, best first."""
    with reading(store.engine) as connection:
        heard = ratings_since(connection, OfficialCaller.CITY, to_micros(now - LATELY), to_micros(now))
    own = Reach(store.engine, scope).among([order_id for order_id, _ in heard])
    counted = Counter(Rating(rating) for order_id, rating in heard if order_id in own)
    return {rating: counted[rating] for rating in reversed(Rating)}
