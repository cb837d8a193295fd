"""What the store already knows of the orders that an extract speaks of."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sqlalchemy import Column, Connection, select

from hotline.calendar import NO_TIME
from hotline.order import Attribute
from store import tables
from store.frames import IDS_A_QUESTION, FrameReader


@dataclass(frozen=True)
class Stored:
    """Rows of the store, aligned with the codes of `ids` (an order's place in it)."""

    ids: pd.Index
    is_known: np.ndarray
    revisions: pd.DataFrame
    events: pd.DataFrame
    callbacks: pd.DataFrame
    born_at: np.ndarray
    received_at: np.ndarray
    #: Where an event happened at the very instant of receipt: the receipt may have been taken from it.
    is_received_at_an_event: np.ndarray
    forecast_ids: tuple[str, ...] = ()

    @classmethod
    def read(cls, connection: Connection, ids: pd.Index, attributes: Sequence[Attribute]) -> "Stored":
        """What is stored of these orders."""
        known = _among(connection, tables.orders.c.order_id, tables.orders.c.order_id, ids.tolist())
        reader = FrameReader(connection, attributes, known)
        revisions = _coded(reader.orders("number", "natural_at"), ids)
        events = _coded(reader.events(), ids)
        callbacks = _coded(reader.every_callback(), ids)
        is_known = np.zeros(len(ids), dtype=bool)
        is_known[revisions["code"].to_numpy()] = True
        born_at = _first(revisions["code"], revisions["natural_at"], len(ids))
        received = revisions[revisions["received_at"] != NO_TIME].drop_duplicates("code", keep="last")
        received_at = np.full(len(ids), NO_TIME, dtype=np.int64)
        received_at[received["code"].to_numpy()] = received["received_at"].to_numpy()
        from_event = np.zeros(len(ids), dtype=bool)
        codes = events["code"].to_numpy()
        from_event[codes[events["happened_at"].to_numpy() == received_at[codes]]] = True
        forecasts = _among(connection, tables.forecasts.c.forecast_id, tables.forecasts.c.order_id, known)
        return cls(
            ids, is_known, revisions, events, callbacks, born_at, received_at, from_event, tuple(forecasts)
        )


def codes_of(ids: pd.Index, frame: pd.DataFrame) -> np.ndarray:
    """Each row's order as its place in `ids`."""
    if not len(frame):
        return np.zeros(0, dtype=np.int64)
    return ids.get_indexer(pd.Index(frame["order_id"])).astype(np.int64)


def _among(
    connection: Connection, column: "Column[str]", order_id: "Column[str]", ids: list[str]
) -> list[str]:
    """The column where the order is one of these."""
    pieces = (ids[start : start + IDS_A_QUESTION] for start in range(0, len(ids), IDS_A_QUESTION))
    return [
        found for piece in pieces for found in connection.scalars(select(column).where(order_id.in_(piece)))
    ]


def _coded(frame: pd.DataFrame, ids: pd.Index) -> pd.DataFrame:
    frame = frame.assign(code=codes_of(ids, frame))
    return frame[frame["code"] >= 0]


def _first(codes: "pd.Series[int]", times: "pd.Series[int]", length: int) -> np.ndarray:
    first = np.full(length, NO_TIME, dtype=np.int64)
    earliest = times.groupby(codes.to_numpy()).min()
    first[earliest.index.to_numpy(dtype=int)] = earliest.to_numpy()
    return first
