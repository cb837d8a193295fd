"""An extract as its audit sees it: every column, the events and the outcomes, by order."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from hotline.calendar import NO_TIME
from hotline.lifecycle import EventType

#: Known whenever anybody looks: nothing says from when.
ALWAYS = NO_TIME
#: The share of a column's words that must be numbers for the column to be numeric.
_MOSTLY = 0.95
#: Orders whose rows all say the same, and orders whose first row says it, before a column is constant.
_CONSTANT, _AT_ONCE = 0.99, 0.3


@dataclass(frozen=True, eq=False)
class Column:
    """One column of one file; `order`, `words` and `known_at` have an entry a row.

    name       : the header in the file
    field      : what the description makes of it, e.g. "attribute floor_area"; "" if it is not declared
    known_from : the word of the description; "" where an event's own time says it
    order      : place of the row's order in `Material.orders`
    words      : str, or None where the cell is empty
    known_at   : microseconds from which training would see the value; ALWAYS if it is not declared
    times      : the same as microseconds, NO_TIME where empty, if the words are times
    is_long    : whether an order has many rows here
    takes_first: whether training takes an order's first word rather than its newest
    """

    name: str
    file: str
    field: str
    known_from: str
    order: np.ndarray
    words: np.ndarray
    known_at: np.ndarray
    times: np.ndarray | None = None
    is_long: bool = False
    takes_first: bool = False

    @property
    def is_declared(self) -> bool:
        """Whether training would read it."""
        return bool(self.field)

    @property
    def is_of_event(self) -> bool:
        """Whether its values come with events, each known at its own time."""
        return self.is_long and not self.known_from

    @cached_property
    def is_filled(self) -> np.ndarray:
        """Which rows say something."""
        return ~pd.isna(self.words)

    @cached_property
    def numbers(self) -> np.ndarray | None:
        """The words as numbers, NaN where empty; None if they are mostly no numbers."""
        filled = self.words[self.is_filled]
        if self.times is not None or not len(filled):
            return None
        found = pd.to_numeric(pd.Series(filled, dtype="str").str.replace(",", ""), errors="coerce")
        if found.notna().mean() < _MOSTLY:
            return None
        numbers = np.full(len(self.words), np.nan)
        numbers[self.is_filled] = found.to_numpy(dtype=float, na_value=np.nan)
        return numbers

    def rows_by(self, moment: np.ndarray) -> np.ndarray:
        """For each order the row that training sees by its moment (microseconds); -1 where there is none."""
        seen = np.flatnonzero(
            self.is_filled & ((moment[self.order] == NO_TIME) | (self.known_at <= moment[self.order]))
        )
        sequence = seen[np.lexsort((seen, self.known_at[seen]))]
        if self.takes_first:
            sequence = sequence[::-1]
        row = np.full(len(moment), -1)
        row[self.order[sequence]] = sequence
        return row

    @cached_property
    def is_constant(self) -> bool:
        """Whether the rows of an order say the same, from the first on: many rows, one word.

        Judged by orders in which two rows or more say something; some rows may be empty.
        """
        sequence = np.lexsort((self.known_at, self.order)) if self.is_long else np.empty(0, dtype=int)
        words = pd.Series(self.words[sequence], dtype=object)
        of_order = words.groupby(self.order[sequence])
        several = of_order.count() > 1
        if not several.any():
            return False
        says_at_once = words.notna().groupby(self.order[sequence]).first()
        same = (of_order.nunique() == 1)[several].mean()
        return bool(same >= _CONSTANT and says_at_once[several].mean() >= _AT_ONCE)


@dataclass(frozen=True, eq=False)
class Ratings:
    """The ratings of the caller whose ratings count, from one column; one entry a rating.

    column     : its header
    word       : what the file says
    level      : what the scale makes of it, 0 (不满意) to 3
    names      : the other columns that the callback could fill
    companions : n × names, which of them say something
    answered   : by column, whether somebody answered: 1, 0 or NaN
    refused    : ratings of the worst level that the ingest refuses because nobody answered
    """

    column: str
    word: np.ndarray
    level: np.ndarray
    names: tuple[str, ...]
    companions: np.ndarray
    answered: dict[str, np.ndarray]
    refused: int


@dataclass(frozen=True)
class Words:
    """The words in a column of ratings and how often they stand there: those that the scale knows, and others.

    levels : how many different levels the known words have
    unsaid : words of the description's own scale that do not stand there
    """

    column: str
    known: Mapping[str, int]
    refused: Mapping[str, int]
    levels: int
    unsaid: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Material:
    """A whole extract, or a sample of its orders.

    orders   : one row an order: order_id, received_at, closed_at, last_at, label_at (microseconds, NO_TIME
               where missing), rating (0–3 or NaN), is_timed (its rating has a time of its own), is_called (by
               the caller whose ratings count), callbacks (how many, by whomever), is_twin (the same order
               stands under another id)
    events   : order, type, happened_at, known_at, is_day, is_moment (a wide file's column)
    scale    : the word of each rating and its level; "*" stands for every other word
    taken_at : when the extract was made
    repeated : by file, rows that stand there twice, and rows looked at
    twins    : orders that stand under another id too, of `read` orders in all
    at_once  : event files in which events count as known when they happened
    of_callbacks : files that hold callbacks and nothing else of orders
    columns_of_days : columns of times whose rows all have the same hour, which is none
    formats_of_days : the formats that read those as days, and other times as they stand
    rating_words : the words in each column of ratings
    """

    orders: pd.DataFrame
    columns: tuple[Column, ...]
    events: pd.DataFrame
    ratings: tuple[Ratings, ...]
    scale: dict[str, int]
    taken_at: int
    repeated: dict[str, tuple[int, int]]
    twins: int
    read: int
    at_once: frozenset[str]
    of_callbacks: frozenset[str]
    columns_of_days: tuple[str, ...] = ()
    formats_of_days: tuple[str, ...] = ()
    rating_words: tuple[Words, ...] = ()

    @cached_property
    def is_bad(self) -> np.ndarray:
        """Per order, 1 if its first rating that counts is 不满意, 0 if another, NaN if there is none."""
        rating = self.orders["rating"].to_numpy(dtype=float)
        return np.where(np.isnan(rating), np.nan, (rating == 0).astype(float))

    @cached_property
    def judged(self) -> np.ndarray:
        """The rated orders, each order once."""
        return np.flatnonzero(~np.isnan(self.is_bad) & ~self.orders["is_twin"].to_numpy(dtype=bool))

    @cached_property
    def is_timed(self) -> bool:
        """Whether ratings have times of their own; otherwise they count as known at the last event."""
        return bool(self.orders["is_timed"].to_numpy(dtype=bool)[self.judged].sum() * 2 > len(self.judged))

    def first_closed_at(self) -> np.ndarray:
        """Per order, when its first closing was known; NO_TIME without any."""
        closings = self.events[self.events["type"] == EventType.CLOSED]
        first = np.full(len(self.orders), NO_TIME, dtype=np.int64)
        found = closings.groupby("order")["known_at"].min()
        first[found.index.to_numpy(dtype=np.int64)] = found.to_numpy(dtype=np.int64)
        return first

    def time(self, name: str) -> np.ndarray:
        """A column of times of the orders."""
        return self.orders[name].to_numpy(dtype=np.int64)
