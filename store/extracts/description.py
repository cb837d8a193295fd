"""What a description says of an extract: its files, what their columns mean, from when they are known."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from hotline.calendar import SHANGHAI
from hotline.errors import QinglingError
from hotline.order import Attribute
from hotline.origin import Origin
from hotline.satisfaction import LEVELS_ZH, Rating


class DescriptionError(QinglingError, ValueError):
    """The description, or a file as a whole, cannot be used; nothing was loaded."""


#: From when a value is known: an event's type, or one of these.
FROM_RECEIVED = "received"
FROM_FIRST_EVENT = "first_event"
FROM_LAST_EVENT = "last_event"
FROM_CLOSED = "closed"

#: The word that stands for every rating that the scale does not name.
ANY_OTHER = "*"

YES_WORDS = ("是", "有", "已", "yes", "y", "true", "t", "1")
NO_WORDS = ("否", "无", "未", "no", "n", "false", "f", "0")
#: Answers that say nothing: no word, no fact.
UNKNOWN_WORDS = ("未评价", "不详", "未知", "unknown")


DEFAULT_SCALE = {word: Rating(level) for level, word in enumerate(LEVELS_ZH)}


@dataclass(frozen=True)
class Cell:
    """Where a value comes from: a column, or one fixed word for every row."""

    column: str | None = None
    value: str | None = None
    known_from: str | None = None


@dataclass(frozen=True)
class RowMapping:
    """Columns that make an order, an event, a callback, a forecast or a change of each row."""

    fields: Mapping[str, Cell]


@dataclass(frozen=True)
class Moment(RowMapping):
    """A wide file's column that becomes an event of this type, with the columns that belong to it."""

    type: str


@dataclass(frozen=True)
class CommunityMapping(RowMapping):
    """Columns that hold facts about a community, and since when they hold where the file has no time."""

    known_since: str | None = None


@dataclass(frozen=True)
class AttributeMapping:
    """A further column, kept as an attribute of the order or of the event."""

    attribute: Attribute
    column: str
    known_from: str


@dataclass(frozen=True)
class FileSpec:
    """One file: how to read it, and what its rows are."""

    path: str
    optional: bool = False
    encoding: str = "utf-8-sig"
    delimiter: str = ","
    sheet: str | None = None
    header_row: int = 1
    order_id: str | None = None
    lag: timedelta = timedelta(0)
    order: RowMapping | None = None
    moments: tuple[Moment, ...] = ()
    event: RowMapping | None = None
    callbacks: tuple[RowMapping, ...] = ()
    forecasts: tuple[RowMapping, ...] = ()
    change: RowMapping | None = None
    community: CommunityMapping | None = None
    attributes: tuple[AttributeMapping, ...] = ()

    def columns(self) -> tuple[str, ...]:
        """The columns that the description names, each once, in the order of naming."""
        single = (self.order, self.event, self.change, self.community)
        groups = [mapping.fields for mapping in single if mapping is not None]
        groups += [m.fields for m in (*self.moments, *self.callbacks, *self.forecasts)]
        named = [cell.column for fields in groups for cell in fields.values() if cell.column]
        first = [self.order_id] if self.order_id else []
        return tuple(dict.fromkeys(first + named + [a.column for a in self.attributes]))

    def brings_orders(self) -> bool:
        """Whether the file says of orders what they are."""
        is_of_order = any(a.attribute.of == "order" for a in self.attributes)
        return self.order is not None or bool(self.moments) or is_of_order


@dataclass(frozen=True)
class Acknowledgement:
    """A finding of the audit that is known, and why training may go on all the same."""

    kind: str
    column: str
    reason: str


@dataclass(frozen=True)
class Description:
    """A whole description file."""

    path: Path
    files: tuple[FileSpec, ...]
    dataset: str = "hotline"
    origin: Origin = Origin.UNDECLARED
    zone: ZoneInfo = SHANGHAI
    taken_at: str | None = None
    time_formats: tuple[str, ...] = ()
    missing: frozenset[str] = frozenset()
    scale: Mapping[str, Rating] = field(default_factory=lambda: dict(DEFAULT_SCALE))
    types: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    yes: tuple[str, ...] = YES_WORDS
    no: tuple[str, ...] = NO_WORDS
    unknown: tuple[str, ...] = UNKNOWN_WORDS
    acknowledged: tuple[Acknowledgement, ...] = ()

    def attributes(self) -> tuple[Attribute, ...]:
        """Every attribute declared, once."""
        return tuple(dict.fromkeys(a.attribute for spec in self.files for a in spec.attributes))

    def lists_orders(self) -> bool:
        """Whether some file is the list of orders; where none is, events make their orders."""
        return any(spec.brings_orders() for spec in self.files)
