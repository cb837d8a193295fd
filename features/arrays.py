"""The arrays that travel through this room, by what they hold."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

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


def sorting(numbers: Ints) -> Ints:
    """What sorts whole numbers from -1 on, equal ones as they stand: sixteen bits at a time, in linear time.

    >>> sorting(np.array([70000, 3, -1, 3])).tolist()
    [2, 1, 3, 0]
    """
    raised = numbers + 1
    sequence = np.argsort(raised.astype(np.uint16), kind="stable").astype(np.int32)
    while (raised := raised >> 16).any():
        sequence = sequence[np.argsort(raised.astype(np.uint16)[sequence], kind="stable")]
    return sequence


def counts_below(marks: Ints, limits: Ints) -> Ints:
    """How many marks lie below each limit, both ascending; the fewer are searched for among the more.

    >>> counts_below(np.array([1, 5, 5]), np.array([1, 5, 6])).tolist()
    [0, 1, 3]
    """
    if len(limits) <= len(marks):
        return np.searchsorted(marks, limits, side="left")
    first_above = np.searchsorted(limits, marks, side="right")
    return np.repeat(
        np.arange(len(marks) + 1, dtype=np.int32), np.diff(first_above, prepend=0, append=len(limits))
    )


def places_among(moments: Ints, times: Ints) -> Ints:
    """How many of the moments, each of them once and ascending, lie before each time.

    Few times are searched for; many, ascending, are walked along with the moments.

    >>> places_among(np.array([1, 5]), np.array([1, 5, 6])).tolist()
    [0, 1, 2]
    """
    if len(times) * SEARCH_COSTS < len(moments):
        return np.searchsorted(moments, times)
    return pd.Index(moments, copy=False).get_indexer(times - 1, method="pad") + 1


#: Up to so many questions are few: what is worked out for them is kept while they are answered.
FEW = 100
#: So many rows can be passed over in the time that one search among them takes.
SEARCH_COSTS = 20


def places_below(marks: Ints, questions: tuple[Ints, ...], rows: int) -> tuple[Ints, ...]:
    """How many of the marks among so many rows lie below each row asked for, several times over.

    They are searched for where the questions are few, counted along all rows where they are many.

    >>> [found.tolist() for found in places_below(np.array([1, 5]), (np.array([1]), np.array([2, 6])), 6)]
    [[0], [1, 2]]
    """
    if len(questions[0]) <= FEW or len(questions[0]) * SEARCH_COSTS < rows:
        return tuple(marks.searchsorted(asked) for asked in questions)
    below = np.zeros(rows + 1, dtype=np.int32)
    below[marks + 1] = 1
    np.cumsum(below, out=below)
    return tuple(below[asked] for asked in questions)


def numbered(numbers: Mapping[str, int], words: Words) -> Ints:
    """The number of each word; -1 for an unknown or missing one.

    >>> numbered({"a": 0, "b": 1}, np.array(["b", None, "c"], dtype=object)).tolist()
    [1, -1, -1]
    """
    return np.fromiter((numbers.get(word, -1) for word in words), dtype=np.int64, count=len(words))
