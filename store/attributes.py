"""The attributes that descriptions have declared: what an extract carries beside the hotline's own fields."""

from sqlalchemy import Connection, select

from hotline.order import Attribute, AttributeKind, AttributeOf
from store import tables

_ATTRIBUTES = select(
    tables.attributes.c.name, tables.attributes.c.of, tables.attributes.c.kind, tables.attributes.c.zh
).order_by(tables.attributes.c.of, tables.attributes.c.position)


def declared_attributes(connection: Connection) -> tuple[Attribute, ...]:
    """The attributes that the tables hold, in the order of their declaration."""
    return tuple(
        Attribute(name, AttributeOf(of), AttributeKind(kind), zh)
        for name, of, kind, zh in connection.execute(_ATTRIBUTES)
    )
