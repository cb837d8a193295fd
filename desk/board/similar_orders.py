"""Past orders of the reader's own much like an open one: what was done about them, and how they were rated."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from weakref import WeakKeyDictionary

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer

from desk.access.person import Person
from desk.access.reach import Reach
from desk.queue.incidents import incident_of
from desk.rounds import Rounds
from desk.situations import situations
from desk.standing import Standing
from features.arrays import Ints
from features.chronicle import Chronicle
from features.history import History
from hotline.calendar import from_micros, to_micros
from hotline.lifecycle import VERDICT_ZH, EventType
from hotline.order import Order
from hotline.satisfaction import Rating
from hotline.situation import Situation
from store.database import Store

#: So many are shown; where there are fewer, none is, for one or two tell a story rather than what usually happens.
SHOWN = 3
#: The newest so many of a category are looked through, by so many at a time whose they are.
_LOOKED_THROUGH, _ASKED_AT_ONCE = 1_000, 100
#: From this cosine on the pairs of letters of two texts are alike.
_ALIKE = 0.15
#: What is told of a round beside its first contact and its closing.
_COUNTED = (
    EventType.VISITED,
    EventType.DELAYED,
    EventType.REPAIRING,
    EventType.PUT_RIGHT,
    EventType.URGED,
    EventType.EXPLAINED,
)


@dataclass(frozen=True)
class SimilarOrder:
    """A rated order; `done` is what was done in its round, in words."""

    order: Order
    is_same_estate: bool
    rated_at: datetime
    rating: Rating
    done: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class _Category:
    """The rated rounds of one category, the newest first, with the letters of their texts."""

    order_id: np.ndarray
    rated_at: Ints
    rating: Ints
    incident: Ints
    vectorizer: TfidfVectorizer
    letters: csr_matrix

    def alike(self, text: str) -> Ints:
        """The rows whose texts are alike, the most alike first."""
        closeness = (self.letters @ self.vectorizer.transform([text]).T).toarray().ravel()
        rows = np.argsort(-closeness, kind="stable")
        return rows[closeness[rows] >= _ALIKE]


class SimilarOrders:
    """Looks for them in everybody's history as it was sorted last; what was made of it goes with it.

    Orders written to since are left out: they may have been corrected or forgotten.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._made: WeakKeyDictionary[History, dict[str, _Category | None]] = WeakKeyDictionary()

    def of(
        self, store: Store, standing: Standing, order: Order, who: Person, now: datetime
    ) -> tuple[SimilarOrder, ...]:
        """The orders most like this one among those within someone's reach; none where there are too few."""
        if not order.category or not order.text:
            return ()
        found = self._category(standing.base, order.category, now)
        if found is None:
            return ()
        rows = found.alike(order.text)
        out = {order.order_id, *standing.changed}
        is_in = [order_id not in out for order_id in found.order_id[rows]]
        rows = rows[np.array(is_in, dtype=bool) & (found.rated_at[rows] <= to_micros(now))]
        told: list[SimilarOrder] = []
        for row in _one_a_matter(found, rows, Reach(store.engine, who.scope)):
            if one := _told(store, found, row, order):
                told.append(one)
            if len(told) == SHOWN:
                return tuple(told)
        return ()

    def _category(self, base: History, name: str, now: datetime) -> _Category | None:
        with self._lock:
            made = self._made.setdefault(base, {})
            if name not in made:
                made[name] = _category_of(base.chronicle, name, to_micros(now))
            return made[name]


def _category_of(chronicle: Chronicle, name: str, at: int) -> _Category | None:
    """What is known of one category; None where too few of it were rated."""
    rounds = Rounds.of(chronicle, at)
    position, rating = rounds.rated
    rated = np.flatnonzero(position >= 0)
    frame, rating = rounds.frame(rated), rating[rated]
    rated_at = chronicle.known_at[position[rated]]
    is_told = np.array([bool(text) for text in frame.word("text")], dtype=bool)
    chosen = np.flatnonzero((frame.word("category") == name) & is_told)
    chosen = chosen[np.argsort(-rated_at[chosen], kind="stable")][:_LOOKED_THROUGH]
    if len(chosen) < SHOWN:
        return None
    some = frame.take(chosen)
    vectorizer = TfidfVectorizer(analyzer="char", ngram_range=(2, 2), dtype=np.float32)
    try:
        letters = vectorizer.fit_transform(some.word("text"))
    except ValueError:  # not a single pair of letters
        return None
    return _Category(
        order_id=some.order_id.copy(),
        rated_at=rated_at[chosen],
        rating=rating[chosen].astype(np.int64),
        incident=incident_of(some.word("community"), some.word("category"), some.received_at),
        vectorizer=vectorizer,
        letters=letters,
    )


def _one_a_matter(found: _Category, rows: Ints, reach: Reach) -> Iterator[int]:
    """The rows within reach as they stand, one an order and one an incident."""
    seen: set[object] = set()
    for start in range(0, len(rows), _ASKED_AT_ONCE):
        some = rows[start : start + _ASKED_AT_ONCE].tolist()
        own = reach.among([str(found.order_id[row]) for row in some])
        for row in some:
            matter = {str(found.order_id[row]), int(found.incident[row])}
            if str(found.order_id[row]) in own and seen.isdisjoint(matter):
                seen |= matter
                yield row


def _told(store: Store, found: _Category, row: int, asked: Order) -> SimilarOrder | None:
    """What is told of a row; None where the store does not know the order at that moment."""
    order_id, rated_at = str(found.order_id[row]), from_micros(found.rated_at[row])
    situation = situations(store, [order_id], rated_at).get(order_id)
    if situation is None:
        return None
    order = situation.order
    return SimilarOrder(
        order=order,
        is_same_estate=asked.community is not None and order.community == asked.community,
        rated_at=rated_at,
        rating=Rating(int(found.rating[row])),
        done=tuple(_done(situation)),
    )


def _done(situation: Situation) -> Sequence[str]:
    """What was done in a round, as it is registered."""
    contact = next(iter(situation.events(EventType.CONTACTED)), None)
    said = ["没有联系的登记"]
    if contact is not None:
        days = (contact.happened_at - situation.round_start).days
        said = [f"{days}天后联系" if days > 0 else "一天内联系"]
    for event_type in _COUNTED:
        if times := len(situation.events(event_type)):
            said.append(f"{event_type.zh}{times}次" if times > 1 else event_type.zh)
    if situation.closing is not None:
        verdict = VERDICT_ZH.get(situation.closing.verdict or "")
        said.append(f"办结：{verdict}" if verdict else "办结")
    return said
