"""The course of an order's fields: which value was known from when on."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from features.arrays import FEW, SEARCH_COSTS, Ints, Mask
from features.log import TIME_FIELDS
from hotline.calendar import NO_TIME

if TYPE_CHECKING:
    from features.chronicle import Chronicle


@dataclass(frozen=True, eq=False)
class FieldIndex:
    """The values that a field took, by the position from which each was known.

    Every order has an entry at its receipt, told or not, so that no value reaches into the next order.
    """

    position: Ints
    value: np.ndarray
    is_told: Mask
    rows: int

    @classmethod
    def of(cls, chronicle: "Chronicle", name: str) -> "FieldIndex":
        """The index of one column of the order revisions."""
        column = chronicle.log.orders[name].to_numpy()
        position = chronicle.revisions
        is_told = _is_told(name, column)[chronicle.row[position]]
        kept = is_told | chronicle.is_receipt[position]
        position, is_told = position[kept], is_told[kept]
        return cls(position, column[chronicle.row[position]], is_told, len(chronicle))

    def at(self, position: Ints, missing: Any) -> np.ndarray:
        """The value at each position; `missing` where the field was not known yet."""
        if not len(self.position):
            return np.full(len(position), missing, dtype=self.value.dtype)
        if len(position) <= FEW or len(position) * SEARCH_COSTS < self.rows:
            # few questions: only the entries asked for are looked at
            found = self.position.searchsorted(position, side="right") - 1
            return np.where(self.is_told[found], self.value[found], missing)
        return np.where(self.is_told, self.value, missing)[self._laid[position]]

    @cached_property
    def _laid(self) -> Ints:
        lengths = np.diff(self.position, append=self.rows)
        return np.repeat(np.arange(len(lengths), dtype=np.int32), lengths)


def _is_told(name: str, column: np.ndarray) -> np.ndarray:
    if name in TIME_FIELDS:
        return column != NO_TIME
    return ~pd.isna(column)
