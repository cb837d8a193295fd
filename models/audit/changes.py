"""What an earlier extract said otherwise of the same orders, although it was to be known by then."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from hotline.calendar import NO_TIME
from hotline.leaks import FindingKind, Severity
from models.audit.findings import Finding
from models.audit.material import Column, Material
from models.audit.remedies import column_remedy

_AT_THE_END = ("closed", "last_event")
#: So many changes, of so many orders, are a habit of the system and no correction.
_LEAST, _HABIT = 5, 0.005


def changed_since(earlier: Material, later: Material) -> Iterator[Finding]:
    """Declared columns of orders whose words changed after the moment from which they count as known."""
    old_place = pd.Index(earlier.orders["order_id"]).get_indexer(pd.Index(later.orders["order_id"]))
    before = {(column.field, column.name): column for column in earlier.columns}
    for column in later.columns:
        old = before.get((column.field, column.name))
        if old is None or not column.is_declared or column.is_of_event:
            continue
        order = np.flatnonzero((old_place >= 0) & _was_known(column, earlier, later, old_place))
        if not len(order):
            continue
        was, now = (
            _words(old, len(earlier.orders))[old_place[order]],
            _words(column, len(later.orders))[order],
        )
        changed = int((was != now).sum())
        if not changed:
            continue
        is_habit = changed >= _LEAST and changed >= _HABIT * len(order)
        yield Finding(
            FindingKind.CHANGED_BETWEEN_EXTRACTS,
            column.name,
            Severity.SEVERE if is_habit else Severity.NOTE,
            f"it changed after the moment from which it counts as known ({column.known_from}): what stands in an "
            "old order was not there when the order was in hand",
            _remedy(column),
            {"orders": len(order), "changed": changed, "share": round(changed / len(order), 4)},
        )


def _was_known(column: Column, earlier: Material, later: Material, old_place: np.ndarray) -> np.ndarray:
    """Per later order, whether the column's moment had come when the earlier extract was made."""
    if column.known_from in _AT_THE_END:
        closed_at = earlier.time("closed_at")[old_place]
        return (closed_at != NO_TIME) & (closed_at <= earlier.taken_at)
    known_at = np.full(len(later.orders), np.iinfo(np.int64).max)
    known_at[column.order] = column.known_at
    return known_at <= earlier.taken_at


def _words(column: Column, orders: int) -> np.ndarray:
    row = column.rows_by(np.full(orders, NO_TIME))
    words = column.words[row]
    words[row < 0] = None
    return words


def _remedy(column: Column) -> str:
    removed = column_remedy(FindingKind.CHANGED_BETWEEN_EXTRACTS, column)
    if column.known_from in _AT_THE_END:
        return removed
    return f'known_from = "closed" for "{column.name}" if it no longer changes then; otherwise {removed}'
