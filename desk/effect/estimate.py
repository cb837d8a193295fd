"""What a call does, from orders of which a lot decided who is called: differences with intervals, nothing assumed.

The lot decides who is to be called about; people may call about others too, and not all calls come before the
callback. So the draw's effect is divided by what it did to calling (Angrist, Imbens & Rubin 1996): the effect on
those who are called because of the lot. What the model foresaw before the draw takes out noise, not bias
(Lin 2013). Standard errors hold for matters that share a lot, whatever the spread within them.
"""

from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student

from features.arrays import Floats, Ints, Mask

#: Fewer rated orders than this in an arm, and no figure is told.
LEAST_RATED = 15
#: If the lot moves the share of those called about by less than this, nothing can be told of calling.
LEAST_MOVED = 0.2
#: The interval that holds at every look is narrowest about here (rated matters).
_BEST_AT = 500


@dataclass(frozen=True)
class Estimate:
    """A difference that calling makes, with two intervals.

    low, high     : the interval for one look at the ledger
    always        : the interval that holds however often one looks, so that one may act on it at once
    calls_moved   : by how much the lot moved the share of those called about (0–1)
    """

    value: float
    error: float
    low: float
    high: float
    always: tuple[float, float]
    calls_moved: float

    @property
    def clears_zero(self) -> bool:
        """Whether there is an effect for certain, however often one has looked."""
        return self.always[0] > 0 or self.always[1] < 0


def effect_of_calling(
    outcome: Floats,
    foreseen: Floats,
    is_drawn: Mask,
    chance: Floats,
    is_called: Mask,
    matter: Ints,
    confidence: float = 0.95,
) -> Estimate | None:
    """What calling changes about an outcome, on average of those drawn; None where too few say anything.

    All arrays have one entry a rated order:

    outcome   : what came
    foreseen  : what was expected of it before the draw
    is_drawn  : whether the lot said to call; `chance` is how likely that was
    is_called : whether somebody called before the callback
    matter    : the number of its lot; orders of one incident share one
    """
    if min(is_drawn.sum(), (~is_drawn).sum()) < LEAST_RATED:
        return None
    weight = 1 / np.where(is_drawn, chance, 1 - chance)
    design = np.stack(
        [np.ones(len(outcome)), is_drawn, foreseen - np.average(foreseen, weights=weight)], axis=1
    )
    if np.ptp(foreseen) == 0:
        design = design[:, :2]
    bread = np.linalg.inv(design.T * weight @ design)
    reach = (bread @ (design.T * weight))[1]
    moved, moved_by = _slope(design, weight, reach, is_called.astype(float))
    if moved < LEAST_MOVED:
        return None
    total, total_by = _slope(design, weight, reach, outcome)
    value = total / moved
    influence = np.bincount(matter, (total_by - value * moved_by) / moved)
    matters = len(np.unique(matter))
    freedom = matters - design.shape[1]
    error = float(np.sqrt((influence**2).sum() * matters / freedom))
    once = float(student.ppf((1 + confidence) / 2, freedom)) * error
    always = _always(matters, 1 - confidence) * error
    return Estimate(value, error, value - once, value + once, (value - always, value + always), moved)


def _slope(design: Floats, weight: Floats, reach: Floats, outcome: Floats) -> tuple[float, Floats]:
    """What the lot does to an outcome, and what each order's residual adds to it."""
    fitted = np.linalg.lstsq(design * np.sqrt(weight)[:, None], outcome * np.sqrt(weight), rcond=None)[0]
    return float(reach @ outcome), reach * (outcome - design @ fitted)


def _always(looked_at: int, alpha: float) -> float:
    """So many standard errors wide is an interval that holds at every look at once.

    The asymptotic confidence sequence of Waudby-Smith, Arbour, Sinha, Kennedy & Ramdas (2024), narrowest about
    `_BEST_AT`.
    """
    told = -2 * np.log(alpha)
    scale = looked_at * (told + np.log(told) + 1) / _BEST_AT
    return float(np.sqrt((scale + 1) / scale * np.log((scale + 1) / alpha**2)))
