"""Leases: what only one process may do at a time, held for a while and taken over when it falls silent."""

from sqlalchemy import Connection, insert, or_, select, update

from store.tables import leases


def take(connection: Connection, name: str, holder: str, now: int, until: int) -> bool:
    """Take or keep a lease until a moment (microseconds); False where another holds it still.

    Runs inside a writing transaction: whatever else that writes happens only while the lease is held.
    """
    mine_or_over = or_(leases.c.holder == holder, leases.c.until < now)
    values = {"holder": holder, "until": until}
    if connection.execute(update(leases).where(leases.c.name == name, mine_or_over).values(values)).rowcount:
        return True
    if connection.execute(select(leases.c.name).where(leases.c.name == name)).first():
        return False
    connection.execute(insert(leases), {"name": name, **values})
    return True


def give_back(connection: Connection, name: str, holder: str) -> None:
    """Let the next one have it at once."""
    mine = (leases.c.name == name, leases.c.holder == holder)
    connection.execute(update(leases).where(*mine).values(until=0))
