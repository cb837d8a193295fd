"""One file's columns by our names, read as words, times, numbers, answers; what cannot be read is refused."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from hotline.calendar import NO_TIME
from store.extracts import words
from store.extracts.description import Cell, Description
from store.extracts.reading import Sheet
from store.extracts.rejects import Rejects
from store.extracts.times import Times, parse_times

#: Words that may look like personal numbers and are none.
UNMASKED = {"id", "order_id", "petition_no", "case_no", "retracts", "caller", "by"}
LEFT_OUT = "value left out"
NOT_LOADED = "row not loaded"
NOT_IN_SCALE = "not a rating of the scale; add it to [scale]"


class Columns:
    """The columns that one mapping names in one sheet."""

    def __init__(
        self, sheet: Sheet, fields: Mapping[str, Cell], described: Description, rejects: Rejects
    ) -> None:
        self.sheet = sheet
        self.described = described
        self._fields = fields
        self.rejects = rejects

    def __contains__(self, name: str) -> bool:
        return name in self._fields

    def base(self) -> pd.DataFrame:
        """A frame with each row's order, file and row number; row numbers are also its index."""
        cells = self.sheet.cells
        order_id = self.sheet.spec.order_id
        frame = pd.DataFrame({"row": cells.index.to_numpy()}, index=cells.index)
        frame["file"] = pd.Series(self.sheet.name, index=cells.index, dtype="str")
        if order_id:
            frame.insert(0, "order_id", cells[order_id])
        return frame

    def raw(self, name: str) -> "pd.Series[Any]":
        """The words as they stand in the file; all missing where the mapping has no such field."""
        cell = self._fields.get(name)
        index = self.sheet.cells.index
        if cell is None:
            return pd.Series(np.nan, index=index, dtype="str")
        if cell.column is None:
            return pd.Series(cell.value, index=index, dtype="str")
        return self.sheet.cells[cell.column]

    def words(self, name: str) -> "pd.Series[Any]":
        """The words in the description's meaning, personal numbers masked."""
        if name not in self._fields:
            return self.raw(name)
        meant = words.translate(self.raw(name), self.described.values.get(name, {}))
        return meant if name in UNMASKED else words.mask(meant)

    def times(self, name: str, consequence: str = LEFT_OUT) -> Times:
        """The times of a field."""
        raw = self.raw(name)
        if name not in self._fields:
            nothing = np.zeros(len(raw), dtype=bool)
            return Times(np.full(len(raw), NO_TIME, dtype=np.int64), nothing, nothing)
        times = parse_times(raw, self.described.zone, self.described.time_formats)
        self._refuse(name, times.is_unreadable, f"not a time; write 2026-01-31 18:00:00; {consequence}")
        return times

    def numbers(self, name: str) -> np.ndarray:
        """The numbers of a field, NaN where missing."""
        numbers, is_bad = words.parse_numbers(self.raw(name))
        self._refuse(name, is_bad, f"not a number; {LEFT_OUT}")
        return numbers

    def yes_no(self, name: str, consequence: str = LEFT_OUT) -> np.ndarray:
        """1, 0 or NaN."""
        answers, is_bad = words.parse_yes_no(self.raw(name), self.described)
        self._refuse(name, is_bad, f"neither yes nor no; write 是 or 否, or add it to yes/no; {consequence}")
        return answers

    def ratings(self, name: str, consequence: str) -> tuple[np.ndarray, np.ndarray]:
        """Levels 0–3 or NaN, and which words the scale does not know."""
        levels, is_bad = words.parse_ratings(self.raw(name), self.described)
        self._refuse(name, is_bad, f"{NOT_IN_SCALE}; {consequence}")
        return levels, is_bad

    def refuse(self, name: str, mask: "np.ndarray | pd.Series[Any]", reason: str) -> None:
        """Refuse the field in these rows, with what stands there."""
        self._refuse(name, np.asarray(mask, dtype=bool), reason)

    def title(self, name: str) -> str:
        """The file's own name of a field's column."""
        cell = self._fields.get(name)
        return cell.column if cell is not None and cell.column else name

    def _refuse(self, name: str, mask: np.ndarray, reason: str) -> None:
        if not mask.any():
            return
        if name == "order_id":
            column, values = self.sheet.spec.order_id or name, self.sheet.cells.iloc[mask.nonzero()[0], 0]
        else:
            column, values = self.title(name), self.raw(name)[mask]
        if name == "caller":
            column, values = "caller", values.mask(values.notna())
        self.rejects.add(self.sheet.name, column, values, reason)
