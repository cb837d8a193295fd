"""The kinds of facts that history is made of, each with the moment from which it could be known."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from features.arrays import Ints
from features.chronicle import Chronicle
from features.labels import labels_of
from features.ordering import CITY_CALLBACK, DISTRICT_CALLBACK
from features.stages import last_standing
from features.working_time import end_of_next_working_day
from hotline.calendar import NO_TIME
from hotline.lifecycle import EventType, Verdict

SECOND = 1_000_000


@dataclass(frozen=True, eq=False)
class Facts:
    """Facts of one kind: where in the chronicle each arose, and its whole numbers.

    `time` is given only where a fact is known at another moment than its row at `position`, one of the
    chronicle's `moments`; `key` only where it belongs to another key than its order's there.
    """

    position: Ints
    values: Mapping[str, Ints]
    time: Ints | None = None
    key: Ints | None = None


def _facts(chronicle: Chronicle, position: Ints, **values: np.ndarray) -> Facts:
    whole = {name: value.astype(np.int64) for name, value in values.items()}
    return Facts(position, {"count": np.ones(len(position), np.int64)} | whole)


def _received_at(chronicle: Chronicle, position: Ints) -> Ints:
    stated = chronicle.field("received_at").at(position, NO_TIME)
    return np.where(stated == NO_TIME, chronicle.known_at[chronicle.first[chronicle.order[position]]], stated)


def received(chronicle: Chronicle) -> Facts:
    """Orders received."""
    return _facts(chronicle, chronicle.first)


def contacted(chronicle: Chronicle) -> Facts:
    """First contacts: seconds taken, and whether within one working day."""
    position = _firsts(chronicle, EventType.CONTACTED)
    received_at, known = _received_at(chronicle, position), chronicle.known_at[position]
    return _facts(
        chronicle,
        position,
        seconds=(known - received_at) // SECOND,
        in_time=known <= end_of_next_working_day(received_at),
    )


def closed(chronicle: Chronicle) -> Facts:
    """First closings: seconds taken, whether late, whether closed by explaining only."""
    position = _firsts(chronicle, EventType.CLOSED)
    due = chronicle.field("due_at").at(position, NO_TIME)
    known = chronicle.known_at[position]
    verdict = chronicle.log.events["verdict"].to_numpy()[chronicle.row[position]]
    return _facts(
        chronicle,
        position,
        seconds=(known - _received_at(chronicle, position)) // SECOND,
        late=(due != NO_TIME) & (known > due),
        explained=verdict == Verdict.EXPLAINED.value,
    )


def rated(chronicle: Chronicle) -> Facts:
    """Ratings that count as an order's outcome: whether 不满意, and the hundredths of 满意率 lost."""
    labels = labels_of(chronicle)
    return _facts(
        chronicle,
        labels.position,
        dissatisfied=labels.rating == 0,
        lost=np.array([100, 40, 20, 0])[labels.rating],
    )


def judged(chronicle: Chronicle) -> Facts:
    """Ratings that 962121 heard in its own callbacks."""
    position, rating = _ratings(chronicle, DISTRICT_CALLBACK)
    return _facts(chronicle, position, dissatisfied=rating == 0)


def called(chronicle: Chronicle) -> Facts:
    """Official callbacks, answered or not."""
    position = np.flatnonzero(chronicle.is_type(CITY_CALLBACK, DISTRICT_CALLBACK))
    answered = chronicle.log.callbacks["answered"].to_numpy()[chronicle.row[position]]
    return _facts(chronicle, position, answered=answered == 1)


def solved(chronicle: Chronicle) -> Facts:
    """Citizens' answers to whether the matter was solved."""
    position = np.flatnonzero(chronicle.is_type(CITY_CALLBACK, DISTRICT_CALLBACK))
    answer = chronicle.log.callbacks["solved"].to_numpy()[chronicle.row[position]]
    told = ~np.isnan(answer)
    return _facts(chronicle, position[told], solved=answer[told] == 1)


def promised(chronicle: Chronicle) -> Facts:
    """Promised repair dates that came: whether the order was still not closed then.

    Known at the promised moment itself; a promise taken back or closed before it makes no fact.
    """
    position = np.flatnonzero((chronicle.promised_at != NO_TIME) & chronicle.is_event)
    due = np.maximum(chronicle.promised_at[position], chronicle.known_at[position])
    void = _known_retraction(chronicle)[position]
    position, due = position[void > due], due[void > due]
    standing = chronicle.position_at(chronicle.order[position], due)
    is_closed = _closed_after(chronicle)[standing]
    count = np.ones(len(position), np.int64)
    return Facts(position, {"count": count, "broken": (~is_closed).astype(np.int64)}, time=due)


