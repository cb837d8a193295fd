"""The stored rows as columns: the frames that features are made from."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import orjson
import pandas as pd
from sqlalchemy import BigInteger, Connection, Select, Table, bindparam, select

from hotline.order import ORDER_FIELDS, Attribute, AttributeKind, AttributeOf
from store import tables
from store.bulk import without_collection
from store.columns import Columns, columns_of, words
from store.identity import VERSION_MARK

#: Rows fetched at a time: Python's tuples never pile up, only the columns made of them.
FETCH_ROWS = 10_000
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
#: PostgreSQL keeps a cursor's rows on its side only if the cursor has a name.
_CURSOR_NAME = {"sqlite": (), "postgresql": ("frames",)}


class FrameReader:
    """Reads frames in one transaction: all orders, or some; as recorded by a moment, or now.

    With `known_until` callbacks come in the version that was known by then, and count from when their first
    version was known: a correction changes what was said, not when.
    """

    def __init__(
        self,
        connection: Connection,
        attributes: Sequence[Attribute],
        order_ids: Sequence[str] | None = None,
        recorded_until: int | None = None,
        known_until: int | None = None,
    ) -> None:
        self._connection = connection
        self._attributes = attributes
        self._order_ids = order_ids
        self._recorded_until = recorded_until
        self._known_until = known_until

    def orders(self, *extra: str) -> pd.DataFrame:
        """Revisions of orders, in the order in which they were made."""
        columns = (*ORDER_COLUMNS, *extra)
        revisions = self._of_orders(tables.order_revisions, columns, ("order_id", "number"))
        return self._spread(revisions, AttributeOf.ORDER)

    def events(self) -> pd.DataFrame:
        """Events with their own attributes, those taken back and those that take them back included."""
        events = self._of_orders(tables.events, EVENT_COLUMNS, ("order_id",))
        return self._spread(events, AttributeOf.EVENT)

    def callbacks(self) -> pd.DataFrame:
        """Official callbacks, each in its newest version recorded, or known by then."""
        every = self.every_callback()
        if self._known_until is not None:
            every = _known_by(every, self._known_until)
        return _newest_versions(every)

    def every_callback(self) -> pd.DataFrame:
        """Official callbacks in all their versions."""
        return _frame(self._of_orders(tables.callbacks, CALLBACK_COLUMNS, ("order_id",)))

    def forecasts(self) -> pd.DataFrame:
        """The handlers' own expectations."""
        by = ("order_id", "known_at", "forecast_id")
        return _frame(self._of_orders(tables.forecasts, FORECAST_COLUMNS, by))

    def communities(self, names: Sequence[str] | None = None) -> pd.DataFrame:
        """What is known of communities; with `names` only of those."""
        by = ("community", "number")
        narrowed = question(
            tables.communities, COMMUNITY_COLUMNS, by, self._is_cut, None if names is None else "community"
        )
        pieces = self._fetch(narrowed) if names is None else self._fetch_some(narrowed, names)
        return _frame(columns_of(COMMUNITY_COLUMNS, pieces))

    def all(self) -> dict[str, pd.DataFrame]:
        """Every frame of the contract, by name."""
        if self._order_ids is not None:
            return self._all()
        with without_collection():
            return self._all()

    def _all(self) -> dict[str, pd.DataFrame]:
        orders = self.orders()
        names = None
        if self._order_ids is not None:
            names = sorted({name for name in orders["community"] if isinstance(name, str)})
        return {
            "orders": orders,
            "events": self.events(),
            "callbacks": self.callbacks(),
            "communities": self.communities(names),
            "forecasts": self.forecasts(),
        }

    def _of_orders(self, table: Table, columns: Sequence[str], by: Sequence[str]) -> Columns:
        if self._order_ids is None:
            return columns_of(columns, self._fetch(question(table, columns, by, self._is_cut)))
        narrowed = question(table, columns, by, self._is_cut, "order_id")
        return columns_of(columns, self._fetch_some(narrowed, self._order_ids))

    @property
    def _is_cut(self) -> bool:
        return self._recorded_until is not None

    def _fetch_some(self, question: Select[Any], keys: Sequence[str]) -> Iterator[list[Any]]:
        for start in range(0, len(keys), IDS_A_QUESTION):
            asked = {"keys": list(keys[start : start + IDS_A_QUESTION]), "until": self._recorded_until}
            # The driver's own rows: plain tuples, without SQLAlchemy's wrapping of each.
            cursor: Any = self._connection.execute(question, asked).cursor
            yield cursor.fetchall()
            cursor.close()

    def _fetch(self, question: Select[Any]) -> Iterator[list[Any]]:
        return fetched(self._connection, question.params(until=self._recorded_until))

    def _spread(self, columns: Columns, of: AttributeOf) -> pd.DataFrame:
        """With the JSON column replaced by one column per declared attribute."""
        packed = columns.pop("attributes")
        length = len(packed)
        declared = [attribute for attribute in self._attributes if attribute.of is of]
        filled = np.flatnonzero(~packed.isna()) if declared else np.zeros(0, dtype=np.int64)
        unpacked = [orjson.loads(text) for text in packed[filled]]
        for attribute in declared:
            columns[attribute.name] = _attribute_column(attribute, unpacked, filled, length)
        return pd.DataFrame(columns, copy=False)


