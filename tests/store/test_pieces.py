"""A long extract goes in pieces of whole orders, and becomes the same as in one."""

import threading
import time
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from desk.settings import Settings
from desk.unfinished import refuse_half_extracts
from hotline.errors import QinglingError
from pipelines.ingest import ingest
from pipelines.simulate import simulate_extract
from store.database import Store, open_store
from store.loading import load
from tests.torture.extracts import an_extract


def _ingested(folder: Path, description: Path, url: str | None = None) -> tuple[Any, dict[str, pd.DataFrame]]:
    settings = Settings(home=folder, database_url=url, dataset=None)
    summary = ingest(description, settings)
    store = open_store(folder, url=url)
    frames = store.frames()
    store.close()
    return summary, frames


def test_in_pieces_and_in_one_a_simulated_extract_becomes_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    simulate_extract(120, 3, tmp_path / "extract", lambda *_: None)
    description = tmp_path / "extract" / "pudong.toml"
    whole, one = _ingested(tmp_path / "one", description)
    monkeypatch.setattr(load, "ORDERS_A_PIECE", 25)
    monkeypatch.setattr(load, "_TURN_OF_OTHERS", 0.0)
    pieces, many = _ingested(tmp_path / "many", description)
    for name, frame in one.items():
        callers = [column for column in ("recorded_at", "caller") if column in frame]
        pd.testing.assert_frame_equal(frame.drop(columns=callers), many[name].drop(columns=callers))
    for counted in ("new", "unchanged", "corrected", "rejected", "first_received", "last_received"):
        assert getattr(whole, counted) == getattr(pieces, counted), counted
    again, _ = _ingested(tmp_path / "many", description)
    assert sum(again.new.values()) == 0


def test_live_writes_find_their_turn_in_a_long_ingest(
    tmp_path: Path, database_url: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from datetime import datetime

    from hotline.calendar import SHANGHAI
    from hotline.order import Order

    monkeypatch.setattr(load, "ORDERS_A_PIECE", 300)
    description, _ = an_extract(tmp_path / "extract", 1, 3_000)
    store = open_store(tmp_path / "home", url=database_url)
    waits: list[float] = []
    done = threading.Event()

    def live(store: Store) -> None:
        while not done.is_set():
            began = time.monotonic()
            store.add_order(Order(f"L{len(waits)}", datetime(2026, 11, 2, tzinfo=SHANGHAI)), 1)
            waits.append(time.monotonic() - began)
            time.sleep(0.05)

    writer = threading.Thread(target=live, args=(store,))
    writer.start()
    try:
        ingest(description, Settings(home=tmp_path / "home", database_url=database_url, dataset=None))
    finally:
        done.set()
        writer.join()
    assert len(waits) >= 5 and max(waits) < 4
    assert len(store.order_ids()) == 3_000 + len(waits)
    store.close()


def test_nothing_is_learnt_from_an_extract_that_was_cut_short(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load, "ORDERS_A_PIECE", 10)
    description, rows = an_extract(tmp_path / "extract", 1, 30)
    settings = Settings(home=tmp_path / "home", database_url=None, dataset=None)

    def cut(step: str) -> None:
        if step == "writing events 1/3":
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        ingest(description, settings, cut)
    with pytest.raises(QinglingError, match="ingest it again"):
        refuse_half_extracts(settings.home, "hotline")
    ingest(description, settings)
    refuse_half_extracts(settings.home, "hotline")
    store = open_store(settings.home)
    assert store.order_ids() == sorted(rows)
    store.close()