def _one_type(name: str) -> Callable[[Chronicle], Facts]:
    def facts(chronicle: Chronicle) -> Facts:
        position = np.flatnonzero(chronicle.is_type(name) & ~chronicle.is_receipt)
        takes = chronicle.retractions
        takes = takes[np.isin(chronicle.retracted_position[takes], position)]
        taken_back = chronicle.retracted_position[takes]
        known_at = chronicle.known_at
        sign = np.repeat(np.array([1, -1]), [len(position), len(takes)])
        time = np.concatenate([known_at[position], np.maximum(known_at[takes], known_at[taken_back])])
        return Facts(np.concatenate([position, taken_back]), {"count": sign}, time=time)

    facts.__doc__ = f"Events of type {name}; one that is taken back weighs against its own key from then on."
    return facts


FACTS: dict[str, Callable[[Chronicle], Facts]] = {
    "received": received,
    "contacted": contacted,
    "closed": closed,
    "rated": rated,
    "judged": judged,
    "called": called,
    "solved": solved,
    "promised": promised,
} | {
    name.value: _one_type(name)
    for name in (
        EventType.RETURNED,
        EventType.URGED,
        EventType.DELAYED,
        EventType.REDISPATCHED,
        EventType.ESCALATED,
    )
}


#: The names of the values that facts of each kind carry.
VALUES: dict[str, tuple[str, ...]] = dict.fromkeys((*FACTS, "in_hand"), ("count",)) | {
    "contacted": ("count", "seconds", "in_time"),
    "closed": ("count", "seconds", "late", "explained"),
    "rated": ("count", "dissatisfied", "lost"),
    "judged": ("count", "dissatisfied"),
    "called": ("count", "answered"),
    "solved": ("count", "solved"),
    "promised": ("count", "broken"),
}


def in_hand(chronicle: Chronicle, keys: Ints) -> Facts:
    """Orders in hand, from assignment intervals: +1 where one begins, -1 where it ends.

    `keys` is the key of the order along the chronicle (-1: none). An interval ends by closing or by
    going to another key, so returns and re-dispatches don't make the count drift.
    """
    open_ = ~_closed_after(chronicle)
    same_order = ~chronicle.is_receipt
    before_open = np.where(same_order, np.roll(open_, 1), False)
    before_key = np.where(same_order, np.roll(keys, 1), -1)
    turned = (open_ != before_open) | (keys != before_key)
    ends = np.flatnonzero(turned & before_open & (before_key >= 0))
    begins = np.flatnonzero(turned & open_ & (keys >= 0))
    position = np.concatenate([ends, begins])
    count = np.concatenate([-np.ones(len(ends), np.int64), np.ones(len(begins), np.int64)])
    key = np.concatenate([before_key[ends], keys[begins]])
    return Facts(position, {"count": count}, key=key)


def _closed_after(chronicle: Chronicle) -> np.ndarray:
    """Per row, whether the order stands closed after it."""
    closing = chronicle.is_type(EventType.CLOSED, EventType.ARCHIVED)
    opening = chronicle.is_type(EventType.REDISPATCHED) | chronicle.is_receipt
    return closing[last_standing(chronicle, closing | opening)]


def _known_retraction(chronicle: Chronicle) -> Ints:
    """Per row, when it was taken back; the end of time where it never was."""
    never = np.full(len(chronicle), np.iinfo(np.int64).max)
    takes = chronicle.retractions
    np.minimum.at(never, chronicle.retracted_position[takes], chronicle.known_at[takes])
    return never


def _firsts(chronicle: Chronicle, name: str) -> Ints:
    position = np.flatnonzero(chronicle.is_type(name))
    return position[np.unique(chronicle.order[position], return_index=True)[1]]


def _ratings(chronicle: Chronicle, kind: str) -> tuple[Ints, Ints]:
    position = np.flatnonzero(chronicle.is_type(kind))
    rating = chronicle.log.callbacks["rating"].to_numpy()[chronicle.row[position]]
    told = ~np.isnan(rating)
    return position[told], rating[told].astype(np.int64)