def fetched(connection: Connection, question: Select[Any]) -> Iterator[list[Any]]:
    """Everything, piece by piece, from a cursor that the database keeps."""
    written = str(question.compile(connection, compile_kwargs={"literal_binds": True}))
    driver: Any = connection.connection.driver_connection
    cursor = driver.cursor(*_CURSOR_NAME[connection.dialect.name])
    cursor.execute(written)
    while rows := cursor.fetchmany(FETCH_ROWS):
        yield rows
    cursor.close()


@lru_cache(maxsize=64)
def question(
    table: Table, columns: tuple[str, ...], by: tuple[str, ...], is_cut: bool, key: str | None = None
) -> Select[Any]:
    """A question, made once: the columns in this order, perhaps cut at `until` and narrowed to `keys`."""
    question = select(*(table.c[name] for name in columns)).order_by(*(table.c[name] for name in by))
    if is_cut:
        question = question.where(table.c.recorded_at <= bindparam("until", type_=BigInteger))
    if key:
        question = question.where(table.c[key].in_(bindparam("keys", expanding=True)))
    return question


def _attribute_column(attribute: Attribute, unpacked: list[Any], filled: np.ndarray, length: int) -> Any:
    values = [row.get(attribute.name) for row in unpacked]
    if attribute.kind in (AttributeKind.NUMERIC, AttributeKind.BOOLEAN):
        numbers = np.full(length, np.nan)
        numbers[filled] = np.array(values, dtype=float)
        return numbers
    texts = np.full(length, None, dtype=object)
    texts[filled] = values
    return words(texts)


def _frame(columns: Columns) -> pd.DataFrame:
    return pd.DataFrame(columns, copy=False)


def _known_by(callbacks: pd.DataFrame, moment: int) -> pd.DataFrame:
    """The versions known by a moment, each counting from when the first one of its callback was known."""
    known = callbacks[callbacks["known_at"] <= moment].reset_index(drop=True)
    if VERSION_MARK not in "".join(known["callback_id"]):
        return known
    slot = known["callback_id"].str.split(VERSION_MARK, n=1).str[0]
    return known.assign(known_at=known.groupby([known["order_id"], slot])["known_at"].transform("min"))


def _newest_versions(callbacks: pd.DataFrame) -> pd.DataFrame:
    """Only the newest version of each callback; versions are `id`, `id~1`, `id~2` …"""
    ids = callbacks["callback_id"]
    if VERSION_MARK not in "".join(ids):
        return callbacks
    return callbacks.iloc[newest_rows(callbacks["order_id"], ids)].reset_index(drop=True)


def newest_rows(order_ids: "pd.Series[str]", callback_ids: "pd.Series[str]") -> np.ndarray:
    """The rows with the newest version of each callback."""
    parts = callback_ids.str.split(VERSION_MARK, n=1, expand=True)
    version = pd.to_numeric(parts[1]).fillna(0)
    keyed = pd.DataFrame({"order_id": order_ids, "slot": parts[0], "version": version})
    newest = keyed.sort_values(["order_id", "slot", "version"]).drop_duplicates(
        ["order_id", "slot"], keep="last"
    )
    return newest.index.to_numpy()
