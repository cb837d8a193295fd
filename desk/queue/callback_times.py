"""How long after a closing the official callback comes, learnt from the closings known so far."""

from dataclasses import dataclass

import numpy as np

from desk.waiting import Waiting
from features.arrays import Floats, Ints, Mask
from features.chronicle import Chronicle
from hotline.calendar import HOUR
from hotline.lifecycle import EventType

#: Before so many callbacks were seen, nothing is known of their times.
_LEAST = 30


@dataclass(frozen=True, eq=False)
class CallbackTimes:
    """The share of closed orders that still wait for their callback after a time; all, where too few were seen.

    seen : how many callbacks it was learnt from
    """

    waiting: Waiting
    seen: int

    @classmethod
    def of(cls, chronicle: Chronicle, label_caller: str, at: int) -> "CallbackTimes":
        """What the closings before a moment (microseconds) say; those without a callback yet count as waiting."""
        closed = chronicle.rows_of(EventType.CLOSED)
        closed = closed[chronicle.known_at[closed] <= at]
        name = "(city callback)" if label_caller == "city" else "(962121 callback)"
        calls = np.append(chronicle.rows_of(name), len(chronicle))
        following = calls[np.searchsorted(calls, closed)]
        is_own = following < len(chronicle)
        is_own[is_own] = chronicle.order[following[is_own]] == chronicle.order[closed[is_own]]
        called_at = np.where(is_own, chronicle.known_at[np.where(is_own, following, 0)], at + 1)
        came = called_at <= at
        return cls.learnt(np.where(came, called_at, at) - chronicle.known_at[closed], came)

    @classmethod
    def learnt(cls, waits: Ints, came: Mask) -> "CallbackTimes":
        """From microseconds until the callback, or until now where none has come."""
        seen = int(came.sum())
        known = waits if seen >= _LEAST else waits[:0]
        return cls(Waiting.learn(known, came[: len(known)]), seen)

    def chance_after(self, waited_hours: Floats, ahead_hours: float) -> Floats:
        """The chance that the callback of an order closed so long ago comes, and later than so many hours from now.

        NaN waits (orders not closed yet) have all of it before them. 1 where nothing is known of callbacks.
        """
        if self.seen < _LEAST:
            return np.ones(len(waited_hours))
        never, is_open = self.waiting.never, np.isnan(waited_hours)
        age = np.where(is_open, 0.0, waited_hours) * HOUR
        left, later = self.waiting.after(age), self.waiting.after(age + ahead_hours * HOUR) - never
        chance = np.where(left > 0, later / np.where(left > 0, left, 1.0), 0.0)
        return np.where(is_open, 1.0 - never, chance)
