"""Everything of all orders as columns that stay small: words as Arrow's letters, or as numbers of few words.

The same rows as `Store.frames` gives as pandas frames, for whoever sorts a million orders: there each word of six
million events becomes an object of its own as soon as somebody reads it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import orjson
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection, Table

from hotline.calendar import NO_TIME
from hotline.order import Attribute, AttributeKind, AttributeOf
from store import tables
from store.bulk import without_collection
from store.columns import NUMBERS
from store.frames import CALLBACK_COLUMNS, EVENT_COLUMNS, ORDER_COLUMNS, fetched, newest_rows, question
from store.identity import VERSION_MARK

#: Words that are hardly ever the same twice; all others come again and again.
_UNLIKE = {"order_id", "event_id", "callback_id", "text", "caller", "petition_no", "case_no", "retracts"}

#: A numpy array where it holds numbers, one of Arrow's where it holds words.
Columns = dict[str, Any]


def log_columns(connection: Connection, attributes: Sequence[Attribute]) -> dict[str, Columns]:
    """The columns of `orders`, `events` and `callbacks` (the newest version of each); a missing word is null."""
    of_order, of_event = (
        [attribute for attribute in attributes if attribute.of is of]
        for of in (AttributeOf.ORDER, AttributeOf.EVENT)
    )
    with without_collection():
        orders = _read(
            connection, tables.order_revisions, _asked(ORDER_COLUMNS, of_order), ("order_id", "number")
        )
        events = _read(connection, tables.events, _asked(EVENT_COLUMNS, of_event), ("order_id",))
        callbacks = _read(connection, tables.callbacks, CALLBACK_COLUMNS, ("order_id",))
        return {
            "orders": _spread(orders, of_order),
            "events": _spread(events, of_event),
            "callbacks": _newest(callbacks),
        }


def _asked(columns: tuple[str, ...], attributes: Sequence[Attribute]) -> tuple[str, ...]:
    return columns if attributes else tuple(name for name in columns if name != "attributes")


def columns_of_frames(frames: Mapping[str, pd.DataFrame]) -> dict[str, Columns]:
    """The same columns from pandas frames, for few orders."""
    return {
        name: {
            str(column): values.to_numpy()
            if values.dtype.kind in "if"
            else pa.array(values, pa.large_string())
            for column, values in frames[name].items()
        }
        for name in ("orders", "events", "callbacks")
    }


def _read(connection: Connection, table: Table, columns: tuple[str, ...], by: tuple[str, ...]) -> Columns:
    made: list[Columns] = []
    for rows in fetched(connection, question(table, columns, by, False)):
        values = zip(*rows, strict=True)
        made.append({name: _piece(name, column) for name, column in zip(columns, values, strict=True)})
    if not made:
        return {name: _piece(name, ()) for name in columns}
    return {name: _joined([piece.pop(name) for piece in made]) for name in columns}


def _piece(name: str, values: Sequence[Any]) -> np.ndarray | pa.Array:
    if name.endswith("_at"):
        return pa.array(values, pa.int64()).fill_null(NO_TIME).to_numpy()
    if name in NUMBERS:
        return np.array(values, dtype=float)
    return _words(values, name in _UNLIKE or name == "attributes")


def _words(values: Any, are_unlike: bool) -> pa.Array:
    words = pa.array(values, pa.large_string())
    return words if are_unlike else words.dictionary_encode()


def _joined(parts: list[Any]) -> np.ndarray | pa.Array:
    if isinstance(parts[0], np.ndarray):
        return np.concatenate(parts)
    return pa.chunked_array(parts).unify_dictionaries().combine_chunks()


def _spread(columns: Columns, attributes: Sequence[Attribute]) -> Columns:
    """With the JSON column replaced by one column per declared attribute."""
    if not attributes:
        return columns
    packed = columns.pop("attributes")
    filled = np.flatnonzero(packed.is_valid().to_numpy(zero_copy_only=False))
    unpacked = [orjson.loads(text) for text in packed.drop_null().to_pylist()]
    for attribute in attributes:
        values = np.full(len(packed), None, dtype=object)
        values[filled] = [row.get(attribute.name) for row in unpacked]
        if attribute.kind in (AttributeKind.NUMERIC, AttributeKind.BOOLEAN):
            columns[attribute.name] = values.astype(float)
        else:
            columns[attribute.name] = _words(values, attribute.kind is AttributeKind.TEXT)
    return columns


def _newest(callbacks: Columns) -> Columns:
    ids = callbacks["callback_id"]
    if not pc.any(pc.match_substring(ids, VERSION_MARK)).as_py():
        return callbacks
    rows = newest_rows(callbacks["order_id"].to_pandas(), ids.to_pandas())
    return {name: column.take(rows) for name, column in callbacks.items()}
