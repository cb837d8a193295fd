"""A long extract in pieces of whole orders, so that live writes find their turn between them."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pandas as pd

from store.extracts.extract import Extract
from store.extracts.orders import StatedOrders

_BY_ORDER = ("events", "callbacks", "forecasts", "changes")


def in_pieces(extract: Extract, most_orders: int) -> Iterator[Extract]:
    """The extract in pieces of so many orders, in the order of their ids; a short one is its own piece.

    What concerns no order, facts about communities, comes with the first.
    """
    ids = extract.order_ids()
    count = -(-len(ids) // most_orders)
    if count <= 1:
        yield extract
        return
    ids = ids.sort_values()
    stated = [_split(s.frame, ids, most_orders, count) for s in extract.orders]
    others = {name: _split(getattr(extract, name), ids, most_orders, count) for name in _BY_ORDER}
    for number in range(count):
        orders = [
            StatedOrders(parts[number], s.known_from, s.lag)
            for s, parts in zip(extract.orders, stated, strict=True)
        ]
        communities = extract.communities if number == 0 else extract.communities.iloc[:0]
        piece = Extract(orders=orders, communities=communities)
        for name, parts in others.items():
            setattr(piece, name, parts[number])
        yield piece


def put_together(extract: Extract, pieces: list[Extract]) -> None:
    """What is left of the pieces, as the extract that they came from."""
    if pieces == [extract]:
        return
    for name in _BY_ORDER:
        setattr(extract, name, _joined([getattr(piece, name) for piece in pieces]))
    extract.communities = pieces[0].communities
    extract.orders = [
        StatedOrders(_joined([piece.orders[n].frame for piece in pieces]), s.known_from, s.lag)
        for n, s in enumerate(extract.orders)
    ]


def _joined(frames: list[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat(frames, ignore_index=True)


def _split(frame: pd.DataFrame, ids: pd.Index, most_orders: int, count: int) -> list[pd.DataFrame]:
    if not len(frame):
        return [frame] * count
    number = ids.get_indexer(pd.Index(frame["order_id"])) // most_orders
    order = np.argsort(number, kind="stable")
    ends = np.searchsorted(number[order], np.arange(count + 1))
    return [frame.iloc[order[start:end]].reset_index(drop=True) for start, end in pairwise(ends)]
