"""From feature columns to the matrix that estimators read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from features.definition import FeatureSet

#: A level of a category gets its own column from this many orders on; the rest share "other".
_LEAST_ORDERS = 20
_MOST_LEVELS = 30
#: Up to so many rows are compared one by one: a pandas index costs more.
_FEW_ROWS = 50


@dataclass(frozen=True)
class Encoding:
    """Which numbers, which levels of which categories and which text score make up the matrix.

    Columns: numbers first, then one 0/1 column a level, then the text score if the model has one.
    """

    numbers: tuple[str, ...]
    levels: Mapping[str, tuple[str, ...]]
    has_text: bool

    @classmethod
    def learn(
        cls, columns: Mapping[str, np.ndarray], features: FeatureSet, order: np.ndarray, has_text: bool
    ) -> "Encoding":
        """Keep the numbers that vary and the levels that enough orders show."""
        numbers = tuple(name for name in features.of_kind("number") if _varies(columns[name]))
        levels = {name: _levels(columns[name], order) for name in features.of_kind("category")}
        return cls(numbers, {name: found for name, found in levels.items() if len(found) > 1}, has_text)

    @property
    def names(self) -> list[str]:
        """One name a column of the matrix."""
        of_levels = [f"{name}={level}" for name, levels in self.levels.items() for level in levels]
        return [*self.numbers, *of_levels, *(["text_score"] if self.has_text else [])]

    @property
    def feature_of(self) -> list[str]:
        """The feature that each column of the matrix came from."""
        return [name.partition("=")[0] if name != "text_score" else "text" for name in self.names]

    def matrix(self, columns: Mapping[str, np.ndarray], text_score: np.ndarray | None) -> np.ndarray:
        """The matrix, float32, NaN for missing numbers."""
        size = len(next(iter(columns.values())))
        matrix = np.empty((size, len(self.names)), dtype=np.float32)
        place = 0
        for name in self.numbers:
            matrix[:, place] = columns[name]
            place += 1
        for name, levels in self.levels.items():
            if size <= _FEW_ROWS:
                told = [[value == level for level in levels] for value in columns[name]]
                matrix[:, place : place + len(levels)] = np.reshape(told, (size, len(levels)))
            else:
                codes = pd.Index(levels).get_indexer(pd.Index(columns[name]))
                matrix[:, place : place + len(levels)] = codes[:, None] == np.arange(len(levels))
            place += len(levels)
        if self.has_text:
            matrix[:, place] = text_score
        return matrix

    def to_json(self) -> dict[str, Any]:
        """What `from_json` reads."""
        levels = {name: list(found) for name, found in self.levels.items()}
        return {"numbers": list(self.numbers), "levels": levels, "has_text": self.has_text}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Encoding":
        """The encoding that was stored."""
        levels = {name: tuple(found) for name, found in stored["levels"].items()}
        return cls(tuple(stored["numbers"]), levels, bool(stored["has_text"]))


def _varies(values: np.ndarray) -> bool:
    known = values[~np.isnan(values)]
    return bool(len(known)) and (len(known) < len(values) or bool((known != known[0]).any()))


def _levels(values: np.ndarray, order: np.ndarray) -> tuple[str, ...]:
    known = ~pd.isna(values)
    once = ~pd.DataFrame({"order": order[known], "value": values[known]}).duplicated().to_numpy()
    names, counts = np.unique(values[known][once].astype(str), return_counts=True)
    keep = np.lexsort((names, -counts))[:_MOST_LEVELS]
    return tuple(names[i] for i in keep if counts[i] >= _LEAST_ORDERS)
