"""Writes each kind of row that an extract brings beside what is stored, and counts what became of them."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from sqlalchemy import Connection, bindparam, delete, update

from hotline.order import ORDER_FIELDS, Attribute, AttributeOf
from store import tables
from store.bulk import insert_frame, plain_values
from store.extracts.extract import Extract
from store.extracts.rejects import Rejects
from store.forgotten import without_forgotten
from store.frames import IDS_A_QUESTION, FrameReader
from store.loading import happenings
from store.loading.births import Births
from store.loading.known_from import KnownFrom
from store.loading.packing import packed
from store.loading.revisions import assertions, compare, numbered
from store.loading.stored import Stored, codes_of


@dataclass(frozen=True)
class Meeting:
    """An extract and what the store knows of its orders, inside one transaction."""

    connection: Connection
    extract: Extract
    stored: Stored
    births: Births
    known: KnownFrom
    attributes: tuple[Attribute, ...]
    taken_at: int
    recorded_at: int

    def attributes_of(self, of: AttributeOf) -> list[Attribute]:
        """The attributes declared of orders, or of events."""
        return [attribute for attribute in self.attributes if attribute.of is of]


@dataclass
class Loaded:
    """How many rows of each kind were new, corrected what was known, or said nothing new."""

    first: int | None = None
    last: int | None = None
    new: dict[str, int] = field(default_factory=dict)
    corrected: dict[str, int] = field(default_factory=dict)
    unchanged: dict[str, int] = field(default_factory=dict)

    def count(self, kind: str, said: int, new: int, corrected: int = 0) -> None:
        """Note what became of the rows of one kind."""
        self.new[kind] = new
        self.corrected[kind] = corrected
        self.unchanged[kind] = said - new - corrected

    def and_then(self, later: "Loaded") -> "Loaded":
        """What became of the rows of this piece and of a later one."""
        return Loaded(
            _extreme(min, self.first, later.first),
            _extreme(max, self.last, later.last),
            _added(self.new, later.new),
            _added(self.corrected, later.corrected),
            _added(self.unchanged, later.unchanged),
        )


def _extreme(choose: Callable[[list[int]], int], *values: int | None) -> int | None:
    given = [value for value in values if value is not None]
    return choose(given) if given else None


def _added(one: dict[str, int], other: dict[str, int]) -> dict[str, int]:
    return {kind: one.get(kind, 0) + other.get(kind, 0) for kind in {**one, **other}}


def write_orders(meeting: Meeting, loaded: Loaded, rejects: Rejects) -> np.ndarray:
    """Write revisions of orders; the codes of the orders that got any."""
    stored, births = meeting.stored, meeting.births
    own = meeting.attributes_of(AttributeOf.ORDER)
    fields = [*ORDER_FIELDS, *(attribute.name for attribute in own)]
    said = assertions(meeting.extract, stored, births, meeting.known, fields)
    said = without_forgotten(meeting.connection, said, stored.ids[said["code"]])
    revisions = compare(said, stored, fields, meeting.taken_at)
    frame = numbered(revisions.frame, stored)
    codes = frame["code"].to_numpy(dtype=np.int64)
    rows = frame.drop(columns=["code", *(attribute.name for attribute in own)]).assign(
        attributes=packed(frame, own),
        recorded_at=meeting.recorded_at,
        order_id=stored.ids[codes].to_numpy(),
    )
    insert_frame(meeting.connection, tables.order_revisions, rows)
    new = int((births.is_stated & ~stored.is_known).sum())
    spoken_of = len(np.union1d(said["code"], np.flatnonzero(births.is_stated)))
    loaded.count("orders", spoken_of, new, len(revisions.corrected))
    return codes


def write_events(meeting: Meeting, loaded: Loaded, rejects: Rejects) -> np.ndarray:
    """Write new events and corrections, fill in what was empty; the codes of their orders."""
    own = meeting.attributes_of(AttributeOf.EVENT)
    events = happenings.events_with_ids(meeting.extract, rejects)
    if not len(events):
        return _no_codes()
    events = without_forgotten(meeting.connection, events, pd.Index(events["order_id"]))
    written = happenings.events_to_write(events, meeting.stored, [a.name for a in own], meeting.taken_at)
    columns = ["order_id", "event_id", "type", "happened_at", "known_at", "promised_at"]
    new = written.new.sort_values(["order_id", "event_id"])
    rows = new[[*columns, *tables.EVENT_WORDS]].assign(
        attributes=packed(new, own), recorded_at=meeting.recorded_at
    )
    insert_frame(meeting.connection, tables.events, rows)
    _fill_in(meeting.connection, written.filled.assign(attributes=packed(written.filled, own)))
    loaded.count("events", len(events), written.added, written.corrected)
    return pd.concat([new["code"], written.filled["code"]]).to_numpy(dtype=np.int64)


def write_callbacks(meeting: Meeting, loaded: Loaded, rejects: Rejects) -> np.ndarray:
    """Write new callbacks and newer versions of them; the codes of their orders."""
    callbacks = happenings.placed_callbacks(meeting.extract, meeting.stored, meeting.known, rejects)
    if not len(callbacks):
        return _no_codes()
    written = happenings.callbacks_to_write(callbacks, meeting.stored, meeting.taken_at)
    columns = ["order_id", "callback_id", "by", "happened_at", "known_at", "channel"]
    new = written.new.sort_values(["order_id", "callback_id"])
    rows = new[[*columns, *tables.CALLBACK_ANSWERS]].assign(recorded_at=meeting.recorded_at)
    insert_frame(meeting.connection, tables.callbacks, _whole(rows, tables.CALLBACK_ANSWERS))
    loaded.count("callbacks", len(callbacks), written.added, written.corrected)
    return new["code"].to_numpy(dtype=np.int64)


def write_forecasts(meeting: Meeting, loaded: Loaded, rejects: Rejects) -> np.ndarray:
    """Write new forecasts; the codes of their orders."""
    forecasts = happenings.forecasts_with_ids(meeting.extract)
    if not len(forecasts):
        return _no_codes()
    known = set(meeting.stored.forecast_ids)
    new = forecasts[~forecasts["forecast_id"].isin(known)].sort_values(["order_id", "forecast_id"])
    columns = ["order_id", "forecast_id", "known_at", "rating", "probability", "seen_model"]
    rows = new[columns].assign(recorded_at=meeting.recorded_at)
    insert_frame(meeting.connection, tables.forecasts, _whole(rows, ("rating", "seen_model")))
    loaded.count("forecasts", len(forecasts), len(new))
    return codes_of(meeting.stored.ids, new)


def write_communities(meeting: Meeting, loaded: Loaded, rejects: Rejects) -> np.ndarray:
    """Write new facts about communities; no order is touched by them."""
    said = meeting.extract.communities
    if len(said):
        stored = FrameReader(meeting.connection, ()).communities()
        new, corrected = happenings.communities_to_write(said, stored, meeting.taken_at)
        following = new["community"].map(stored.groupby("community").size()).fillna(0).astype("int64")
        number = following + new.groupby("community").cumcount()
        rows = new[["community", "known_at", *tables.COMMUNITY_FACTS]]
        rows = rows.assign(number=number, recorded_at=meeting.recorded_at)
        insert_frame(meeting.connection, tables.communities, rows)
        loaded.count("communities", len(said), len(new) - corrected, corrected)
    return _no_codes()


#: In the order in which they are written and shown.
WRITERS: dict[str, Callable[[Meeting, Loaded, Rejects], np.ndarray]] = {
    "orders": write_orders,
    "events": write_events,
    "callbacks": write_callbacks,
    "forecasts": write_forecasts,
    "communities": write_communities,
}


def stamp(meeting: Meeting, revision: int, touched: np.ndarray) -> None:
    """Mark the orders written to, so that others can ask what has changed since."""
    table, ids = tables.orders, pd.Series(meeting.stored.ids[touched], dtype="str")
    known = ids[meeting.stored.is_known[touched]].tolist()
    for start in range(0, len(known), IDS_A_QUESTION):
        piece = known[start : start + IDS_A_QUESTION]
        meeting.connection.execute(delete(table).where(table.c.order_id.in_(piece)))
    rows = pd.DataFrame({"order_id": ids.sort_values(), "revision": revision})
    insert_frame(meeting.connection, table, rows)


def _no_codes() -> np.ndarray:
    return np.zeros(0, dtype=np.int64)


def _whole(rows: pd.DataFrame, names: tuple[str, ...]) -> pd.DataFrame:
    """The rows with these floats as whole numbers, which PostgreSQL insists on."""
    return rows.assign(**{name: rows[name].astype("Int64") for name in names})


def _fill_in(connection: Connection, filled: pd.DataFrame) -> None:
    """Complete stored events with what was empty before."""
    if not len(filled):
        return
    names = ("actor", "group", "verdict", "promised_at", "attributes")
    table = tables.events
    statement = (
        update(table)
        .where(table.c.order_id == bindparam("an_order"), table.c.event_id == bindparam("an_event"))
        .values({name: bindparam(f"a_{name}") for name in names})
    )
    columns = [plain_values(filled[name]) for name in ("order_id", "event_id", *names)]
    keys = ("an_order", "an_event", *(f"a_{name}" for name in names))
    connection.execute(statement, [dict(zip(keys, row, strict=True)) for row in zip(*columns, strict=True)])
