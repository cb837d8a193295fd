"""Many rows at once, by the fastest door that each database has."""

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Table

from hotline.calendar import NO_TIME

#: Rows turned into tuples at a time: enough to be fast, few enough to stay small.
CHUNK_ROWS = 50_000


def insert_frame(connection: Connection, table: Table, frame: pd.DataFrame) -> int:
    """Insert a frame whose columns are columns of the table; missing values become NULL. Returns the rows."""
    names = [str(name) for name in frame.columns]
    for start in range(0, len(frame), CHUNK_ROWS):
        chunk = frame.iloc[start : start + CHUNK_ROWS]
        insert_rows(connection, table, names, rows_of(chunk))
    return len(frame)


def insert_rows(
    connection: Connection, table: Table, names: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Insert tuples in the order of `names`."""
    if not rows:
        return
    quote = connection.dialect.identifier_preparer.quote
    columns = ", ".join(quote(name) for name in names)
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * len(names))
        statement = f"INSERT INTO {quote(table.name)} ({columns}) VALUES ({marks})"  # noqa: S608
        connection.exec_driver_sql(statement, list(rows))
        return
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f"COPY {quote(table.name)} ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def rows_of(frame: pd.DataFrame) -> list[tuple[Any, ...]]:
    """The rows of a frame as plain values, None where one is missing."""
    return list(zip(*(plain_values(frame[name]) for name in frame.columns), strict=True))


def plain_values(column: "pd.Series[Any]") -> list[Any]:
    """A column's values as Python's own; NaN and NO_TIME become None, whole floats of times stay whole."""
    if column.dtype == "int64":
        values = column.tolist()
        if (column == NO_TIME).any():
            return [None if value == NO_TIME else value for value in values]
        return values
    missing = column.isna()
    if not missing.any():
        return column.tolist()
    return column.astype(object).where(~missing, None).tolist()


@contextmanager
def without_collection() -> Iterator[None]:
    """Millions of short-lived tuples make Python look for cycles again and again; there are none."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
