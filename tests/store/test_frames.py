"""Frames: the same rows for one order and for all, as recorded by any moment."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import pytest

import store.frames as frames_module
from hotline.calendar import SHANGHAI
from hotline.order import ORDER_FIELDS, Callback, Order, OrderEvent
from store.database import Store

START = datetime(2026, 11, 2, 9, tzinfo=SHANGHAI)


def fill(store: Store, orders: int = 5) -> None:
    for number in range(orders):
        at = START + timedelta(hours=number)
        events = tuple(
            OrderEvent("urged", at + timedelta(minutes=m), at + timedelta(minutes=m)) for m in range(3)
        )
        callbacks = (Callback("city", at, at, rating=None),)
        store.add_order(Order(f"A{number}", at, events=events, callbacks=callbacks), recorded_at=number)


def test_the_columns_are_those_of_the_contract(store: Store) -> None:
    frames = store.frames()
    assert list(frames["orders"]) == ["order_id", "known_at", "recorded_at", *ORDER_FIELDS]
    assert list(frames["events"])[:6] == [
        "event_id", "order_id", "type", "happened_at", "known_at", "recorded_at",
    ]  # fmt: skip
    assert list(frames) == ["orders", "events", "callbacks", "communities", "forecasts"]


def test_an_empty_store_has_the_dtypes_of_a_full_one(store: Store) -> None:
    empty = store.frames()
    fill(store)
    full = store.frames()
    for name, frame in empty.items():
        assert frame.dtypes.to_dict() == full[name].dtypes.to_dict(), name


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(frames_module, "FETCH_ROWS", 2)
    monkeypatch.setattr(frames_module, "IDS_A_QUESTION", 2)
    yield


def test_no_row_is_lost_between_pieces(store: Store, small_pieces: None) -> None:
    fill(store)
    frames = store.frames()
    assert len(frames["events"]) == store.counts()["events"] == 15
    assert len(frames["orders"]) == 5
    some = store.frames(["A0", "A2", "A4"])
    assert sorted(some["orders"]["order_id"]) == ["A0", "A2", "A4"]
    assert len(some["events"]) == 9


def test_an_orders_rows_are_the_same_alone_and_among_all(store: Store) -> None:
    fill(store)
    everything = store.frames()
    for order_id in store.order_ids():
        alone = store.frames([order_id])
        for name in ("orders", "events", "callbacks"):
            of_it = everything[name][everything[name]["order_id"] == order_id].reset_index(drop=True)
            pd.testing.assert_frame_equal(alone[name], of_it)


def test_only_what_was_recorded_by_a_moment(store: Store) -> None:
    fill(store)
    frames = store.frames(recorded_until=2)
    assert sorted(frames["orders"]["order_id"]) == ["A0", "A1", "A2"]
    assert frames["events"]["recorded_at"].max() == 2
    assert len(store.frames(["A4"], recorded_until=2)["orders"]) == 0


def test_asking_for_no_order_gives_none(store: Store) -> None:
    fill(store)
    assert all(len(frame) == 0 for frame in store.frames([]).values())


def test_missing_words_are_nan_and_missing_numbers_too(store: Store) -> None:
    fill(store, 1)
    frames = store.frames()
    assert isinstance(frames["orders"]["company"].dtype, pd.StringDtype)
    assert frames["orders"]["company"].isna().all()
    assert np.isnan(frames["callbacks"]["rating"]).all()
