"""How long things take to come, learnt from those that came and those that are still awaited."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import stats

from desk.rounds import Rounds
from features.arrays import Floats, Ints, Mask
from hotline.calendar import DAY, NO_TIME

#: When a wait of each round began, and when it ended; NO_TIME where it did not.
Ends = Callable[[Rounds], tuple[Ints, Ints]]
#: What is older than this says little of today's desks.
_LOOKED_BACK = 365 * DAY


@dataclass(frozen=True, eq=False)
class Waiting:
    """The share that is still awaited after so long, by Kaplan and Meier; a step at each wait that ended.

    Some things never come: the share need not fall to 0.
    """

    waits: Floats
    left: Floats

    @classmethod
    def learn(cls, waits: Ints, came: Mask) -> "Waiting":
        """From waits in microseconds, ended (`came`) or still going on."""
        if not came.any():
            return cls(np.zeros(0), np.zeros(0))
        longest = np.maximum(waits, 0).astype(np.float64)
        found = stats.ecdf(stats.CensoredData(uncensored=longest[came], right=longest[~came])).sf
        return cls(found.quantiles, found.probabilities)

    def after(self, wait: Ints | Floats) -> Floats:
        """The share that is still awaited after a wait; 1 below 0."""
        place = np.searchsorted(self.waits, wait, side="right")
        found: Floats = np.concatenate([[1.0], self.left])[place]
        return found

    def between(self, age: Ints, until: Ints) -> Floats:
        """The chance that what has been awaited for `age` comes by `until`; 0 where nothing is left to come."""
        left = self.after(age)
        return np.where(left > 0, (left - self.after(until)) / np.where(left > 0, left, 1.0), 0.0)

    @property
    def never(self) -> float:
        """The share that had not come after the longest wait that ended."""
        return float(self.left[-1]) if len(self.left) else 1.0


@dataclass(frozen=True, eq=False)
class Delays:
    """The waits of a district as of a moment: no delay is a constant.

    closing : from the opening of a round to its closing
    call    : from the closing to the official callback, answered or not
    rating  : from the closing to a callback that was rated
    again   : from a callback without a rating to one with
    """

    closing: Waiting
    call: Waiting
    rating: Waiting
    again: Waiting

    @classmethod
    def of(cls, rounds: list[Rounds]) -> "Delays":
        """Learnt from the rounds of the last year, as known at their moment."""
        opened = _Waits.of(rounds, lambda r: (r.opened_known, r.known(r.closing)))
        closed = _Waits.of(rounds, lambda r: (r.known(r.closing), r.known(r.call)))
        rated = _Waits.of(rounds, lambda r: (r.known(r.closing), r.known(r.rated[0])))
        again = _Waits.of(rounds, _after_silence)
        return cls(*(Waiting.learn(w.length, w.came) for w in (opened, closed, rated, again)))


def _after_silence(rounds: Rounds) -> tuple[Ints, Ints]:
    """The first call of rounds that it left unrated, and the rating that came later."""
    rating = rounds.rated[0]
    silent = (rounds.call >= 0) & (rating != rounds.call)
    return rounds.known(np.where(silent, rounds.call, -1)), rounds.known(rating)


@dataclass(frozen=True, eq=False)
class _Waits:
    length: Ints
    came: Mask

    @classmethod
    def of(cls, rounds: list[Rounds], ends: Ends) -> "_Waits":
        """Waits that began in the last year and were not over before; a re-dispatch cuts them off."""
        lengths, cames = [], []
        for part in rounds:
            begin, end = ends(part)
            begun = (begin != NO_TIME) & (begin >= part.as_of - _LOOKED_BACK) & part.is_relayed
            came = end != NO_TIME
            until = np.where(came, end, _cut_off(part))
            lengths.append((until - begin)[begun])
            cames.append(came[begun])
        return cls(np.concatenate(lengths), np.concatenate(cames))


def _cut_off(rounds: Rounds) -> Ints:
    """Until when a round could go on: the opening of the next one of its order, or the moment."""
    following = np.append(rounds.opened_known[1:], rounds.as_of)[: len(rounds)]
    return np.where(rounds.is_last, rounds.as_of, following)
