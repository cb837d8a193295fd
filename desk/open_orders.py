"""Which orders still wait for a callback or a closing."""

from collections.abc import Iterator, Sequence

import numpy as np

from desk.standing import Standing, together
from features.chronicle import Chronicle
from features.frame import OrderFrame
from features.own_chronicle import apart
from hotline.calendar import DAY
from hotline.lifecycle import FIRMS_OWN_DESK, EventType

#: An order closed this long ago without a callback is no longer waited for.
_CALLBACK_WINDOW = 30 * DAY
#: So many are laid out at a time: fifty thousand at once take half a gigabyte.
_AT_ONCE = 5_000


def open_orders(chronicle: Chronicle, at: int) -> OrderFrame:
    """The orders received by then that are not archived, not rated in their round, and not long closed.

    The firm's own orders get no official callback: closed, they are done.
    """
    received = np.flatnonzero(chronicle.known_at[chronicle.first] <= at)
    as_of = np.full(len(received), at, dtype=np.int64)
    frame = OrderFrame(chronicle, received, as_of, chronicle.position_at(received, as_of))
    frame = frame.take(np.flatnonzero(frame.position >= frame.first_position))
    closing = frame.own(EventType.CLOSED, this_round=True)
    callbacks = chronicle.log.callbacks["rating"].to_numpy()
    counts = "(city callback)" if chronicle.log.label_caller == "city" else "(962121 callback)"
    calls = np.flatnonzero(chronicle.is_type(counts))
    rated = np.zeros(len(chronicle), dtype=bool)
    rated[calls] = ~np.isnan(callbacks[chronicle.row[calls]])
    rated_before = np.concatenate([[0], np.cumsum(rated)])
    is_rated = rated_before[frame.position + 1] > rated_before[frame.round_start]
    is_archived = frame.own(EventType.ARCHIVED, this_round=True).any
    long_closed = closing.any & (closing.known_at_last < at - _CALLBACK_WINDOW)
    own_desk = (frame.word("source") == FIRMS_OWN_DESK) & closing.any
    return frame.take(np.flatnonzero(~is_rated & ~is_archived & ~long_closed & ~own_desk))


def open_frames(standing: Standing, at: int, only: Sequence[str] | None = None) -> Iterator[OrderFrame]:
    """The open orders of the sorted history that nobody wrote to since, and those that somebody wrote to.

    With `only` those of them that are named. Many come in several frames, made one after the other.
    """
    named = None if only is None else set(only)
    if named is None or not named <= standing.changed.keys():
        frame = open_orders(standing.base.chronicle, at)
        asked = [name not in standing.changed and (named is None or name in named) for name in frame.order_id]
        rows = np.flatnonzero(asked)
        for start in range(0, len(rows), _AT_ONCE):
            yield apart(frame.take(rows[start : start + _AT_ONCE]))
    if named is None:
        changed = standing.changed_together
    else:
        some = [standing.changed[name].chronicle for name in sorted(named & standing.changed.keys())]
        changed = together([chronicle for chronicle in some if chronicle is not None])
    if changed:
        yield open_orders(changed, at)
