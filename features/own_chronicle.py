"""One order's own rows, or some orders', taken out of everybody's."""

import numpy as np

from features.arrays import Ints
from features.chronicle import Chronicle
from features.frame import OrderFrame
from features.ordering import CITY_CALLBACK, DISTRICT_CALLBACK, REVISION
from hotline.calendar import NO_TIME


def own_chronicle(of: Chronicle, number: int) -> Chronicle:
    """One order's own rows; the cost is theirs, not everybody's."""
    span = slice(int(of.first[number]), int(of.last[number]) + 1)
    return _taken(of, span, np.array([number]), np.array([span.stop - span.start]))


def own_chronicles(of: Chronicle, numbers: Ints) -> Chronicle:
    """The rows of some orders, numbered upwards."""
    lengths = of.last[numbers] + 1 - of.first[numbers]
    begins = np.cumsum(lengths) - lengths
    rows = np.repeat(of.first[numbers] - begins, lengths) + np.arange(lengths.sum())
    return _taken(of, rows, numbers, lengths)


def apart(frame: OrderFrame) -> OrderFrame:
    """The same questions beside the rows of their orders only: those are passed over, not everybody's."""
    numbers, place = np.unique(frame.order, return_inverse=True)
    own = own_chronicles(frame.chronicle, numbers)
    return OrderFrame(own, place, frame.as_of, frame.position - frame.first_position + own.first[place])


def _taken(of: Chronicle, rows: slice | Ints, numbers: Ints, lengths: Ints) -> Chronicle:
    known_at, row, promised_at = of.known_at[rows], of.row[rows].copy(), of.promised_at[rows]
    ends = np.cumsum(lengths)
    type_ = of.type[rows]
    is_callback = (type_ == of.type_number(CITY_CALLBACK)) | (type_ == of.type_number(DISTRICT_CALLBACK))
    is_revision = type_ == of.type_number(REVISION)
    is_revision[ends - lengths] = True
    kept = []
    for kind in (is_revision, ~is_revision & ~is_callback, is_callback):
        own = np.sort(row[kind])
        row[kind] = np.searchsorted(own, row[kind])
        kept.append(own)
    moments = np.unique(np.concatenate([known_at, promised_at[promised_at != NO_TIME]]))
    return Chronicle(
        log=of.log.take(*kept),
        order_ids=of.order_ids[numbers],
        order=np.repeat(np.arange(len(numbers)), lengths),
        known_at=known_at,
        type=type_,
        types=of.types,
        row=row,
        happened_at=of.happened_at[rows],
        promised_at=promised_at,
        first=ends - lengths,
        last=ends - 1,
        moments=moments,
        moment=np.searchsorted(moments, known_at).astype(np.int32),
    )
