"""The rows of one order, or of a few, as plain columns: making a pandas frame takes longer than scoring one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True, eq=False)
class FewRows:
    """Columns by name, read like those of a frame: `rows["type"].to_numpy()`.

    A column is an array, or one that lies in a file (see `features.kept_words`).
    """

    of: Mapping[str, Any]

    @classmethod
    def told(cls, rows: Sequence[Mapping[str, Any]], columns: Mapping[str, tuple[type, Any]]) -> "FewRows":
        """The columns (dtype and what stands for missing) of rows given as mappings, None for missing."""
        return cls({name: _column(rows, name, *kind) for name, kind in columns.items()})

    @classmethod
    def joined(cls, parts: Iterable["FewRows"]) -> "FewRows":
        """Rows below rows; all have the same columns, and there is at least one part."""
        columns = [part.of for part in parts]
        return cls({name: np.concatenate([one[name] for one in columns]) for name in columns[0]})

    def __len__(self) -> int:
        return len(next(iter(self.of.values())))

    def __getitem__(self, name: str) -> "_Column":
        return _Column(self.of[name])

    @property
    def columns(self) -> tuple[str, ...]:
        """The names."""
        return tuple(self.of)

    def take(self, rows: np.ndarray) -> "FewRows":
        """Some of the rows."""
        return FewRows({name: values[rows] for name, values in self.of.items()})


@dataclass(frozen=True, eq=False)
class _Column:
    values: Any

    def to_numpy(self) -> np.ndarray:
        return np.asarray(self.values)


def _column(rows: Sequence[Mapping[str, Any]], name: str, dtype: type, missing: Any) -> np.ndarray:
    column: Any = np.empty(len(rows), dtype=dtype)
    for number, row in enumerate(rows):
        value = row.get(name)
        column[number] = missing if value is None or value != value else value
    return column
