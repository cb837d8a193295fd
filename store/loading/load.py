"""Loads an extract into the store, in pieces of whole orders: each in one transaction, or not at all."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from sqlalchemy import Connection, Engine, insert, select

from hotline.calendar import NO_TIME
from hotline.order import Attribute
from store import tables
from store.attributes import declared_attributes
from store.bulk import without_collection
from store.connection import reading, writing
from store.extracts.description import Description, DescriptionError
from store.extracts.extract import Extract
from store.extracts.pieces import in_pieces, put_together
from store.extracts.rejects import Rejects
from store.loading import writers
from store.loading.births import Births, births_of
from store.loading.happenings import closing_verdicts
from store.loading.known_from import KnownFrom
from store.loading.refusing import Refusing
from store.loading.stored import Stored
from store.loading.writers import Loaded, Meeting

#: Orders in one transaction: a second or two in which live writes wait.
ORDERS_A_PIECE = 20_000
#: Seconds between two pieces; SQLite's waiting writers look every tenth of a second.
_TURN_OF_OTHERS = 0.15


@dataclass(frozen=True)
class Rehearsal:
    """How many of the orders that an extract lists are not in the store yet, and how many are."""

    new: int
    known: int


@dataclass(frozen=True)
class Loading:
    """One extract on its way into the store, taken and recorded at these moments.

    `admit` takes out of each piece what its sender may not bring, while nobody else can write.
    """

    described: Description
    rejects: Rejects
    taken_at: int
    recorded_at: int
    progress: Callable[[str], None] = lambda _: None
    admit: Callable[[Extract], None] = lambda _: None

    def load(self, engine: Engine, extract: Extract) -> Loaded:
        """Write what is new; what became of the rows.

        Where something goes wrong, the pieces before stay: the same extract again writes the rest.
        """
        self.progress("checking")
        refusing = Refusing(self.described, self.rejects, self.taken_at)
        refusing.implausible_times(extract)
        loaded, pieces = Loaded(), list(in_pieces(extract, ORDERS_A_PIECE))
        for number, piece in enumerate(pieces):
            if number:
                time.sleep(_TURN_OF_OTHERS)
            share = f" {number}/{len(pieces)}" if len(pieces) > 1 else ""
            loaded = loaded.and_then(self._load_piece(engine, piece, refusing, share))
        put_together(extract, pieces)
        return loaded

    def rehearse(self, engine: Engine, extract: Extract) -> Rehearsal:
        """What loading would refuse, and how many of the orders are new; nothing is written."""
        refusing = Refusing(self.described, self.rejects, self.taken_at)
        refusing.implausible_times(extract)
        self.admit(extract)
        with reading(engine, bulk=True) as connection:
            stored = Stored.read(connection, extract.order_ids(), declared_attributes(connection))
        births = self._settle(extract, stored, refusing)
        new = int((births.is_stated & ~stored.is_known).sum())
        return Rehearsal(new, int((births.is_stated & stored.is_known).sum()))

    def _load_piece(self, engine: Engine, extract: Extract, refusing: Refusing, share: str) -> Loaded:
        with without_collection(), writing(engine, bulk=True) as (connection, revision):
            attributes = declare(connection, self.described)
            _declare_origin(connection, self.described)
            self.admit(extract)
            stored = Stored.read(connection, extract.order_ids(), attributes)
            births = self._settle(extract, stored, refusing)
            known = KnownFrom.of(extract, stored, births)
            meeting = Meeting(
                connection, extract, stored, births, known, attributes, self.taken_at, self.recorded_at
            )
            loaded = Loaded(*_span(births))
            touched = []
            for what, write in writers.WRITERS.items():
                self.progress(f"writing {what}{share}")
                touched.append(write(meeting, loaded, self.rejects))
            writers.stamp(meeting, revision, np.unique(np.concatenate(touched)))
            self.progress("committing")
        return loaded

    def _settle(self, extract: Extract, stored: Stored, refusing: Refusing) -> Births:
        """Refuse what cannot be beside what is stored; when the orders that remain were received."""
        events_make_orders = not self.described.lists_orders()
        births = births_of(extract, stored, events_make_orders)
        refused = refusing.before_receipt(extract, births, stored.ids)
        refusing.orphans(extract, births, stored, refused)
        extract.events = closing_verdicts(extract, self.rejects)
        return births_of(extract, stored, events_make_orders)


def declare(connection: Connection, described: Description) -> tuple[Attribute, ...]:
    """Write the attributes declared; all that are known. DescriptionError if one was of another kind."""
    table = tables.attributes
    stored = {row.name: row for row in connection.execute(select(table))}
    position = len(stored)
    for attribute in described.attributes():
        before = stored.get(attribute.name)
        if before is None:
            row = {"name": attribute.name, "of": attribute.of.value, "kind": attribute.kind.value}
            connection.execute(insert(table), {**row, "zh": attribute.zh, "position": position})
            position += 1
        elif (before.of, before.kind) != (attribute.of, attribute.kind):
            raise DescriptionError(
                f"attribute {attribute.name!r} was {before.kind} of the {before.of} in an earlier extract "
                f"and is {attribute.kind.value} of the {attribute.of.value} now; give it another name"
            )
    return declared_attributes(connection)


def _declare_origin(connection: Connection, described: Description) -> None:
    table, origin = tables.origins, described.origin.value
    if connection.scalar(select(table).where(table.c.origin == origin)) is None:
        connection.execute(insert(table), {"origin": origin})


def _span(births: Births) -> tuple[int | None, int | None]:
    received = births.received_at[births.received_at != NO_TIME]
    if not len(received):
        return None, None
    return int(received.min()), int(received.max())
