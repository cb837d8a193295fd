"""This month's 满意率 and 不满意 as they will stand at its end, and how many orders must turn to reach the target."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from desk.month_drawings import drawn_ratings
from desk.rehearsal import Lessons, Outlook, Own, Part
from desk.rounds import Rounds
from desk.within_reach import Mine, Turn, turns_of
from features.arrays import Ints
from hotline.calendar import SHANGHAI, from_micros, to_micros
from hotline.indicators import Indicator, IndicatorRules
from hotline.satisfaction import Rating

#: So many months before this one are tried.
_REHEARSED = 6


@dataclass(frozen=True)
class Range:
    """What is to be expected, and the interval that holds it."""

    expected: float
    low: float
    high: float


@dataclass(frozen=True)
class MonthForecast:
    """A month's ratings as they will stand at its end.

    A month's are the rounds whose official callback brings a rating that is entered in it.

    rated          : ratings of the month so far, by level, worst first
    closed, open   : rounds that await a callback, and those not closed yet, that may still be rated in it
    to_come        : ratings still to be expected, of rounds not even opened too
    rate, bad      : 满意率 (None where no rating is to be expected) and the number of 不满意
    best           : 满意率 if all that are still to come were 满意, many of them coming
    turns          : orders within reach, what gains most first; structural blocks are left out
    within_reach   : how many those are
    needed         : so many of them, the first ones, must end 满意 to reach the target; None where all of them do not
    rehearsed      : so many earlier months were tried
    """

    begin: int
    end: int
    as_of: int
    rated: tuple[int, ...]
    closed: int
    open: int
    to_come: Range
    rate: Range | None
    bad: Range
    target: float
    best: float | None
    turns: tuple[Turn, ...]
    within_reach: int
    needed: int | None
    rehearsed: int

    @property
    def is_out_of_reach(self) -> bool:
        """Whether the target is missed even if all that are still to come were 满意."""
        return self.best is not None and self.best < self.target


def month_of(at: int) -> tuple[int, int]:
    """The begin and end of the month in which a moment falls, Shanghai's clock, microseconds."""
    first = from_micros(at).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return to_micros(first), to_micros(_month_after(first, 1))


def _month_after(first: datetime, months: int) -> datetime:
    number = first.year * 12 + first.month - 1 + months
    return first.replace(year=number // 12, month=number % 12 + 1, tzinfo=SHANGHAI)


def forecast_month(
    parts: Sequence[Part], as_of: int, rules: IndicatorRules, own: Own | None = None, seed: int = 0
) -> MonthForecast:
    """The forecast of the month in which `as_of` falls, for one's own rounds (all, by default)."""
    begin, end = month_of(as_of)
    own = own or (lambda rounds: np.ones(len(rounds), dtype=bool))
    now = [part.rounds(as_of) for part in parts]
    first = from_micros(begin)
    ends = [to_micros(_month_after(first, -back)) for back in range(_REHEARSED)]
    lessons = Lessons.learn(parts, now, ends, end - as_of, own)
    outlook = Outlook.of(now, end, own)
    mine = Mine.of(parts, outlook.prospects, own)
    rated = _rated_so_far(now, begin, own)
    drawn = drawn_ratings(mine, lessons, outlook.opened_lately, np.random.default_rng(seed))
    ratings = drawn.sum(axis=1)
    totals = drawn + rated
    points = totals @ np.array(rules.weights)
    told = totals.sum(axis=1) > 0
    rate = points[told] / totals.sum(axis=1)[told]
    target = rules.targets.get(Indicator.SATISFACTION, 1.0)
    to_come = _range(ratings, rules.tail)
    turns = turns_of(mine, lessons, rules)
    expected = float(points.mean()), float(totals.sum(axis=1).mean())
    many = rated.sum() + to_come.high
    return MonthForecast(
        begin=begin,
        end=end,
        as_of=as_of,
        rated=tuple(rated.tolist()),
        closed=int((~mine.is_open).sum()),
        open=int(mine.is_open.sum()),
        to_come=to_come,
        rate=_range(rate, rules.tail) if told.any() else None,
        bad=_range(totals[:, Rating.DISSATISFIED], rules.tail),
        target=target,
        best=float((rated @ np.array(rules.weights) + to_come.high) / many) if many else None,
        turns=turns,
        within_reach=len(turns),
        needed=_needed(expected, [turn.gain for turn in turns], target),
        rehearsed=len(lessons.busy),
    )


def _range(values: np.ndarray, tail: float) -> Range:
    low, high = np.quantile(values, [tail, 1 - tail])
    return Range(float(values.mean()), float(low), float(high))


def _needed(expected: tuple[float, float], gains: Sequence[float], target: float) -> int | None:
    """How many orders must turn, those that gain most first."""
    points, ratings = expected
    missing = target * ratings - points
    if missing <= 0:
        return 0
    reached = np.flatnonzero(np.cumsum(gains) >= missing)
    return int(reached[0]) + 1 if len(reached) else None


def _rated_so_far(now: Sequence[Rounds], begin: int, own: Own) -> Ints:
    """The month's ratings, by level."""
    total = np.zeros(len(Rating), dtype=np.int64)
    for rounds in now:
        position, rating = rounds.rated
        inside = (rounds.known(position) >= begin) & rounds.is_relayed & own(rounds)
        total += np.bincount(rating[inside].astype(np.int64), minlength=len(Rating))
    return total
