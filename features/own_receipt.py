"""The receipt of the very order asked about, which counts among everybody's and is no *other* order."""

from typing import TYPE_CHECKING

import numpy as np

from features.arrays import Ints, Mask
from features.windows import Key
from hotline.calendar import DAY

if TYPE_CHECKING:
    from features.history import Past


def own_receipts(past: "Past", by: Key, days: float) -> Ints:
    """1 where the receipt of the order asked about counts for the same key in the last `days`, else 0."""
    frame, receipt = past.frame, past.frame.first_position
    age = frame.as_of - frame.chronicle.known_at[receipt]
    own = past.is_held & (age > 0) & (age <= int(days * DAY))
    if not own.any():
        return own.astype(np.int64)
    for name in by:
        now, then = past.word(name), frame.chronicle.field(name).at(receipt, None)
        own = own & (now == then) & np.fromiter((w is not None for w in now), dtype=bool, count=len(now))
    return own.astype(np.int64)


def held_by(past: "Past") -> Mask:
    """Per question, whether history holds the order asked about."""
    held = np.zeros(len(past.frame), dtype=bool)
    for history, sign in past.layers:
        if history.chronicle is past.frame.chronicle:
            return np.ones(len(past.frame), dtype=bool)
        if sign > 0:
            held |= history.chronicle.order_number(past.frame.order_id) >= 0
    for changes in past.changes:
        held |= np.array([order_id in changes.orders for order_id in past.frame.order_id], dtype=bool)
    return held
