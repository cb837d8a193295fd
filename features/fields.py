"""The course of an order's fields: which value was known from when on."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from features.arrays import Ints
from features.log import TIME_FIELDS
from hotline.calendar import NO_TIME

if TYPE_CHECKING:
    from features.chronicle import Chronicle


@dataclass(frozen=True, eq=False)
class FieldIndex:
    """The values that a field took, by the position from which each was known."""

    position: Ints
    value: np.ndarray
    first: Ints
    order: Ints

    @classmethod
    def of(cls, chronicle: "Chronicle", name: str) -> "FieldIndex":
        """The index of one column of the order revisions."""
        column = chronicle.log.orders[name].to_numpy()
        position = chronicle.revisions
        present = _is_told(name, column)[chronicle.row[position]]
        position = position[present]
        return cls(position, column[chronicle.row[position]], chronicle.first, chronicle.order)

    def at(self, position: Ints, missing: Any) -> np.ndarray:
        """The value at each position; `missing` where the field was not known yet."""
        if not len(self.position):
            return np.full(len(position), missing, dtype=self.value.dtype)
        found = np.searchsorted(self.position, position, side="right") - 1
        known = (found >= 0) & (self.position[found] >= self.first[self.order[position]])
        return np.where(known, self.value[found], missing)


def _is_told(name: str, column: np.ndarray) -> np.ndarray:
    if name in TIME_FIELDS:
        return column != NO_TIME
    return ~pd.isna(column)
