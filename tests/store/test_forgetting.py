"""What is forgotten is gone for good, and what is learnt from stays."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import event

from hotline.calendar import SHANGHAI, to_micros
from hotline.order import Callback, Order, OrderEvent
from hotline.satisfaction import Rating
from store import forgetting
from store.database import Store, open_store
from store.forgetting import Forgotten, forget, of_caller, received_before
from store.predictions import LoggedPrediction

OLD, NEW = (datetime(year, 11, 2, 9, tzinfo=SHANGHAI) for year in (2024, 2026))
LIMIT = to_micros(datetime(2026, 1, 1, tzinfo=SHANGHAI))


def _order(order_id: str, received_at: datetime, caller: str = "c1") -> Order:
    later = received_at + timedelta(hours=1)
    return Order(
        order_id,
        received_at,
        category="电梯",
        community="清和苑",
        text=f"标记诉求{order_id}" + "长" * 3_000,
        caller=caller,
        petition_no="XF7",
        case_no="SS7",
        events=(OrderEvent("closed", later, later, "e", actor="张三"),),
        callbacks=(Callback("city", later, later, rating=Rating.DISSATISFIED),),
    )


def _fill(store: Store) -> None:
    for order in (_order("old", OLD), _order("new", NEW, "c2")):
        store.add_order(order, to_micros(order.received_at))
        store.add_order(replace(order, text=f"标记改过{order.order_id}"), to_micros(NEW))
        _score(store, order.order_id, to_micros(order.received_at))
    _score(store, "given", to_micros(OLD))


def _score(store: Store, order_id: str, at: int) -> None:
    row = LoggedPrediction(order_id, at, at, "1", (0.1, 0.2, 0.3, 0.4), "red", "received", '{"特征": 1}')
    store.append_predictions([row])


def _of(frame: pd.DataFrame, order_id: str, *names: str) -> list[Any]:
    rows = frame[frame["order_id"] == order_id]
    return [value for name in names for value in rows[name].dropna()]


def test_old_orders_lose_what_leads_to_the_citizen_and_keep_what_is_learnt_from(store: Store) -> None:
    _fill(store)
    mark = store.watermark()
    assert forgetting.count(store.engine, received_before(LIMIT)) == 1
    assert forget(store.engine, received_before(LIMIT), 9) == Forgotten(1, 1)
    frames = store.frames()
    assert _of(frames["orders"], "old", "text", "caller", "petition_no", "case_no") == []
    assert set(_of(frames["orders"], "old", "category", "community")) == {"电梯", "清和苑"}
    assert _of(frames["events"], "old", "type", "actor") == ["closed", "张三"]
    assert _of(frames["callbacks"], "old", "rating") == [0.0]
    assert len(_of(frames["orders"], "new", "text")) == 2 and store.predictions("new")
    assert store.predictions("old") == ()
    assert store.changed_since(mark)[0] == ["old"], "a running service takes it in"
    assert forget(store.engine, received_before(LIMIT), 9) == Forgotten(0, 0)


def test_scores_of_orders_that_were_never_kept_go_by_their_moment(store: Store) -> None:
    _fill(store)
    _score(store, "given lately", LIMIT)
    assert forgetting.forget_given_scores(store.engine, LIMIT) == 1
    assert store.predictions("given") == () and store.predictions("given lately") and store.predictions("old")


def test_a_caller_is_forgotten_in_all_orders_and_nobody_else_is(store: Store) -> None:
    _fill(store)
    store.add_order(_order("other", NEW, "c1"), 1)
    assert forget(store.engine, of_caller("c1"), 9) == Forgotten(2, 1)
    orders = store.frames()["orders"]
    assert set(orders["caller"].dropna()) == {"c2"}
    assert set(orders.loc[orders["text"].notna(), "order_id"]) == {"new"}


def test_an_order_sent_again_does_not_bring_back_what_was_forgotten(store: Store) -> None:
    _fill(store)
    forget(store.engine, received_before(LIMIT), 9)
    assert not store.add_order(_order("old", OLD), 10), "nothing of it is new"
    assert store.add_order(replace(_order("old", OLD), category="绿化"), 11)
    orders = store.frames(["old"])["orders"]
    assert orders["text"].isna().all() and orders["caller"].isna().all()
    assert orders["category"].dropna().tolist() == ["电梯", "绿化"]


def test_after_a_crash_in_the_midst_one_begins_anew(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        store.add_order(_order(f"old{number}", OLD), 1)
    monkeypatch.setattr(forgetting, "ORDERS_A_PIECE", 2)

    def crash(seen: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        forget(store.engine, received_before(LIMIT), 9, crash)
    assert store.frames()["orders"]["text"].notna().sum() == 3, "a piece is whole or not there"
    assert forget(store.engine, received_before(LIMIT), 9).orders == 3
    assert store.frames()["orders"]["text"].isna().all()


def test_nothing_of_it_stays_in_the_files_of_the_database(home: Path) -> None:
    store = open_store(home)
    _fill(store)
    assert "标记诉求old".encode() in _on_disk(home)
    forget(store.engine, received_before(LIMIT), 9)
    assert forgetting.sweep(store.engine)
    store.close()
    written = _on_disk(home)
    assert "标记诉求old".encode() not in written and "标记改过old".encode() not in written
    assert "标记诉求new".encode() in written


def test_a_reader_in_the_midst_is_told_of(home: Path) -> None:
    store = open_store(home)
    _fill(store)
    with store.engine.connect() as reader, reader.begin():
        reader.exec_driver_sql("SELECT count(*) FROM orders").scalar()
        forget(store.engine, received_before(LIMIT), 9)
        assert not _swept_hastily(store)
    assert forgetting.sweep(store.engine)
    store.close()


def test_postgresql_is_swept_too(store: Store) -> None:
    _fill(store)
    forget(store.engine, received_before(LIMIT), 9)
    assert forgetting.sweep(store.engine)


def _swept_hastily(store: Store) -> bool:
    """Swept without waiting for readers as long as one usually does."""

    def hasten(connection: Any, *_: Any) -> None:
        connection.execute("PRAGMA busy_timeout=10")

    event.listen(store.engine, "checkout", hasten)
    try:
        return forgetting.sweep(store.engine)
    finally:
        event.remove(store.engine, "checkout", hasten)


def _on_disk(home: Path) -> bytes:
    return b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())
