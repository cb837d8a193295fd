"""The forecast of a month tried on the months before it: how far off it was, and what nobody could foresee."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from desk.drift import Drift, Shift, shift_of
from desk.prospects import Ask, Prospects
from desk.rounds import Rounds
from desk.waiting import Delays
from features.arrays import Floats, Ints, Mask
from features.chronicle import Chronicle
from hotline.calendar import DAY
from hotline.satisfaction import Rating

#: Rounds that opened in so long tell how busy a time is.
_BUSY = 28 * DAY
#: Of the rated of a month and group about so many are scored: a thousand tell its level to a per cent.
_MOST_ASKED = 1_000
#: A month is rehearsed only if history reaches back so far before it.
_BEFORE = 120 * DAY

#: Which rounds of a part are spoken of, by their number.
Own = Callable[[Rounds], Mask]


@dataclass(frozen=True, eq=False)
class Part:
    """A chronicle, the orders of it that are left out, and who scores its orders."""

    chronicle: Chronicle
    ask: Ask
    without: Mask | None = None

    def rounds(self, as_of: int) -> Rounds:
        """Its rounds as known at a moment."""
        return Rounds.of(self.chronicle, as_of, self.without)


@dataclass(frozen=True, eq=False)
class Outlook:
    """What awaits a rating at a moment, part by part, and how busy the last weeks were."""

    prospects: tuple[Prospects, ...]
    opened_lately: int

    @classmethod
    def of(cls, rounds: Sequence[Rounds], until: int, own: Own) -> "Outlook":
        """The outlook of rounds as known at their moment; `opened_lately` counts one's own."""
        delays = Delays.of(list(rounds))
        found = (Prospects.of(part, until, delays) for part in rounds)
        return cls(tuple(found), sum(int((own(r) & _opened_lately(r)).sum()) for r in rounds))


def _opened_lately(rounds: Rounds) -> Mask:
    return rounds.is_relayed & (rounds.opened_known > rounds.as_of - _BUSY)


@dataclass(frozen=True, eq=False)
class Lessons:
    """What earlier months teach, each tried with as much time to its end as is left now.

    chance, levels : drifts of the chances to be rated and of the log-odds of 不满意, of closed and of open rounds
    unforeseen     : ratings of rounds opened after the moment, a month a row, by level
    busy           : rounds opened in the weeks before each of those moments
    """

    chance: tuple[Drift, Drift]
    levels: tuple[Drift, Drift]
    unforeseen: Ints
    busy: Ints

    @classmethod
    def learn(
        cls, parts: Sequence[Part], now: Sequence[Rounds], ends: Sequence[int], left: int, own: Own
    ) -> "Lessons":
        """From the months that ended at `ends`, asked `left` before; drifts of all rounds, counts of one's own."""
        tried = [end for end in ends if end - left - _BEFORE > _begin(parts)]
        chance: tuple[list[Shift], list[Shift]] = ([], [])
        levels: tuple[list[Shift], list[Shift]] = ([], [])
        unforeseen, busy = [], []
        for end in tried:
            then = [part.rounds(end - left) for part in parts]
            outlook = Outlook.of(then, end, own)
            came = [p.outcome(later, end) for p, later in zip(outlook.prospects, now, strict=True)]
            for group, is_open in enumerate((False, True)):
                foreseen, ratings = _foreseen(outlook.prospects, came, is_open)
                chance[group].append(shift_of(foreseen, ratings))
                bad, ended_bad = _judged(parts, outlook.prospects, came, is_open)
                levels[group].append(shift_of(bad, ended_bad))
            unforeseen.append(_unforeseen(outlook.prospects, came, now, end, own))
            busy.append(outlook.opened_lately)
        shape = (len(tried), len(Rating))
        return cls(
            (Drift.learn(chance[0]), Drift.learn(chance[1])),
            (Drift.learn(levels[0]), Drift.learn(levels[1])),
            np.array(unforeseen, dtype=np.int64).reshape(shape),
            np.array(busy, dtype=np.int64),
        )


def _begin(parts: Sequence[Part]) -> int:
    known = [int(part.chronicle.known_at.min()) for part in parts if len(part.chronicle)]
    return min(known, default=0)


def _foreseen(prospects: Sequence[Prospects], came: Sequence[Floats], is_open: bool) -> tuple[Floats, float]:
    """The chances of one group to be rated, and how many were."""
    chosen = [p.is_open == is_open for p in prospects]
    chance = np.concatenate([p.chance[of] for p, of in zip(prospects, chosen, strict=True)])
    return chance, float(sum((~np.isnan(c[of])).sum() for c, of in zip(came, chosen, strict=True)))


def _judged(
    parts: Sequence[Part], prospects: Sequence[Prospects], came: Sequence[Floats], is_open: bool
) -> tuple[Floats, float]:
    """P(不满意) of those of one group that were rated, or of some of them, and how many ended so."""
    bad, ended = [], 0.0
    for part, p, rating in zip(parts, prospects, came, strict=True):
        rated = np.flatnonzero((p.is_open == is_open) & ~np.isnan(rating))
        chosen = rated[:: 1 + len(rated) // _MOST_ASKED]
        bad.append(p.asked(part.ask, chosen)[0][:, Rating.DISSATISFIED])
        ended += float((rating[chosen] == Rating.DISSATISFIED).sum())
    return np.concatenate(bad), ended


def _unforeseen(
    prospects: Sequence[Prospects], came: Sequence[Floats], now: Sequence[Rounds], end: int, own: Own
) -> Ints:
    """One's own ratings between the moment and the end of rounds that nobody could foresee, by level."""
    total = np.zeros(len(Rating), dtype=np.int64)
    for p, c, later in zip(prospects, came, now, strict=True):
        position, rating = later.rated
        known = later.known(position)
        inside = (known > p.rounds.as_of) & (known < end) & later.is_relayed
        foreseen = np.isin(later.start, p.rounds.start[p.row[~np.isnan(c)]])
        chosen = inside & ~foreseen & own(later)
        total += np.bincount(rating[chosen].astype(np.int64), minlength=len(Rating))
    return total
