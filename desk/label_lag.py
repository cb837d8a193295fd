"""How much of a period's closings has been called back so far, and which weeks are too young to be read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from desk.indicator_facts import units_at, within
from desk.rounds import Rounds
from desk.waiting import Delays
from features.arrays import Floats, Ints
from features.working_time import local_weekday
from hotline.calendar import DAY, HOUR, NO_TIME, from_micros
from hotline.scope import WHOLE_DISTRICT, Scope

#: Shanghai's midnight, in microseconds after that of UTC's day.
_OFFSET = 8 * HOUR


@dataclass(frozen=True)
class Lag:
    """Rounds that were closed in a span of time, and what has been heard of them so far.

    expected : of the callbacks that are to come at all, the share (0–1) to be expected by now, from the delays
               as they have been; None where none is known
    """

    closed: int
    called: int
    rated: int
    expected: float | None
    is_ripe: bool


@dataclass(frozen=True)
class WeekLag:
    """The lag of one week of closings, by its Monday."""

    monday: date
    lag: Lag


@dataclass(frozen=True)
class LabelLag:
    """The lag of a period, and of its weeks.

    median_days, most_days : within so many days half, and 95 %, of the callbacks come; None where none came
    """

    whole: Lag
    weeks: tuple[WeekLag, ...]
    median_days: float | None
    most_days: float | None

    @property
    def unripe(self) -> tuple[WeekLag, ...]:
        """The weeks that are too young."""
        return tuple(week for week in self.weeks if not week.lag.is_ripe)


def label_lag(
    rounds: Sequence[Rounds], begin: int, end: int, ripe_share: float, scope: Scope = WHOLE_DISTRICT
) -> LabelLag:
    """The lag of closings in [begin, end) within a scope; the delays are the whole district's."""
    delays = Delays.of(list(rounds))
    closings = pd.concat([_closings(part, begin, end, scope) for part in rounds], ignore_index=True)
    age = rounds[0].as_of - closings["known"].to_numpy(dtype=np.int64) if len(closings) else np.zeros(0)
    comes = 1.0 - delays.call.never
    share = (1 - delays.call.after(age)) / comes if comes > 0 else np.full(len(age), np.nan)
    closings = closings.assign(share=share)
    monday = closings["monday"].to_numpy(dtype=np.int64)
    weeks = tuple(
        WeekLag(_day(number), _lag(closings[monday == number], ripe_share))
        for number in np.unique(monday).tolist()
    )
    waits, came = delays.call.waits, (1 - delays.call.left) / comes if comes > 0 else np.zeros(0)
    return LabelLag(_lag(closings, ripe_share), weeks, _within(waits, came, 0.5), _within(waits, came, 0.95))


def _closings(rounds: Rounds, begin: int, end: int, scope: Scope) -> pd.DataFrame:
    at = rounds.happened(rounds.closing)
    chosen = np.flatnonzero((at != NO_TIME) & (at >= begin) & (at < end) & rounds.is_relayed)
    chosen = chosen[within(scope, units_at(rounds, rounds.closing[chosen]))]
    return pd.DataFrame(
        {
            "known": rounds.known(rounds.closing)[chosen],
            "monday": _monday(at[chosen]),
            "called": rounds.call[chosen] >= 0,
            "rated": rounds.rated[0][chosen] >= 0,
        }
    )


def _lag(closings: pd.DataFrame, ripe_share: float) -> Lag:
    expected = float(closings["share"].mean()) if len(closings) else np.nan
    told = None if np.isnan(expected) else expected
    called, rated = int(closings["called"].sum()), int(closings["rated"].sum())
    return Lag(len(closings), called, rated, told, told is not None and told >= ripe_share)


def _within(waits: Floats, came: Floats, share: float) -> float | None:
    reached = np.flatnonzero(came >= share)
    return float(waits[reached[0]] / DAY) if len(reached) else None


def _monday(at: Ints) -> Ints:
    """The Shanghai day number of the Monday before each moment."""
    return (at + _OFFSET) // DAY - local_weekday(at)


def _day(number: int) -> date:
    return from_micros(0).date() + timedelta(days=number)
