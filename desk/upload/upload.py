"""A table on its way into the store: what its sender says it is, what a check found, what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import Any

from desk.upload.meaning import Kind, Meaning
from desk.upload.meanings import meanings_of


class Where(StrEnum):
    """How far an upload has come."""

    PREVIEW = "preview"
    LOADING = "loading"
    CUT_SHORT = "cut_short"
    LOADED = "loaded"

    @property
    def zh(self) -> str:
        """The state as its sender reads it."""
        return {
            Where.PREVIEW: "待确认",
            Where.LOADING: "正在导入",
            Where.CUT_SHORT: "中断了",
            Where.LOADED: "已导入",
        }[self]


@dataclass(frozen=True)
class Column:
    """A column as it stands in the table, with some of its values, personal numbers masked."""

    name: str
    samples: tuple[str, ...]


@dataclass(frozen=True)
class Form:
    """How the table is to be read: text has an encoding and a delimiter, a workbook a sheet."""

    ending: str
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    sheets: tuple[str, ...] = ()
    header_row: int = 1


@dataclass(frozen=True)
class OddWord:
    """A word that the hotline does not know, in a column whose words have a meaning; how often it stands there."""

    group: str
    column: str
    word: str
    count: int


@dataclass(frozen=True)
class Checked:
    """What a dry run over the whole table found; `problem` says why none was possible.

    Of words without a meaning the most frequent are asked about; `odd_words_left_out` are more.
    """

    rows: int = 0
    new: int = 0
    known: int = 0
    accepted: Mapping[str, int] = field(default_factory=dict)
    refused: Mapping[str, int] = field(default_factory=dict)
    refused_rows: int = 0
    odd_words: tuple[OddWord, ...] = ()
    odd_words_left_out: int = 0
    problem: str = ""


@dataclass(frozen=True)
class Loaded:
    """What became of the rows, by kind of row and, of those refused, by reason.

    `stops_training` names what the audit found to give the ratings away.
    """

    new: Mapping[str, int]
    unchanged: Mapping[str, int]
    corrected: Mapping[str, int]
    refused: Mapping[str, int]
    refused_rows: int
    rows: int
    seconds: float
    stops_training: tuple[str, ...] = ()

    @property
    def is_news(self) -> bool:
        """Whether anything was new or changed."""
        return any((*self.new.values(), *self.corrected.values()))


@dataclass(frozen=True)
class Upload:
    """An upload with all that was decided about it. `sent_at` is in microseconds by this machine's clock."""

    id: str
    by: str
    name: str
    sent_at: int
    taken_at: str
    form: Form
    kind: Kind
    may_bring_callbacks: bool
    columns: tuple[Column, ...] = ()
    takes: Mapping[str, str] = field(default_factory=dict)
    known_from: Mapping[str, str] = field(default_factory=dict)
    callbacks_by: str = "city"
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    checked: Checked | None = None
    began_at: str | None = None
    failed: str = ""
    loaded: Loaded | None = None

    @property
    def meanings(self) -> tuple[Meaning, ...]:
        """What its columns can be taken for."""
        return meanings_of(self.kind, self.may_bring_callbacks)

    @property
    def column_of(self) -> dict[str, str]:
        """By key of a meaning, the column that is taken for it."""
        return {key: column for column, key in self.takes.items()}

    @property
    def missing(self) -> tuple[Meaning, ...]:
        """What it needs and no column was taken for."""
        return tuple(m for m in self.meanings if m.is_required and m.key not in self.column_of)

    @property
    def can_load(self) -> bool:
        """Whether it was checked as it is now, and something of it may be loaded."""
        return self.checked is not None and not self.checked.problem and not self.missing

    def to_json(self) -> bytes:
        """As it is kept beside its table."""
        return bytes(_adapter().dump_json(self))

    @staticmethod
    def from_json(content: bytes) -> "Upload":
        """What `to_json` wrote. ValueError where it is something else."""
        found: Upload = _adapter().validate_json(content)
        return found


@cache
def _adapter() -> Any:
    from pydantic import TypeAdapter

    return TypeAdapter(Upload)
