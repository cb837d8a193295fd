"""Whether a history kept in a file is what this database holds: the database itself says so, by a token.

A token is announced before anything is read and vouched for once all is, so whatever copy of the database knows it
holds what was read. What is forgotten takes all tokens along in the same transaction; a database restored from
before does not know them.
"""

import secrets

from sqlalchemy import Connection, delete, insert, select, update

from store import tables

#: So many are remembered, one for each machine and a few that were replaced.
_REMEMBERED = 32
_kept = tables.kept_histories


def announce(connection: Connection) -> str:
    """A fresh token; the oldest are given up."""
    token = secrets.token_hex(8)
    written = connection.execute(select(tables.writes.c.number)).scalar_one()
    connection.execute(insert(_kept).values(token=token, announced=written))
    newest = select(_kept.c.token).order_by(_kept.c.announced.desc(), _kept.c.token).limit(_REMEMBERED)
    stay = [token, *connection.scalars(newest)]
    connection.execute(delete(_kept).where(_kept.c.token.not_in(stay)))
    return token


def vouch(connection: Connection, token: str, number: int) -> bool:
    """Say that a history holds what was written up to this number; False where its token is gone."""
    done = connection.execute(update(_kept).where(_kept.c.token == token).values(number=number))
    return bool(done.rowcount)


def is_vouched(connection: Connection, token: str, number: int) -> bool:
    """Whether the database knows the token by this number."""
    known = select(_kept.c.token).where(_kept.c.token == token, _kept.c.number == number)
    return connection.scalar(known) is not None


def disown_all(connection: Connection) -> None:
    """Vouch for none any more."""
    connection.execute(delete(_kept))
