"""A whole extract as read, before it meets the store."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pandas as pd

from hotline.calendar import NO_TIME
from store.extracts.callbacks import official_callbacks, own_forecasts
from store.extracts.description import Description
from store.extracts.events import EVENT_FRAME, long_events, wide_events
from store.extracts.facts import community_facts, order_changes
from store.extracts.orders import StatedOrders, stated_orders
from store.extracts.reading import Sheet, read_sheet
from store.extracts.rejects import Rejects
from store.tables import ORDER_TIMES

Progress = Callable[[str], None]


@dataclass
class Extract:
    """Everything that an extract's files say, each row with the file and row number that it came from."""

    orders: list[StatedOrders] = field(default_factory=list)
    events: pd.DataFrame = field(default_factory=pd.DataFrame)
    callbacks: pd.DataFrame = field(default_factory=pd.DataFrame)
    forecasts: pd.DataFrame = field(default_factory=pd.DataFrame)
    changes: pd.DataFrame = field(default_factory=pd.DataFrame)
    communities: pd.DataFrame = field(default_factory=pd.DataFrame)
    rows_read: dict[str, int] = field(default_factory=dict)
    ignored: dict[str, tuple[str, ...]] = field(default_factory=dict)
    absent: tuple[str, ...] = ()

    def order_ids(self) -> pd.Index:
        """The orders that it speaks of, in whatever way."""
        frames = [stated.frame for stated in self.orders]
        frames += [self.events, self.callbacks, self.forecasts, self.changes]
        ids = [pd.Index(frame["order_id"].unique()) for frame in frames if len(frame)]
        return ids[0].append(ids[1:]).unique() if ids else pd.Index([], dtype="str")


def read_extract(
    described: Description,
    taken_at: int,
    rejects: Rejects,
    pseudonym: Callable[[str], str],
    progress: Progress = lambda _: None,
    seen: Callable[[Sheet], None] = lambda _: None,
) -> Extract:
    """Read every file of a description; rows that cannot be read go to `rejects`.

    `seen` is shown each file as it was read, before its words become orders, events and callbacks.
    """
    extract, parts = Extract(), _Parts()
    absent = []
    for spec in described.files:
        progress(f"reading {spec.path}")
        sheet = read_sheet(described.path.parent, spec, described.missing, rejects)
        if sheet is None:
            absent.append(spec.path)
            continue
        seen(sheet)
        extract.rows_read[sheet.name] = sheet.rows_read
        extract.ignored[sheet.name] = sheet.ignored
        stated = stated_orders(sheet, described, rejects, pseudonym)
        if stated is not None:
            extract.orders.append(stated)
        parts.add(sheet, described, rejects, taken_at)
    extract.absent = tuple(absent)
    extract.events = together(parts.events, EVENT_FRAME)
    extract.callbacks = together(parts.callbacks, ("order_id", "callback_id", "by", "happened_at"))
    extract.forecasts = together(parts.forecasts, ("order_id", "known_at"))
    extract.changes = together(parts.changes, ("order_id", "natural_at"))
    extract.communities = together(parts.communities, ("community", "known_at"))
    return extract


@dataclass
class _Parts:
    events: list[pd.DataFrame] = field(default_factory=list)
    callbacks: list[pd.DataFrame] = field(default_factory=list)
    forecasts: list[pd.DataFrame] = field(default_factory=list)
    changes: list[pd.DataFrame] = field(default_factory=list)
    communities: list[pd.DataFrame] = field(default_factory=list)

    def add(self, sheet: Sheet, described: Description, rejects: Rejects, taken_at: int) -> None:
        """What a sheet says beside orders themselves."""
        if sheet.spec.event is not None:
            self.events.append(long_events(sheet, described, rejects))
        self.events += wide_events(sheet, described, rejects)
        self.callbacks += official_callbacks(sheet, described, rejects)
        self.forecasts += own_forecasts(sheet, described, rejects)
        changes = order_changes(sheet, described, rejects)
        if changes is not None:
            self.changes.append(changes)
        facts = community_facts(sheet, described, rejects, taken_at)
        if facts is not None:
            self.communities.append(facts)


def together(frames: list[pd.DataFrame], columns: tuple[str, ...] = ()) -> pd.DataFrame:
    """The frames one below the other; a time that only some of them have stays a whole number."""
    filled = [frame for frame in frames if len(frame)]
    if not filled:
        return frames[0].reset_index(drop=True) if frames else pd.DataFrame(columns=list(columns))
    whole = pd.concat(filled, ignore_index=True)
    for name in (*ORDER_TIMES, "promised_at"):
        if name in whole and whole[name].dtype != "int64":
            whole[name] = _whole_times([frame.get(name) for frame in filled], [len(f) for f in filled])
    return whole


def _whole_times(columns: "list[pd.Series[int] | None]", lengths: list[int]) -> "pd.Series[int]":
    parts = [
        pd.Series(NO_TIME, index=range(length), dtype="int64") if column is None else column
        for column, length in zip(columns, lengths, strict=True)
    ]
    return pd.concat(parts, ignore_index=True)
