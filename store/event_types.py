"""The types of events that a data set has seen so far, its own among them."""

from sqlalchemy import Engine, select

from store import tables
from store.connection import reading


def event_types(engine: Engine) -> frozenset[str]:
    """Every type that an event of the store has; reads all events once."""
    with reading(engine) as connection:
        return frozenset(connection.scalars(select(tables.events.c.type).distinct()))
