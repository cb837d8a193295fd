"""What the store already knows of the orders that an extract speaks of."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sqlalchemy import Connection, func, select

from hotline.calendar import NO_TIME
from hotline.order import Attribute
from store import tables
from store.frames import FrameReader

#: Above this many orders reading everything is quicker than asking for each.
FEW_ORDERS = 20_000


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

    @classmethod
    def read(cls, connection: Connection, ids: pd.Index, attributes: Sequence[Attribute]) -> "Stored":
        """What is stored of these orders."""
        count = connection.execute(select(func.count()).select_from(tables.orders)).scalar_one()
        asked: list[str] | None = [] if count == 0 else ids.tolist()
        if asked and len(asked) > FEW_ORDERS:
            asked = None
        reader = FrameReader(connection, attributes, asked)
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
        return cls(ids, is_known, revisions, events, callbacks, born_at, received_at, from_event)


def codes_of(ids: pd.Index, frame: pd.DataFrame) -> np.ndarray:
    """Each row's order as its place in `ids`."""
    if not len(frame):
        return np.zeros(0, dtype=np.int64)
    return ids.get_indexer(pd.Index(frame["order_id"])).astype(np.int64)


def _coded(frame: pd.DataFrame, ids: pd.Index) -> pd.DataFrame:
    frame = frame.assign(code=codes_of(ids, frame))
    return frame[frame["code"] >= 0]


def _first(codes: "pd.Series[int]", times: "pd.Series[int]", length: int) -> np.ndarray:
    first = np.full(length, NO_TIME, dtype=np.int64)
    earliest = times.groupby(codes.to_numpy()).min()
    first[earliest.index.to_numpy(dtype=int)] = earliest.to_numpy()
    return first
