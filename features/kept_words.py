"""Columns of words that lie in a file: an entry becomes a word when it is read, and not before."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from features.arrays import Ints, Words


@dataclass(frozen=True, eq=False)
class Coded:
    """Words that come again and again, as their numbers.

    code  : per entry the number of its word; -1 where it has none
    words : the words by number, and None behind them
    """

    code: Ints
    words: Words

    @classmethod
    def of(cls, code: Ints, words: Words) -> "Coded":
        """The column of these numbers."""
        return cls(code, np.concatenate([words, np.array([None], dtype=object)]))

    def __len__(self) -> int:
        return len(self.code)

    def __getitem__(self, rows: Ints) -> "Coded":
        return Coded(self.code[rows], self.words)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Words:
        return self.words[self.code]


@dataclass(frozen=True, eq=False)
class Spelt:
    """Words that hardly ever come twice, letter by letter; those of some rows only, or of all."""

    letters: pa.LargeStringArray
    rows: Ints | None = None

    def __len__(self) -> int:
        return len(self.letters if self.rows is None else self.rows)

    def __getitem__(self, rows: Ints) -> "Spelt":
        return Spelt(self.letters, rows if self.rows is None else self.rows[rows])

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Words:
        return self.spelt.to_numpy(zero_copy_only=False)

    @property
    def spelt(self) -> pa.LargeStringArray:
        """The letters of these rows only."""
        return self.letters if self.rows is None else self.letters.take(pa.array(self.rows))


def kept(column: Any) -> Any:
    """A column of Arrow's words as it is read here; numbers stay what they are."""
    if isinstance(column, pa.DictionaryArray):
        code = column.indices.fill_null(-1).to_numpy()
        return Coded.of(code, column.dictionary.to_numpy(zero_copy_only=False))
    return column if isinstance(column, np.ndarray) else Spelt(column)


def places(column: Any, words: Words) -> Ints:
    """The place of each entry among words that are each another one; -1 for an unknown or missing one.

    >>> places(np.array(["b", None, "c"], dtype=object), np.array(["a", "b"], dtype=object)).tolist()
    [1, -1, -1]
    """
    if isinstance(column, Spelt):
        letters = pa.array(words, pa.large_string())
        return pc.index_in(column.spelt, value_set=letters, skip_nulls=True).fill_null(-1).to_numpy()
    known: Words = pd.Index(words, dtype=object)
    return known.get_indexer(np.asarray(column))


#: Whether words come again is looked for among so many of them.
_TRIED = 20_000


def come_again(words: Words) -> bool:
    """Whether words hardly ever come once only.

    >>> come_again(np.array(["b", None, "b", "a", "b", "a"], dtype=object))
    True
    """
    tried = words[:: len(words) // _TRIED + 1]
    return 2 * len(pd.unique(tried)) <= len(tried)
