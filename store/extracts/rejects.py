"""What was refused: which file, row and field, what stood there, why, and what to do about it."""

import csv
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from hotline.masking import mask_personal_numbers
from hotline.whole_files import write_whole

#: A rejects file shows enough of a value to find it, not a whole text.
VALUE_CHARACTERS = 80
#: The field whose values are never written down.
_NEVER_SHOWN = "caller"
_COLUMNS = ("file", "row", "field", "value", "reason")


@dataclass(frozen=True)
class Refusal:
    """One value or row that was not loaded."""

    file: str
    row: int
    field: str
    value: str
    reason: str


@dataclass
class Rejects:
    """Everything refused in one ingest."""

    refusals: list[Refusal] = field(default_factory=list)

    def add_row(self, file: str, row: int, name: str, value: object, reason: str) -> None:
        """Refuse one row, or one value of it."""
        shown = "" if name == _NEVER_SHOWN else mask_personal_numbers(str(value))[:VALUE_CHARACTERS]
        self.refusals.append(Refusal(file, int(row), name, shown, reason))

    def add(self, file: str, name: str, values: "pd.Series[Any]", reason: str) -> None:
        """Refuse the values of a column, indexed by row number."""
        for row, value in zip(values.index, values.tolist(), strict=True):
            self.add_row(file, row, name, "" if pd.isna(value) else value, reason)

    def add_placed(self, frame: pd.DataFrame, name: str, values: Sequence[object], reason: str) -> None:
        """Refuse rows of a frame that says in `file` and `row` where each came from."""
        for file, row, value in zip(frame["file"], frame["row"], values, strict=True):
            self.add_row(file, row, name, "" if pd.isna(value) else value, reason)  # type: ignore[call-overload]

    def by_reason(self) -> dict[str, int]:
        """How many were refused for each reason."""
        return dict(Counter(refusal.reason for refusal in self.refusals).most_common())

    def values_of(self, reason: str) -> dict[str, int]:
        """The values refused for a reason that begins so, the most frequent first, and how often each was."""
        values = Counter(refusal.value for refusal in self.refusals if refusal.reason.startswith(reason))
        return dict(values.most_common())

    def write(self, path: Path) -> None:
        """Write them as a CSV file that spreadsheets open."""
        text = io.StringIO(newline="")
        writer = csv.writer(text)
        writer.writerow(_COLUMNS)
        for r in sorted(self.refusals, key=lambda r: (r.file, r.row)):
            writer.writerow((r.file, r.row, r.field, r.value, r.reason))
        write_whole(path, text.getvalue().encode("utf-8-sig"))
