"""Which orders are asked about, at which moments, laid out beside the rows of these orders only."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from desk.refusals import NoSuchOrder, NotReceivedYet
from desk.standing import Standing, together
from features.chronicle import Chronicle
from features.frame import OrderFrame
from features.own_chronicle import own_chronicles
from hotline.calendar import to_micros


@dataclass(frozen=True)
class Question:
    """One order of the store at a moment, and whether its reasons are read."""

    order_id: str
    at: datetime
    with_reasons: bool = True


Refusal = NoSuchOrder | NotReceivedYet


@dataclass(frozen=True)
class Laid:
    """Questions that have an answer, each a row of the frame, and those that have none."""

    frame: OrderFrame
    questions: Sequence[Question]
    refused: dict[Question, Refusal]


def laid_out(standing: Standing, questions: Sequence[Question]) -> Iterator[Laid]:
    """The questions about orders that nobody wrote to since the sorting together, and those about the others."""
    for chronicle, asked in _chronicles(standing, questions):
        order = chronicle.order_number(np.array([question.order_id for question in asked], dtype=object))
        as_of = np.array([to_micros(question.at) for question in asked])
        refused: dict[Question, Refusal] = {}
        refused |= {q: NoSuchOrder(q.order_id) for q, number in zip(asked, order, strict=True) if number < 0}
        known = np.flatnonzero(order >= 0)
        position = chronicle.position_at(order[known], as_of[known])
        is_received = position >= chronicle.first[order[known]]
        early = (asked[row] for row in known[~is_received])
        refused |= {question: NotReceivedYet(question.order_id) for question in early}
        rows = known[is_received]
        frame = OrderFrame(chronicle, order[rows], as_of[rows], position[is_received])
        yield Laid(frame, [asked[row] for row in rows], refused)


def _chronicles(
    standing: Standing, questions: Sequence[Question]
) -> Iterator[tuple[Chronicle, list[Question]]]:
    """The rows of the orders asked about; of those that there are not, none."""
    changed = [question for question in questions if question.order_id in standing.changed]
    others = [question for question in questions if question.order_id not in standing.changed]
    if others:
        everyone = standing.base.chronicle
        number = everyone.order_number(np.array([question.order_id for question in others], dtype=object))
        yield own_chronicles(everyone, np.unique(number[number >= 0])), others
    if changed:
        names = dict.fromkeys(question.order_id for question in changed)
        now = [standing.changed[name].chronicle for name in names]
        own = [chronicle for chronicle in now if chronicle is not None]
        nothing = own_chronicles(standing.base.chronicle, np.empty(0, dtype=np.int64))
        yield (own[0] if len(own) == 1 else together(own)) or nothing, changed
