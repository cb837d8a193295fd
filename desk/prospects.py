"""The orders that may still be rated by a moment: how likely each is to be."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from desk.rounds import Rounds
from desk.waiting import Delays
from features.arrays import Floats, Ints, Mask
from features.frame import OrderFrame
from hotline.calendar import DAY
from hotline.satisfaction import Rating

#: What a question's order would be rated (n × 4, worst first), and whether a structural block holds it up.
Ask = Callable[[OrderFrame], tuple[Floats, Mask]]
#: A day too short to say when exactly within it something was closed.
_STEP = DAY


@dataclass(frozen=True, eq=False)
class Prospects:
    """Rounds that await a rating; one entry a round.

    row     : which of the rounds
    is_open : not closed yet
    chance  : that it is rated by then
    """

    rounds: Rounds
    row: Ints
    is_open: Mask
    chance: Floats

    def __len__(self) -> int:
        return len(self.row)

    @classmethod
    def of(cls, rounds: Rounds, until: int, delays: Delays) -> "Prospects":
        """The last rounds of relayed orders that are neither rated nor archived, and may be rated by `until`."""
        waits = rounds.is_last & rounds.is_relayed & ~rounds.is_archived & (rounds.rated[0] < 0)
        row = np.flatnonzero(waits)
        chance = _chance(rounds, row, until, delays)
        row, chance = row[chance > 0], chance[chance > 0]
        return cls(rounds, row, rounds.closing[row] < 0, chance)

    def asked(self, ask: Ask, chosen: Ints) -> tuple[Floats, Mask]:
        """What some of them would be rated (n × 4), and whether a structural block holds them up."""
        if not len(chosen):
            return np.zeros((0, len(Rating))), np.zeros(0, dtype=bool)
        return ask(self.rounds.frame(self.row[chosen]))

    def outcome(self, later: Rounds, until: int) -> Floats:
        """What each was rated after the moment and before `until`, 0–3, as known later; NaN where it was not."""
        place = np.searchsorted(later.start, self.rounds.start[self.row])
        place = np.minimum(place, len(later) - 1)
        position, rating = later.rated
        known = later.known(position[place])
        is_same = later.start[place] == self.rounds.start[self.row]
        came = is_same & (known > self.rounds.as_of) & (known < until)
        return np.where(came, rating[place], np.nan)


def _chance(rounds: Rounds, row: Ints, until: int, delays: Delays) -> Floats:
    """The chance that each is rated after the moment and before `until`."""
    left = until - rounds.as_of
    closed, called = rounds.closing[row] >= 0, rounds.call[row] >= 0
    age = rounds.as_of - np.where(closed, rounds.known(rounds.closing[row]), rounds.opened_known[row])
    chance = _of_open(age, left, delays)
    awaited = delays.call.after(age)
    rating = delays.rating.after(age) - delays.rating.after(age + left)
    of_closed = np.where(awaited > 0, rating / np.where(awaited > 0, awaited, 1.0), 0.0)
    chance = np.where(closed, np.clip(of_closed, 0.0, 1.0), chance)
    silent_for = rounds.as_of - rounds.known(np.maximum(rounds.call[row], 0))
    return np.where(called, delays.again.between(silent_for, silent_for + left), chance)


def _of_open(age: Ints, left: int, delays: Delays) -> Floats:
    """The same of open rounds: closed on some day, and rated in the days that remain after it."""
    steps = np.append(np.arange(0, left, _STEP), left)
    still = delays.closing.after(age[:, None] + steps[None, :])
    middle = (steps[:-1] + steps[1:]) / 2
    rated = 1 - delays.rating.after(left - middle)
    awaited = np.where(still[:, 0] > 0, still[:, 0], 1.0)
    return (-np.diff(still, axis=1) / awaited[:, None]) @ rated
