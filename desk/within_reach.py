"""The orders that somebody can still turn, and what each would bring."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from desk.prospects import Prospects
from desk.rehearsal import Lessons, Own, Part
from features.arrays import Floats, Ints, Mask
from hotline.indicators import IndicatorRules


@dataclass(frozen=True)
class Turn:
    """An order within reach.

    chance : that it is rated within the month
    loss   : points of 满意率 (0–1) to be expected to be lost if it is
    gain   : their product: what is won, in points to be expected, if it ends 满意
    """

    order_id: str
    community: str | None
    manager: str | None
    is_closed: bool
    chance: float
    loss: float
    gain: float


@dataclass(frozen=True, eq=False)
class Mine:
    """One's own prospects of all parts; one entry a round.

    levels     : what each would be rated (n × 4)
    is_blocked : held up by a structural block
    """

    order_id: np.ndarray
    community: np.ndarray
    manager: np.ndarray
    is_open: Mask
    chance: Floats
    levels: Floats
    is_blocked: Mask

    @classmethod
    def of(cls, parts: Sequence[Part], prospects: Sequence[Prospects], own: Own) -> "Mine":
        """Those of one's own rounds, part by part."""
        pieces = [
            _piece(part, p, np.flatnonzero(own(p.rounds)[p.row]))
            for part, p in zip(parts, prospects, strict=True)
        ]
        return cls(*(np.concatenate(column) for column in zip(*pieces, strict=True)))

    def __len__(self) -> int:
        return len(self.chance)

    def of_group(self, values: Sequence[Floats | float]) -> Floats:
        """The value for closed rounds, or that for open ones, along the last axis."""
        closed, opened = (np.asarray(value)[..., None] for value in values)
        return np.where(self.is_open, opened, closed)

    @property
    def odds(self) -> Floats:
        """The log-odds of the chances to be rated."""
        found: Floats = special.logit(np.clip(self.chance, 1e-9, 1 - 1e-9))
        return found


def _piece(part: Part, prospects: Prospects, kept: Ints) -> tuple[np.ndarray, ...]:
    frame = prospects.rounds.frame(prospects.row[kept])
    names = (frame.order_id, frame.word("community"), frame.word("manager"))
    return (*names, prospects.is_open[kept], prospects.chance[kept], *prospects.asked(part.ask, kept))


def turns_of(mine: Mine, lessons: Lessons, rules: IndicatorRules) -> tuple[Turn, ...]:
    """The orders that somebody can still turn, what gains most first; structural blocks are left out."""
    chance = special.expit(mine.odds + mine.of_group([drift.expected for drift in lessons.chance]))
    levels = moved(mine.levels, mine.of_group([drift.expected for drift in lessons.levels]))
    loss = levels @ (1.0 - np.array(rules.weights))
    gain = chance * loss
    within_reach = ~mine.is_blocked & (gain > 0)
    return tuple(
        Turn(
            order_id=str(mine.order_id[row]),
            community=mine.community[row],
            manager=mine.manager[row],
            is_closed=not mine.is_open[row],
            chance=float(chance[row]),
            loss=float(loss[row]),
            gain=float(gain[row]),
        )
        for row in np.argsort(-gain, kind="stable")
        if within_reach[row]
    )


def moved(levels: Floats, shift: Floats) -> Floats:
    """Levels with the log-odds of the worst moved, the others in their proportions (… × n × 4)."""
    worst = np.clip(levels[..., 0], 1e-9, 1 - 1e-9)
    risen = special.expit(special.logit(worst) + shift)
    others = levels[..., 1:] * ((1 - risen) / (1 - worst))[..., None]
    return np.concatenate([risen[..., None], others], axis=-1)
