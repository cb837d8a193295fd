"""The stored rows as columns: the frames that features are made from."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import orjson
import pandas as pd
from sqlalchemy import Connection, Select, Table, select

from hotline.calendar import NO_TIME
from hotline.order import ORDER_FIELDS, Attribute, AttributeKind, AttributeOf
from store import tables

#: Rows fetched at a time: Python's tuples never pile up, only the columns made of them.
FETCH_ROWS = 100_000
#: Order ids in one question; below SQLite's and PostgreSQL's limits on parameters.
IDS_A_QUESTION = 10_000

ORDER_COLUMNS = ("order_id", "known_at", "recorded_at", *ORDER_FIELDS, "attributes")
EVENT_COLUMNS = (
    "event_id",
    "order_id",
    "type",
    "happened_at",
    "known_at",
    "recorded_at",
    "actor",
    "group",
    "promised_at",
    "verdict",
    "retracts",
    "attributes",
)
CALLBACK_COLUMNS = (
    "callback_id",
    "order_id",
    "by",
    "happened_at",
    "known_at",
    "recorded_at",
    "channel",
    *tables.CALLBACK_ANSWERS,
)
COMMUNITY_COLUMNS = ("community", "known_at", "recorded_at", *tables.COMMUNITY_FACTS)
FORECAST_COLUMNS = ("order_id", "known_at", "recorded_at", "rating", "probability", "seen_model")
_FLOATS = {*tables.CALLBACK_ANSWERS, *tables.COMMUNITY_FACTS, "probability", "seen_model"}

Column = np.ndarray | pd.api.extensions.ExtensionArray


class FrameReader:
    """Reads frames in one transaction: all orders, or some; as recorded by a moment, or now."""

    def __init__(
        self,
        connection: Connection,
        attributes: Sequence[Attribute],
        order_ids: Sequence[str] | None = None,
        recorded_until: int | None = None,
    ) -> None:
        self._connection = connection
        self._attributes = attributes
        self._order_ids = order_ids
        self._recorded_until = recorded_until

    def orders(self, *extra: str) -> pd.DataFrame:
        """Revisions of orders, in the order in which they were made."""
        columns = (*ORDER_COLUMNS, *extra)
        frame = self._of_orders(tables.order_revisions, columns, ("order_id", "number"))
        return self._spread(frame, AttributeOf.ORDER)

    def events(self) -> pd.DataFrame:
        """Events with their own attributes, those taken back and those that take them back included."""
        frame = self._of_orders(tables.events, EVENT_COLUMNS, ("order_id",))
        return self._spread(frame, AttributeOf.EVENT)

    def callbacks(self) -> pd.DataFrame:
        """Official callbacks, each in its newest version recorded."""
        return _newest_versions(self.every_callback())

    def every_callback(self) -> pd.DataFrame:
        """Official callbacks in all their versions."""
        return self._of_orders(tables.callbacks, CALLBACK_COLUMNS, ("order_id",))

    def forecasts(self) -> pd.DataFrame:
        """The handlers' own expectations."""
        return self._of_orders(tables.forecasts, FORECAST_COLUMNS, ("order_id", "known_at", "forecast_id"))

    def communities(self, names: Sequence[str] | None = None) -> pd.DataFrame:
        """What is known of communities; with `names` only of those."""
        table = tables.communities
        question = self._question(table, COMMUNITY_COLUMNS, ("community", "number"))
        if names is None:
            return _frame(COMMUNITY_COLUMNS, self._fetch(question))
        return _frame(COMMUNITY_COLUMNS, self._fetch_some(question, table.c.community, names))

    def all(self) -> dict[str, pd.DataFrame]:
        """Every frame of the contract, by name."""
        orders = self.orders()
        names = None
        if self._order_ids is not None:
            names = list(orders["community"].dropna().unique())
        return {
            "orders": orders,
            "events": self.events(),
            "callbacks": self.callbacks(),
            "communities": self.communities(names),
            "forecasts": self.forecasts(),
        }

    def _of_orders(self, table: Table, columns: Sequence[str], by: Sequence[str]) -> pd.DataFrame:
        question = self._question(table, columns, by)
        if self._order_ids is None:
            return _frame(columns, self._fetch(question))
        return _frame(columns, self._fetch_some(question, table.c.order_id, self._order_ids))

    def _question(self, table: Table, columns: Sequence[str], by: Sequence[str]) -> Select[Any]:
        question = select(*(table.c[name] for name in columns)).order_by(*(table.c[name] for name in by))
        if self._recorded_until is not None:
            question = question.where(table.c.recorded_at <= self._recorded_until)
        return question

    def _fetch_some(self, question: Select[Any], key: Any, values: Sequence[str]) -> Iterator[list[Any]]:
        for start in range(0, len(values), IDS_A_QUESTION):
            piece = values[start : start + IDS_A_QUESTION]
            narrowed = question.where(key == piece[0] if len(piece) == 1 else key.in_(piece))
            # The driver's own rows: plain tuples, without SQLAlchemy's wrapping of each.
            cursor: Any = self._connection.execute(narrowed).cursor
            yield cursor.fetchall()
            cursor.close()

    def _fetch(self, question: Select[Any]) -> Iterator[list[Any]]:
        result = self._connection.execution_options(stream_results=True).execute(question)
        cursor: Any = result.cursor
        while rows := cursor.fetchmany(FETCH_ROWS):
            yield rows
        result.close()

    def _spread(self, frame: pd.DataFrame, of: AttributeOf) -> pd.DataFrame:
        """Replace the JSON column by one column per declared attribute."""
        packed = frame.pop("attributes")
        declared = [attribute for attribute in self._attributes if attribute.of is of]
        if not declared:
            return frame
        filled = np.flatnonzero(packed.notna().to_numpy())
        unpacked = [orjson.loads(text) for text in packed.to_numpy(dtype=object)[filled]]
        spread = {
            attribute.name: _attribute_column(attribute, unpacked, filled, len(frame))
            for attribute in declared
        }
        return pd.concat([frame, pd.DataFrame(spread, index=frame.index)], axis=1, copy=False)


