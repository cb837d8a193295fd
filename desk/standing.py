"""Everybody's history as it stood at one look: what was sorted then, and what was written since."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from desk.refusals import NoSuchOrder
from features.chronicle import Chronicle
from features.history import History
from features.log import Log


@dataclass(frozen=True, eq=False)
class Standing:
    """One consistent look, never changed afterwards: a score takes everything from a single one.

    base      : all orders, sorted once
    fresh     : the orders written to since, whole; None where there are none
    changed   : their ids
    watermark : the store's number at that look
    """

    base: History
    fresh: History | None
    changed: frozenset[str]
    watermark: int

    @cached_property
    def layers(self) -> tuple[tuple[History, int], ...]:
        """The histories that add up: what the sorted one says of changed orders is subtracted."""
        if self.fresh is None:
            return ((self.base, 1),)
        numbers = self.base.chronicle.order_number(np.array(sorted(self.changed), dtype=object))
        stale = History.of(_log_of(self.base.chronicle, numbers[numbers >= 0]))
        return ((self.base, 1), (self.fresh, 1), (stale, -1))

    def has(self, order_id: str) -> bool:
        """Whether the order was there."""
        return int(self._holder(order_id).chronicle.order_number(_asked(order_id))[0]) >= 0

    def log_of(self, order_id: str) -> Log:
        """One order's own rows. NoSuchOrder where it was not there."""
        chronicle = self._holder(order_id).chronicle
        number = int(chronicle.order_number(_asked(order_id))[0])
        if number < 0:
            raise NoSuchOrder(order_id)
        return _log_of(chronicle, np.array([number]))

    def _holder(self, order_id: str) -> History:
        return self.fresh if self.fresh is not None and order_id in self.changed else self.base


def _asked(order_id: str) -> np.ndarray:
    return np.array([order_id], dtype=object)


def _log_of(chronicle: Chronicle, numbers: np.ndarray) -> Log:
    """The rows of these orders, found by their places; the cost is theirs, not everybody's."""
    spans = [np.arange(chronicle.first[n], chronicle.last[n] + 1) for n in numbers]
    own = np.concatenate([np.empty(0, dtype=np.int64), *spans])
    rows, is_event, is_callback = (
        column[own] for column in (chronicle.row, chronicle.is_event, chronicle.is_callback)
    )
    log = chronicle.log
    return Log(
        orders=_rows(log.orders, rows[~is_event & ~is_callback]),
        events=_rows(log.events, rows[is_event]),
        callbacks=_rows(log.callbacks, rows[is_callback]),
        communities=log.communities.iloc[:0],
        attributes=log.attributes,
        label_caller=log.label_caller,
    )


def _rows(frame: pd.DataFrame, rows: np.ndarray) -> pd.DataFrame:
    return frame.iloc[np.sort(rows)].reset_index(drop=True)
