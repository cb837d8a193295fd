"""Past orders much like an open one: what was done about them, and how their citizens rated it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

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
from features.history import History
from hotline.calendar import from_micros, to_micros
from hotline.lifecycle import VERDICT_ZH, EventType
from hotline.order import Order
from hotline.satisfaction import Rating
from hotline.situation import Situation
from store.database import Store

#: So many are shown; where there are fewer, none is, for one or two tell a story rather than what usually happens.
SHOWN = 3
#: The newest so many of a category are looked through.
_LOOKED_THROUGH = 1_000
#: From this cosine on the pairs of letters of two texts are alike.
_ALIKE = 0.15
#: What is told of a round beside its first contact and its closing.
_COUNTED = {
    EventType.VISITED: "上门",
    EventType.DELAYED: "延期",
    EventType.REPAIRING: "维修",
    EventType.PUT_RIGHT: "整改",
    EventType.URGED: "催办",
    EventType.EXPLAINED: "解释说明",
}


@dataclass(frozen=True)
class SimilarOrder:
    """A rated order.

    order          : None where the reader may not see it; the rest names nobody
    is_same_estate : it was about the same community
    done           : what was done in its round, in words
    """

    order: Order | None
    category: str
    is_same_estate: bool
    rated_at: datetime
    rating: Rating
    done: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class _Category:
    """The rated rounds of one category, the newest first, with the letters of their texts."""

    order_id: np.ndarray
    community: np.ndarray
    rated_at: Ints
    rating: Ints
    incident: Ints
    vectorizer: TfidfVectorizer
    letters: csr_matrix

    def alike(self, text: str) -> Ints:
        """The rows whose texts are alike, the most alike first, one an incident."""
        closeness = (self.letters @ self.vectorizer.transform([text]).T).toarray().ravel()
        rows = np.argsort(-closeness, kind="stable")
        rows = rows[closeness[rows] >= _ALIKE]
        _, first = np.unique(self.incident[rows], return_index=True)
        return rows[np.sort(first)]


class SimilarOrders:
    """Looks for them in everybody's history; what was sorted of it is kept while that history stands."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._base: History | None = None
        self._rounds: Rounds | None = None
        self._categories: dict[str, _Category | None] = {}

    def of(
        self, store: Store, standing: Standing, order: Order, who: Person, now: datetime
    ) -> tuple[SimilarOrder, ...]:
        """The orders most like this one, as someone may read them; none where there are too few."""
        found = self._category(standing.base, order.category, now) if order.category and order.text else None
        if found is None or order.category is None or order.text is None:
            return ()
        rows = found.alike(order.text)
        rows = rows[(found.order_id[rows] != order.order_id) & (found.rated_at[rows] <= to_micros(now))][
            :SHOWN
        ]
        if len(rows) < SHOWN:
            return ()
        own = Reach(store.engine, who.scope).among([str(name) for name in found.order_id[rows]])
        return tuple(_told(store, found, int(row), order, own) for row in rows)

    def _category(self, base: History, name: str, now: datetime) -> _Category | None:
        with self._lock:
            if self._base is not base or self._rounds is None:
                self._base, self._categories = base, {}
                self._rounds = Rounds.of(base.chronicle, to_micros(now))
            if name not in self._categories:
                self._categories[name] = _category_of(self._rounds, name)
            return self._categories[name]


def _category_of(rounds: Rounds, name: str) -> _Category | None:
    """What is known of one category; None where too few of it were rated."""
    position, rating = rounds.rated
    rated = np.flatnonzero(position >= 0)
    frame, rating = rounds.frame(rated), rating[rated]
    rated_at = rounds.chronicle.known_at[position[rated]]
    texts = frame.word("text")
    chosen = np.flatnonzero((frame.word("category") == name) & (texts != None))  # noqa: E711
    chosen = chosen[np.argsort(-rated_at[chosen], kind="stable")][:_LOOKED_THROUGH]
    if len(chosen) < SHOWN:
        return None
    some = frame.take(chosen)
    vectorizer = TfidfVectorizer(analyzer="char", ngram_range=(2, 2), dtype=np.float32)
    try:
        letters = vectorizer.fit_transform(texts[chosen])
    except ValueError:  # not a single pair of letters
        return None
    return _Category(
        order_id=some.order_id,
        community=some.word("community"),
        rated_at=rated_at[chosen],
        rating=rating[chosen].astype(np.int64),
        incident=incident_of(some.word("community"), some.word("category"), some.received_at),
        vectorizer=vectorizer,
        letters=letters,
    )


def _told(store: Store, found: _Category, row: int, asked: Order, own: Collection[str]) -> SimilarOrder:
    order_id, rated_at = str(found.order_id[row]), from_micros(found.rated_at[row])
    situation = situations(store, [order_id], rated_at)[order_id]
    return SimilarOrder(
        order=situation.order if order_id in own else None,
        category=asked.category or "",
        is_same_estate=asked.community is not None and found.community[row] == asked.community,
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
        said = [f"{days}天后联系" if days else "一天内联系"]
    for event_type, words in _COUNTED.items():
        if times := len(situation.events(event_type)):
            said.append(f"{words}{times}次" if times > 1 else words)
    if situation.closing is not None and situation.closing.verdict:
        said.append(f"办结：{VERDICT_ZH.get(situation.closing.verdict, situation.closing.verdict)}")
    return said