def _attribute_column(attribute: Attribute, unpacked: list[Any], filled: np.ndarray, length: int) -> Column:
    values = [row.get(attribute.name) for row in unpacked]
    if attribute.kind in (AttributeKind.NUMERIC, AttributeKind.BOOLEAN):
        numbers = np.full(length, np.nan)
        numbers[filled] = np.array(values, dtype=float)
        return numbers
    words = np.full(length, None, dtype=object)
    words[filled] = values
    return _words(words)


def _frame(columns: Sequence[str], pieces: Iterator[list[Any]]) -> pd.DataFrame:
    frames = [_piece(columns, rows) for rows in pieces if rows]
    if not frames:
        return _piece(columns, [])
    if len(frames) == 1:
        return frames[0]
    return pd.concat(frames, ignore_index=True, copy=False)


def _piece(columns: Sequence[str], rows: list[Any]) -> pd.DataFrame:
    values: Sequence[Sequence[Any]] = list(zip(*rows, strict=True)) if rows else [()] * len(columns)
    return pd.DataFrame(
        {name: _maker(name)(column) for name, column in zip(columns, values, strict=True)}, copy=False
    )


def _maker(name: str) -> Callable[[Sequence[Any]], Column]:
    if name.endswith("_at"):
        return _times
    return _numbers if name in _FLOATS else _words


def _words(values: Sequence[Any]) -> Column:
    return pd.array(values, dtype="str")  # type: ignore[call-overload, no-any-return]


def _times(values: Sequence[Any]) -> Column:
    return np.array([NO_TIME if value is None else value for value in values], dtype=np.int64)


def _numbers(values: Sequence[Any]) -> Column:
    return np.array(values, dtype=float)


def _newest_versions(callbacks: pd.DataFrame) -> pd.DataFrame:
    """Only the newest version of each callback; versions are `id`, `id~1`, `id~2` …"""
    ids = callbacks["callback_id"]
    if not len(ids) or not ids.str.contains("~", regex=False).any():
        return callbacks
    parts = ids.str.split("~", n=1, expand=True)
    version = pd.to_numeric(parts[1]).fillna(0)
    keyed = callbacks.assign(_slot=parts[0], _version=version)
    newest = keyed.sort_values(["order_id", "_slot", "_version"]).drop_duplicates(
        ["order_id", "_slot"], keep="last"
    )
    return newest.drop(columns=["_slot", "_version"]).reset_index(drop=True)
