"""What the columns of an unknown table probably are, by their names and by what stands in them."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from importlib.resources import as_file, files

import pandas as pd

from desk.upload.meaning import Kind, Meaning
from desk.upload.meanings import ORDER_MEANINGS
from hotline.calendar import SHANGHAI
from store.extracts.description import FROM_CLOSED
from store.extracts.description_file import read_description
from store.extracts.times import parse_times

#: A name inside a longer one is recognised while the longer one has no more than so many letters beside it.
_MOST_BESIDE = 4
#: A header stands among so many rows; above it there may be titles and notes.
ROWS_LOOKED_AT = 15
#: Of cells in a column of times at least so many are times.
_SHARE_OF_TIMES = 0.5


def plain(name: str) -> str:
    """A column's name without what people put around it.

    >>> plain("* 受理时间（必填）")
    '受理时间'
    """
    folded = unicodedata.normalize("NFKC", name).casefold()
    return re.sub(r"[\s*:_\-/.、，。]+", "", re.sub(r"\(.*?\)|\[.*?\]|【.*?】", "", folded))


def guess(columns: Mapping[str, Sequence[str]], meanings: Sequence[Meaning]) -> dict[str, str]:
    """By column the key of what it probably is; columns that look like nothing are left out.

    columns : some values of each column, by its name
    Each meaning is given once: exact names first, then names that hold one, the longest first.
    """
    names = {plain(name): meaning for meaning in reversed(meanings) for name in (*meaning.also, meaning.zh)}
    found: dict[str, str] = {}
    for column in columns:
        meaning = names.get(plain(column))
        if meaning and meaning.key not in found.values():
            found[column] = meaning.key
    for name in sorted(names, key=len, reverse=True):
        meaning = names[name]
        for column, values in columns.items():
            if column in found or meaning.key in found.values() or len(name) < 2:
                continue
            beside = len(plain(column)) - len(name)
            if name in plain(column) and beside <= _MOST_BESIDE and _fits(meaning, values):
                found[column] = meaning.key
    return found


def header_row_of(rows: Sequence[Sequence[str]], meanings: Sequence[Meaning]) -> int:
    """Which of the first rows holds the columns' names, counted from 1: the one that is best recognised."""

    def recognised(row: Sequence[str]) -> tuple[int, int]:
        filled = [cell for cell in row if cell]
        return len(guess(dict.fromkeys(filled, ()), meanings)), len(set(filled))

    looked_at = rows[:ROWS_LOOKED_AT]
    return 1 + max(range(len(looked_at)), key=lambda place: (recognised(looked_at[place]), -place))


def known_from_of(columns: Sequence[str]) -> dict[str, str]:
    """From when the fields of orders are known, by field: the shipped description's word for its own tables.

    A table with all its columns was made after it, and holds what it says. Of any other table nobody knows
    how it came about, so its fields count as known at closing.
    """
    for name in ("pudong-excel.toml", "pudong.toml"):
        with as_file(files("store.descriptions").joinpath(name)) as path:
            order = read_description(path).files[0].order
        assert order is not None
        if {cell.column for cell in order.fields.values()} <= set(columns):
            return {field: cell.known_from or FROM_CLOSED for field, cell in order.fields.items()}
    return {meaning.field: FROM_CLOSED for meaning in ORDER_MEANINGS if meaning.has_moment}


def likely_kind(columns: Mapping[str, Sequence[str]], meanings: Mapping[Kind, Sequence[Meaning]]) -> Kind:
    """What kind of table has such columns: the one of which most is there, the first of equals.

    A column that is needed and not there weighs as much as two that are.
    """

    def weight(kind: Kind) -> int:
        found = set(guess(columns, meanings[kind]).values())
        missing = [meaning for meaning in meanings[kind] if meaning.is_required and meaning.key not in found]
        return len(found) - 2 * len(missing)

    return max(meanings, key=weight)


def _fits(meaning: Meaning, values: Sequence[str]) -> bool:
    """Whether the values may be such: a column of times holds times."""
    given = [value for value in values if value]
    if not meaning.is_time or not given:
        return True
    unreadable = parse_times(pd.Series(given, dtype="str"), SHANGHAI).is_unreadable
    return float(1 - unreadable.mean()) >= _SHARE_OF_TIMES
