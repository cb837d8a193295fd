"""How long after a closing the official callback comes, learnt from the closings known so far."""

from dataclasses import dataclass

import numpy as np

from features.chronicle import Chronicle
from hotline.calendar import HOUR
from hotline.lifecycle import EventType

_LONGEST_HOURS = 24 * 90
#: Before so many callbacks were seen, nothing is known of their times.
_LEAST = 30


@dataclass(frozen=True, eq=False)
class CallbackTimes:
    """The share of closed orders that still wait for their callback after so many hours (Kaplan–Meier).

    waiting : by whole hours since the closing, falling from 1; all 1 where too few callbacks were seen
    seen    : how many callbacks it was learnt from
    """

    waiting: np.ndarray
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
        is_called = called_at <= at
        until = np.where(is_called, called_at, at)
        hours = np.clip((until - chronicle.known_at[closed]) // HOUR, 0, _LONGEST_HOURS - 1)
        return cls.learnt(hours.astype(np.int64), is_called)

    @classmethod
    def learnt(cls, hours: np.ndarray, is_called: np.ndarray) -> "CallbackTimes":
        """From whole hours until the callback, or until now where none has come."""
        seen = int(is_called.sum())
        if seen < _LEAST:
            return cls(np.ones(_LONGEST_HOURS + 1), seen)
        calls = np.bincount(hours[is_called], minlength=_LONGEST_HOURS)
        leaving = np.bincount(hours, minlength=_LONGEST_HOURS)
        at_risk = len(hours) - np.concatenate([[0], np.cumsum(leaving)[:-1]])
        stays = 1.0 - calls / np.maximum(at_risk, 1)
        return cls(np.concatenate([[1.0], np.cumprod(stays)]), seen)

    def chance_after(self, waited_hours: np.ndarray, ahead_hours: float) -> np.ndarray:
        """The chance that the callback of an order closed so long ago comes later than so many hours from now.

        NaN waits (orders not closed yet) have all of it before them: 1.
        """
        is_open = np.isnan(waited_hours)
        now = self._waiting_at(np.where(is_open, 0.0, waited_hours))
        then = self._waiting_at(np.where(is_open, 0.0, waited_hours) + ahead_hours)
        chance = np.where(now > 0, then / np.where(now > 0, now, 1.0), 0.0)
        return np.where(is_open, 1.0, chance)

    def _waiting_at(self, hours: np.ndarray) -> np.ndarray:
        whole = np.arange(len(self.waiting), dtype=np.float64)
        return np.interp(hours, whole, self.waiting)
