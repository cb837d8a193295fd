"""Transactions that touch no order: they leave the number by which scorers see what is new alone."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine


@contextmanager
def changing(engine: Engine) -> Iterator[Connection]:
    """Everything in it happens, or nothing does."""
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        yield connection
