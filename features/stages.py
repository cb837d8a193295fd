"""The stage in which each order stands, row by row, with retractions undone."""

from typing import TYPE_CHECKING

import numpy as np

from features.arrays import Ints, Mask, last_marked
from hotline.calendar import DAY
from hotline.lifecycle import STAGE_AFTER, STAGE_ORDER, Stage

if TYPE_CHECKING:
    from features.chronicle import Chronicle

_NUMBER = {stage: number for number, stage in enumerate(STAGE_ORDER)}


def last_milestones(chronicle: "Chronicle") -> Ints:
    """Per row, the position of the last standing row that set the order's stage."""
    return last_standing(chronicle, _stage_after(chronicle)[chronicle.type] >= 0)


def last_standing(chronicle: "Chronicle", mark: Mask) -> Ints:
    """Per row, the last marked row up to it that was not taken back by then; receipts must be marked."""
    last = last_marked(mark)
    taken_back = chronicle.retracted_position[chronicle.retractions]
    for order in np.unique(chronicle.order[taken_back[mark[taken_back]]]):
        _replay(chronicle, int(order), mark, last)
    return last


def _replay(chronicle: "Chronicle", order: int, mark: Mask, last: Ints) -> None:
    standing: list[int] = []
    gone: set[int] = set()
    for position in range(chronicle.first[order], chronicle.last[order] + 1):
        gone.add(int(chronicle.retracted_position[position]))
        if mark[position]:
            standing.append(position)
        standing = [marked for marked in standing if marked not in gone]
        last[position] = standing[-1]


def stages_after(chronicle: "Chronicle", milestone: Ints, as_of: Ints) -> Ints:
    """The stage at each question by its last milestone: a closed order awaits its callback after a day."""
    stage = _stage_after(chronicle)[chronicle.type[milestone]]
    waited = as_of - chronicle.known_at[milestone]
    is_awaiting = (stage == _NUMBER[Stage.CLOSED]) & (waited >= DAY)
    return np.where(is_awaiting, _NUMBER[Stage.AWAITING_CALLBACK], stage)


def _stage_after(chronicle: "Chronicle") -> Ints:
    """Per type, the number of the stage it puts an order in; -1 where it leaves it."""
    return np.array([_NUMBER[STAGE_AFTER[t]] if t in STAGE_AFTER else -1 for t in chronicle.types])
