"""Loads an extract into the store: everything in one transaction, or nothing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import orjson
import pandas as pd
from sqlalchemy import Connection, Engine, bindparam, delete, insert, select, update

from hotline.calendar import NO_TIME
from hotline.order import ORDER_FIELDS, Attribute, AttributeKind, AttributeOf
from store import tables
from store.bulk import insert_frame, plain_values
from store.connection import writing
from store.extracts.description import Description, DescriptionError
from store.extracts.extract import Extract
from store.extracts.rejects import Rejects
from store.frames import FrameReader
from store.loading import happenings
from store.loading.births import births_of
from store.loading.known_from import KnownFrom
from store.loading.refusing import Refusing
from store.loading.revisions import assertions, compare, is_given, numbered
from store.loading.stored import Stored, codes_of


@dataclass
class Loaded:
    """How many rows of each kind were new, and how many corrected what was known."""

    new: dict[str, int] = field(default_factory=dict)
    unchanged: dict[str, int] = field(default_factory=dict)
    corrected: dict[str, int] = field(default_factory=dict)
    first: int | None = None
    last: int | None = None

    def count(self, kind: str, said: int, new: int, corrected: int = 0) -> None:
        """Note what became of the rows of one kind."""
        self.new[kind] = new
        self.corrected[kind] = corrected
        self.unchanged[kind] = said - new - corrected


@dataclass
class Loading:
    """One extract on its way into the store."""

    described: Description
    rejects: Rejects
    taken_at: int
    recorded_at: int
    progress: Callable[[str], None] = lambda _: None

    def load(self, engine: Engine, extract: Extract) -> Loaded:
        """Write what is new; the counts. Nothing is written if anything goes wrong."""
        self.progress("checking")
        refusing = Refusing(self.described, self.rejects, self.taken_at)
        refusing.implausible_times(extract)
        with writing(engine) as (connection, revision):
            attributes = self._declare(connection)
            stored = Stored.read(connection, extract.order_ids(), attributes)
            births = births_of(extract, stored, not self.described.lists_orders())
            refused = refusing.before_receipt(extract, births, stored.ids)
            refusing.orphans(extract, births, stored, refused)
            births = births_of(extract, stored, not self.described.lists_orders())
            extract.events = happenings.closing_verdicts(extract, self.described, self.rejects)
            self.progress("comparing with the store")
            known = KnownFrom.of(extract, stored, births)
            loaded = Loaded()
            touched = [
                self._events(connection, extract, stored, attributes, loaded),
                self._orders(connection, extract, stored, births, known, attributes, loaded),
                self._callbacks(connection, extract, stored, known, loaded),
                self._forecasts(connection, extract, stored, loaded),
            ]
            self._communities(connection, extract, loaded)
            self._stamp(connection, revision, stored, np.unique(np.concatenate(touched)))
            self.progress("committing")
        return loaded

    def _declare(self, connection: Connection) -> list[Attribute]:
        """Write the attributes declared; DescriptionError if one is of another kind than before."""
        table = tables.attributes
        stored = {(r.name, r.of): r for r in connection.execute(select(table).order_by(table.c.position))}
        for attribute in self.described.attributes():
            before = stored.get((attribute.name, attribute.of.value))
            if before is None:
                position = len(stored)
                stored[(attribute.name, attribute.of.value)] = attribute  # type: ignore[assignment]
                row = {"name": attribute.name, "of": attribute.of.value, "kind": attribute.kind.value}
                connection.execute(insert(table), {**row, "zh": attribute.zh, "position": position})
            elif before.kind != attribute.kind:
                raise DescriptionError(
                    f"attribute {attribute.name!r} was {before.kind} in an earlier extract and is "
                    f"{attribute.kind.value} now; give it another name"
                )
        return [
            Attribute(r.name, AttributeOf(r.of), AttributeKind(r.kind), r.zh)
            for r in connection.execute(select(table).order_by(table.c.position))
        ]

    def _orders(self, connection, extract, stored, births, known, attributes, loaded) -> np.ndarray:  # type: ignore[no-untyped-def]
        own = [a for a in attributes if a.of is AttributeOf.ORDER]
        fields = [*ORDER_FIELDS, *(a.name for a in own)]
        said = assertions(extract, stored, births, known, fields)
        revisions = compare(said, stored, fields, self.taken_at)
        frame = numbered(revisions.frame, stored)
        self.progress(f"writing {len(frame)} revisions of orders")
        new = np.flatnonzero(births.is_stated & ~stored.is_known)
        touched = np.unique(frame["code"].to_numpy())
        packed = _packed(frame, own)
        frame = frame.drop(columns=[a.name for a in own]).assign(
            attributes=packed, recorded_at=self.recorded_at, order_id=stored.ids[frame["code"]].to_numpy()
        )
        insert_frame(connection, tables.order_revisions, frame.drop(columns="code"))
        asserted = len(np.unique(said["code"]))
        loaded.count("orders", asserted, len(new), len(revisions.corrected))
        received = births.received_at[births.received_at != NO_TIME]
        if len(received):
            loaded.first, loaded.last = int(received.min()), int(received.max())
        return touched

    def _events(self, connection, extract, stored, attributes, loaded) -> np.ndarray:  # type: ignore[no-untyped-def]
        own = [a for a in attributes if a.of is AttributeOf.EVENT]
        events = happenings.events_with_ids(extract, self.rejects)
        if not len(events):
            return np.zeros(0, dtype=np.int64)
        written = happenings.events_to_write(events, stored, [a.name for a in own], self.taken_at)
        self.progress(f"writing {len(written.new)} events")
        columns = ["order_id", "event_id", "type", "happened_at", "known_at", "promised_at"]
        columns += list(tables.EVENT_WORDS)
        new = written.new.sort_values(["order_id", "event_id"])
        rows = new[columns].assign(attributes=_packed(new, own), recorded_at=self.recorded_at)
        insert_frame(connection, tables.events, rows)
        _fill_in(connection, written.filled.assign(attributes=_packed(written.filled, own)))
        loaded.count("events", len(events), written.added, written.corrected)
        return np.concatenate([new["code"].to_numpy(), written.filled["code"].to_numpy()]).astype(np.int64)

    def _callbacks(self, connection, extract, stored, known, loaded) -> np.ndarray:  # type: ignore[no-untyped-def]
        callbacks = happenings.placed_callbacks(extract, stored, known)
        if not len(callbacks):
            return np.zeros(0, dtype=np.int64)
        written = happenings.callbacks_to_write(callbacks, stored, self.taken_at)
        columns = ["order_id", "callback_id", "by", "happened_at", "known_at", "channel"]
        new = written.new.sort_values(["order_id", "callback_id"])
        rows = new[[*columns, *tables.CALLBACK_ANSWERS]].assign(recorded_at=self.recorded_at)
        insert_frame(connection, tables.callbacks, _whole(rows, tables.CALLBACK_ANSWERS))
        loaded.count("callbacks", len(callbacks), written.added, written.corrected)
        return new["code"].to_numpy()

    def _forecasts(self, connection, extract, stored, loaded) -> np.ndarray:  # type: ignore[no-untyped-def]
        forecasts = happenings.forecasts_with_ids(extract)
        if not len(forecasts):
            return np.zeros(0, dtype=np.int64)
        known = set(connection.scalars(select(tables.forecasts.c.forecast_id)))
        new = forecasts[~forecasts["forecast_id"].isin(known)].sort_values(["order_id", "forecast_id"])
        columns = ["order_id", "forecast_id", "known_at", "rating", "probability", "seen_model"]
        rows = new[columns].assign(recorded_at=self.recorded_at)
        insert_frame(connection, tables.forecasts, _whole(rows, ("rating", "seen_model")))
        loaded.count("forecasts", len(forecasts), len(new))
        return codes_of(stored.ids, new)

    def _communities(self, connection: Connection, extract: Extract, loaded: Loaded) -> None:
        if not len(extract.communities):
            return
        stored = FrameReader(connection, ()).communities()
        new, corrected = happenings.communities_to_write(extract, stored, self.taken_at)
        following = new["community"].map(stored.groupby("community").size()).fillna(0).astype("int64")
        number = following + new.groupby("community").cumcount()
        columns = ["community", "known_at", *tables.COMMUNITY_FACTS]
        rows = new[columns].assign(number=number, recorded_at=self.recorded_at)
        insert_frame(connection, tables.communities, rows)
        loaded.count("communities", len(extract.communities), len(new) - corrected, corrected)

    def _stamp(self, connection: Connection, revision: int, stored: Stored, touched: np.ndarray) -> None:
        """Mark the orders written to, so that others can ask what has changed since."""
        is_known = stored.is_known[touched]
        ids = pd.Series(stored.ids[touched])
        known = ids[is_known].tolist()
        for start in range(0, len(known), 10_000):
            piece = known[start : start + 10_000]
            connection.execute(delete(tables.orders).where(tables.orders.c.order_id.in_(piece)))
        frame = pd.DataFrame({"order_id": ids.sort_values(), "revision": revision})
        insert_frame(connection, tables.orders, frame)


def _packed(frame: pd.DataFrame, attributes: Sequence[Attribute]) -> "pd.Series[str]":
    """The declared attributes of each row as JSON text, missing where a row has none."""
    packed = np.full(len(frame), None, dtype=object)
    given = [(a.name, is_given(frame[a.name]), _plain(frame, a)) for a in attributes if a.name in frame]
    if given:
        for place in np.flatnonzero(np.logical_or.reduce([mask for _, mask, _ in given])):
            row = {name: values[place] for name, mask, values in given if mask[place]}
            packed[place] = orjson.dumps(row, option=orjson.OPT_SORT_KEYS).decode()
    return pd.Series(pd.array(packed, dtype="str"), index=frame.index)  # type: ignore[call-overload]


def _plain(frame: pd.DataFrame, attribute: Attribute) -> list[object]:
    values = plain_values(frame[attribute.name])
    if attribute.kind is AttributeKind.BOOLEAN:
        return [None if value is None else bool(value) for value in values]
    return values


def _whole(rows: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
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
