"""Many orders of the store scored together: the known ones, and what stands in the way of the others."""

from collections.abc import Sequence
from datetime import datetime

import numpy as np

from desk.refusals import NoSuchOrder, NotReceivedYet
from desk.scored import Scored
from desk.scorer import Scorer
from features.frame import OrderFrame
from features.own_chronicle import apart
from hotline.calendar import to_micros
from hotline.errors import QinglingError
from hotline.prediction import Prediction


def score_named(
    scorer: Scorer, order_ids: Sequence[str], at: datetime, with_reasons: bool
) -> tuple[Scored, list[Prediction | QinglingError]]:
    """The scores, and for each order asked about, in the order asked, its score or why it has none.

    The orders that nobody wrote to since the last sorting are scored in one go.
    """
    standing = scorer.lookout.look()
    chronicle = standing.base.chronicle
    sorted_ids = [name for name in dict.fromkeys(order_ids) if name not in standing.changed]
    number = chronicle.order_number(np.array(sorted_ids, dtype=object))
    as_of = np.full(len(number), to_micros(at))
    known = np.flatnonzero(number >= 0)
    position = chronicle.position_at(number[known], as_of[known])
    received = known[position >= chronicle.first[number[known]]]
    found: dict[str, Prediction | QinglingError] = {
        sorted_ids[row]: NotReceivedYet(sorted_ids[row]) for row in np.setdiff1d(known, received)
    }
    pieces = []
    if len(received):
        asked = number[received]
        frame = OrderFrame(chronicle, asked, as_of[received], chronicle.position_at(asked, as_of[received]))
        frame = apart(frame)
        pieces.append(scorer.score_frame(frame, standing.past(frame), with_reasons))
    for name in set(order_ids) & standing.changed.keys():
        try:
            pieces.append(scorer.score(name, at, with_reasons))
        except (NoSuchOrder, NotReceivedYet) as error:
            found[name] = error
    scored = Scored.joined(pieces)
    found |= {prediction.order_id: prediction for prediction in scored.predictions}
    return scored, [found.get(name) or NoSuchOrder(name) for name in order_ids]
