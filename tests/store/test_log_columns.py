"""The columns that histories are sorted from hold what the frames hold."""

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

import store.frames as frames_module
from hotline.calendar import SHANGHAI, to_micros
from hotline.order import Callback, Order, OrderEvent
from hotline.satisfaction import Rating
from store import tables
from store.connection import writing
from store.database import Store

START = datetime(2026, 11, 2, 9, tzinfo=SHANGHAI)
_KINDS = {"note": "text", "shop": "category", "floor": "numeric", "lift": "boolean"}


def _filled(store: Store, orders: int) -> None:
    """Orders with and without attributes; the first one's callback was corrected twice."""
    for number in range(orders):
        at = START + timedelta(hours=number)
        told: dict[str, Any] = {"note": f"备注{number}", "floor": number / 2} if number % 2 else {}
        event = OrderEvent(
            "closed", at, at, f"e{number}", promised_at=at, verdict="explained", attributes=told
        )
        call = Callback("city", at, at, rating=Rating.FAIR, answered=True)
        given = told | ({"shop": "甲", "lift": True} if number == 3 else {})
        order = Order(
            f"A{number}", at, text=None if number == 2 else "灯\n不亮", events=(event,), callbacks=(call,)
        )
        store.add_order(Order(**{**vars(order), "attributes": given}), recorded_at=to_micros(at))
    with writing(store.engine) as (connection, _):
        for of in ("order", "event"):
            for place, (name, kind) in enumerate(_KINDS.items()):
                row = {"name": name, "of": of, "kind": kind, "zh": name, "position": place}
                connection.execute(tables.attributes.insert().values(row))
        if orders:
            first = tables.callbacks.c.order_id == "A0"
            (row,) = connection.execute(tables.callbacks.select().where(first)).mappings()
            for version, rating in ((1, 0), (2, 3)):
                changed = {"callback_id": f"{row['callback_id']}~{version}", "rating": rating}
                connection.execute(tables.callbacks.insert().values(dict(row) | changed))


@pytest.mark.parametrize("orders", [0, 7])
def test_the_columns_hold_what_the_frames_hold(
    store: Store, orders: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frames_module, "FETCH_ROWS", 3)
    _filled(store, orders)
    frames, columns = store.frames(), store.log_columns()
    assert set(columns) == {"orders", "events", "callbacks"}
    for name, found in columns.items():
        assert list(found) == list(frames[name])
        for column, values in found.items():
            told = frames[name][column]
            if isinstance(values, np.ndarray):
                assert values.dtype == told.dtype
                np.testing.assert_array_equal(values, told.to_numpy())
            else:
                assert values.to_pylist() == told.astype(object).where(told.notna(), None).tolist(), column
    assert len(columns["callbacks"]["order_id"]) == orders
    assert orders == 0 or pd.isna(frames["orders"]["floor"]).sum() > 0


def test_the_newest_version_of_a_callback_counts(store: Store) -> None:
    _filled(store, 2)
    callbacks = store.log_columns()["callbacks"]
    rating = dict(zip(callbacks["order_id"].to_pylist(), callbacks["rating"].tolist(), strict=True))
    assert rating == {"A0": 3.0, "A1": 1.0}
