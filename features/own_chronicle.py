"""One order's own rows, taken out of everybody's."""

import numpy as np

from features.chronicle import Chronicle
from hotline.calendar import NO_TIME


def own_chronicle(of: Chronicle, number: int) -> Chronicle:
    """One order's own rows; the cost is theirs, not everybody's."""
    span = slice(int(of.first[number]), int(of.last[number]) + 1)
    known_at, row, promised_at = of.known_at[span], of.row[span].copy(), of.promised_at[span]
    is_event, is_callback = of.is_event[span], of.is_callback[span]
    kept = []
    for kind in (~is_event & ~is_callback, is_event, is_callback):
        own = np.sort(row[kind])
        row[kind] = np.searchsorted(own, row[kind])
        kept.append(own)
    moments = np.unique(np.concatenate([known_at, promised_at[promised_at != NO_TIME]]))
    return Chronicle(
        log=of.log.take(*kept),
        order_ids=of.order_ids[number : number + 1],
        order=np.zeros(len(row), dtype=np.int64),
        known_at=known_at,
        type=of.type[span],
        types=of.types,
        row=row,
        happened_at=of.happened_at[span],
        promised_at=promised_at,
        first=np.zeros(1, dtype=np.int64),
        last=np.array([len(row) - 1]),
        moments=moments,
        moment=np.searchsorted(moments, known_at).astype(np.int32),
    )
