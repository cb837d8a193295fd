"""Predictions with the feature rows that they were made of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson

from hotline.prediction import Prediction

Columns = Mapping[str, np.ndarray]


@dataclass(frozen=True, eq=False)
class Scored:
    """Predictions with the feature rows that they were made of."""

    predictions: tuple[Prediction, ...]
    columns: Columns

    def __len__(self) -> int:
        return len(self.predictions)

    @classmethod
    def joined(cls, pieces: Sequence["Scored"]) -> "Scored":
        """Several as one, one after the other."""
        told = [piece for piece in pieces if piece.predictions]
        if not told:
            return cls((), {})
        columns = {name: np.concatenate([piece.columns[name] for piece in told]) for name in told[0].columns}
        return cls(tuple(p for piece in told for p in piece.predictions), columns)

    def take(self, rows: Sequence[int]) -> "Scored":
        """Some of them, in this order."""
        chosen = np.array(rows, dtype=np.int64)
        return Scored(
            tuple(self.predictions[row] for row in rows), {n: v[chosen] for n, v in self.columns.items()}
        )

    def riskiest_first(self) -> "Scored":
        """The same by falling risk; equal risks by the order's id."""
        of = self.predictions
        return self.take(sorted(range(len(of)), key=lambda row: (-of[row].dissatisfied, of[row].order_id)))

    def feature_row(self, number: int) -> str:
        """One question's features as JSON, the citizen's words left out."""
        row = {n: _plain(values[number]) for n, values in self.columns.items() if n != "text"}
        return orjson.dumps(row).decode()


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, str):
        return value
    return float(value) if value == value else None
