"""Everybody's history as it stood at one look: what was sorted then, and what was written since."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from desk.refusals import NoSuchOrder
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
        stale = History.of(_of_orders(self.base.chronicle.log, self.changed))
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
        own = slice(int(chronicle.first[number]), int(chronicle.last[number]) + 1)
        rows, is_event, is_callback = (
            column[own] for column in (chronicle.row, chronicle.is_event, chronicle.is_callback)
        )
        log = chronicle.log
        return _narrowed(
            log,
            log.orders.iloc[np.sort(rows[~is_event & ~is_callback])],
            log.events.iloc[np.sort(rows[is_event])],
            log.callbacks.iloc[np.sort(rows[is_callback])],
        )

    def _holder(self, order_id: str) -> History:
        return self.fresh if self.fresh is not None and order_id in self.changed else self.base


def _asked(order_id: str) -> np.ndarray:
    return np.array([order_id], dtype=object)


def _of_orders(log: Log, order_ids: Iterable[str]) -> Log:
    frames = (log.orders, log.events, log.callbacks)
    return _narrowed(log, *(frame[frame["order_id"].isin(list(order_ids))] for frame in frames))


def _narrowed(log: Log, orders: pd.DataFrame, events: pd.DataFrame, callbacks: pd.DataFrame) -> Log:
    return Log(
        orders=orders.reset_index(drop=True),
        events=events.reset_index(drop=True),
        callbacks=callbacks.reset_index(drop=True),
        communities=log.communities.iloc[:0],
        attributes=log.attributes,
        label_caller=log.label_caller,
    )
