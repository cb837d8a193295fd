"""Rows of a database as columns: words, times and numbers, put together from pieces."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from hotline.calendar import NO_TIME
from store.tables import CALLBACK_ANSWERS, COMMUNITY_FACTS

#: How pandas keeps words by default; named once, because looking it up by name costs more than one order.
_WORDS: Any = pd.StringDtype(na_value=np.nan)
NUMBERS = {*CALLBACK_ANSWERS, *COMMUNITY_FACTS, "probability", "seen_model"}
_WHOLE = {"number"}

Columns = dict[str, Any]


def columns_of(names: Sequence[str], pieces: Iterator[list[Any]]) -> Columns:
    """The columns of these names from rows that come piece by piece."""
    made = [_piece(names, rows) for rows in pieces if rows]
    if not made:
        return _piece(names, [])
    if len(made) == 1:
        return made[0]
    return {name: _joined([piece.pop(name) for piece in made]) for name in names}


def words(values: Any) -> Any:
    """A column of words; None becomes NaN, pandas' mark of a missing word."""
    return _WORDS.construct_array_type()._from_sequence(values, dtype=_WORDS)


def _joined(parts: list[Any]) -> Any:
    if isinstance(parts[0], np.ndarray):
        return np.concatenate(parts)
    return type(parts[0])._concat_same_type(parts)


def _piece(names: Sequence[str], rows: list[Any]) -> Columns:
    values: Sequence[Sequence[Any]] = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    return {name: _maker(name)(column) for name, column in zip(names, values, strict=True)}


def _maker(name: str) -> Callable[[Sequence[Any]], Any]:
    if name.endswith("_at"):
        return _times
    if name in _WHOLE:
        return _whole
    return _numbers if name in NUMBERS else words


def _times(values: Sequence[Any]) -> np.ndarray:
    return np.array([NO_TIME if value is None else value for value in values], dtype=np.int64)


def _whole(values: Sequence[Any]) -> np.ndarray:
    return np.array(values, dtype=np.int64)


def _numbers(values: Sequence[Any]) -> np.ndarray:
    return np.array(values, dtype=float)
