"""The arrays that travel through this room, by what they hold."""

from collections.abc import Mapping
from typing import Any

import numpy as np

Ints = np.ndarray
Floats = np.ndarray
Mask = np.ndarray
#: Words are str or None in an object array, for which numpy's stubs have no name.
Words = Any


def last_marked(mark: Mask) -> Ints:
    """Per row, the last marked row up to it; the first row where there is none.

    >>> last_marked(np.array([True, False, True, False])).tolist()
    [0, 0, 2, 2]
    """
    return np.maximum.accumulate(np.where(mark, np.arange(len(mark)), 0)).astype(np.int64)


def numbered(numbers: Mapping[str, int], words: Words) -> Ints:
    """The number of each word; -1 for an unknown or missing one.

    >>> numbered({"a": 0, "b": 1}, np.array(["b", None, "c"], dtype=object)).tolist()
    [1, -1, -1]
    """
    return np.fromiter((numbers.get(word, -1) for word in words), dtype=np.int64, count=len(words))
