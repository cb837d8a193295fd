"""How long after a closing the official callback comes, learnt from the closings known so far."""

from dataclasses import dataclass, replace

import numpy as np

from desk.waiting import Waiting
from features.arrays import Floats, Ints, Mask
from features.chronicle import Chronicle
from features.ordering import CITY_CALLBACK, DISTRICT_CALLBACK
from hotline.calendar import DAY, HOUR
from hotline.lifecycle import EventType

#: Before so many callbacks were seen, nothing is known of their times.
_LEAST = 30
#: After so long without another, a callback without a rating was the last one of its round.
_LAST_AFTER = 30 * DAY


@dataclass(frozen=True, eq=False)
class CallbackTimes:
    """The share of closed orders that still wait for their callback after a time; all, where too few were seen.

    seen  : how many callbacks it was learnt from
    again : the share (0–1) of callbacks without a rating after which another came in the same round
    """

    waiting: Waiting
    seen: int
    again: float = 1.0

    @classmethod
    def of(cls, chronicle: Chronicle, label_caller: str, at: int) -> "CallbackTimes":
        """What the closings before a moment (microseconds) say; those without a callback yet count as waiting."""
        closed = chronicle.rows_of(EventType.CLOSED)
        closed = closed[chronicle.known_at[closed] <= at]
        name = CITY_CALLBACK if label_caller == "city" else DISTRICT_CALLBACK
        calls = np.append(chronicle.rows_of(name), len(chronicle))
        following = calls[np.searchsorted(calls, closed)]
        is_own = following < len(chronicle)
        is_own[is_own] = chronicle.order[following[is_own]] == chronicle.order[closed[is_own]]
        called_at = np.where(is_own, chronicle.known_at[np.where(is_own, following, 0)], at + 1)
        came = called_at <= at
        learnt = cls.learnt(np.where(came, called_at, at) - chronicle.known_at[closed], came)
        return replace(learnt, again=_again(chronicle, name, at))

    @classmethod
    def learnt(cls, waits: Ints, came: Mask) -> "CallbackTimes":
        """From microseconds until the callback, or until now where none has come."""
        seen = int(came.sum())
        known = waits if seen >= _LEAST else waits[:0]
        return cls(Waiting.learn(known, came[: len(known)]), seen)

    @property
    def is_known(self) -> bool:
        """Whether enough callbacks were seen to say when one comes."""
        return self.seen >= _LEAST

    def chance_after(
        self, waited_hours: Floats, ahead_hours: float, is_called_back: Mask | None = None
    ) -> Floats:
        """The chance that the callback of an order closed so long ago comes, and later than so many hours from now.

        NaN waits (orders not closed yet) have all of it before them. 1 where nothing is known of callbacks. Orders
        that were called back without a rating have the chance of another.
        """
        chance = self._first_after(waited_hours, ahead_hours)
        return chance if is_called_back is None else np.where(is_called_back, self.again, chance)

    def _first_after(self, waited_hours: Floats, ahead_hours: float) -> Floats:
        if not self.is_known:
            return np.ones(len(waited_hours))
        never, is_open = self.waiting.never, np.isnan(waited_hours)
        age = np.where(is_open, 0.0, waited_hours) * HOUR
        left, later = self.waiting.after(age), self.waiting.after(age + ahead_hours * HOUR) - never
        chance = np.where(left > 0, later / np.where(left > 0, left, 1.0), 0.0)
        return np.where(is_open, 1.0 - never, chance)


def _again(chronicle: Chronicle, name: str, at: int) -> float:
    """The share of old enough callbacks without a rating that were followed by another in the same round."""
    calls = chronicle.rows_of(name)
    calls = calls[chronicle.known_at[calls] <= at]
    rating = chronicle.log.callbacks["rating"].to_numpy()[chronicle.row[calls]]
    following = np.append(chronicle.round_start[calls][1:] == chronicle.round_start[calls][:-1], False)
    old = np.isnan(rating) & (chronicle.known_at[calls] < at - _LAST_AFTER)
    return float(following[: len(calls)][old].mean()) if old.sum() >= _LEAST else 1.0
