"""A full disk, a database that is gone, another writer that does not end: told, bounded, and over by itself."""

import shutil
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx import Response

from store.connection import BUSY_MILLISECONDS
from tests.serve.bodies import an_event, an_order, assert_told
from tests.serve.conftest import serving, wait_until_ready
from tests.serve.homes import settings_of

pytestmark = pytest.mark.slow


def _assert_unavailable(answer: Response, code: str) -> None:
    assert_told(answer, 503, code)
    assert int(answer.headers["retry-after"]) > 0


def _write_all(client: TestClient) -> list[Response]:
    """A write, a score that is logged, and a question of readiness."""
    return [
        client.post("/api/v1/orders", json=an_order()),
        client.post("/api/v1/scores", json=an_order()),
    ]


def _kept(home: Path) -> set[str]:
    with closing(sqlite3.connect(home / "hotline.db")) as database:
        return {row[0] for row in database.execute("SELECT order_id FROM orders WHERE order_id LIKE 'T-%'")}


@contextmanager
def _small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    folder.mkdir()
    size = f"size={megabytes}m"
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(folder)], capture_output=True)
    if done.returncode:
        pytest.skip("a small disk can be mounted by root only")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk_is_told_and_over_once_there_is_room(made_home: Path, tmp_path: Path) -> None:
    with _small_disk(tmp_path / "disk", 24) as disk:
        home = disk / "home"
        shutil.copytree(made_home, home, ignore=shutil.ignore_patterns("mlflow*", "extract"))
        with serving(settings_of(home)) as client:
            wait_until_ready(client)
            accepted = _accepted_until_full(client, disk)
            for answer in _write_all(client):
                _assert_unavailable(answer, "store_full")
            assert client.get("/readyz").status_code == 200, "reading goes on"
            (disk / "ballast").unlink()
            assert [answer.status_code for answer in _write_all(client)] == [201, 200]
        assert accepted <= _kept(home)
        with closing(sqlite3.connect(home / "hotline.db")) as database:
            assert database.execute("PRAGMA quick_check").fetchone() == ("ok",)


def _accepted_until_full(client: TestClient, disk: Path) -> set[str]:
    """Fill the disk, then write until it is refused; what was accepted by then."""
    room = shutil.disk_usage(disk).free
    (disk / "ballast").write_bytes(b"x" * (room - 300_000))
    accepted: set[str] = set()
    for text in ("长" * 4_000, "短"):  # where no long word fits any more, a short one still may
        accepted |= _accepted_until_refused(client, text)
    return accepted


def _accepted_until_refused(client: TestClient, text: str) -> set[str]:
    accepted = set()
    for _ in range(300):
        order = an_order(text=text)
        answer = client.post("/api/v1/orders", json=order)
        if answer.status_code != 201:
            # The last one may have been kept with no room left for its note: then it is not acknowledged.
            _assert_unavailable(answer, "audit_unavailable" if "audit" in answer.text else "store_full")
            return accepted
        accepted.add(order["order_id"])
    raise AssertionError("the disk did not fill")


def test_a_database_that_is_away_for_a_while_is_told_and_taken_up_again(own_home: Path) -> None:
    away = own_home / "away"
    with serving(settings_of(own_home)) as client:
        wait_until_ready(client)
        before = an_order()
        client.post("/api/v1/orders", json=before)
        (own_home / "hotline.db").rename(away)
        for answer in (*_write_all(client), client.get("/readyz"), client.get("/api/v1/worklist")):
            _assert_unavailable(answer, "store_unavailable")
        assert not (own_home / "hotline.db").exists(), "a database that is away is not made anew"
        away.rename(own_home / "hotline.db")
        assert [answer.status_code for answer in _write_all(client)] == [201, 200]
        assert before["order_id"] in _kept(own_home)


def test_a_writer_that_does_not_end_is_waited_for_a_few_seconds_only(own_home: Path) -> None:
    with serving(settings_of(own_home)) as client:
        wait_until_ready(client)
        with closing(sqlite3.connect(own_home / "hotline.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            began = time.monotonic()
            _assert_unavailable(client.post("/api/v1/orders", json=an_order()), "store_busy")
            assert time.monotonic() - began < BUSY_MILLISECONDS / 1000 + 3
            assert client.get("/api/v1/worklist?limit=1").status_code == 200, "reading waits for nobody"
            other.execute("ROLLBACK")
        assert client.post("/api/v1/orders", json=an_order()).status_code == 201


def test_a_mistake_of_ours_in_sql_is_not_taken_for_a_database_that_is_gone(
    own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sqlalchemy.exc import IntegrityError

    def mistaken(*_: object) -> None:
        raise IntegrityError("INSERT 13800002222", {}, Exception("UNIQUE constraint failed"))

    with serving(settings_of(own_home)) as client:
        monkeypatch.setattr("store.database.Store.add_order", mistaken)
        answer = client.post("/api/v1/orders", json=an_order())
        assert_told(answer, 500, "unforeseen")
        assert "13800002222" not in answer.text


def test_postgresql_stopped_and_started_is_told_and_taken_up_again(
    own_home: Path, own_postgresql: Any
) -> None:
    server = own_postgresql
    with serving(settings_of(own_home, server.get_uri())) as client:
        wait_until_ready(client)
        order = an_order()
        assert client.post("/api/v1/orders", json=order).status_code == 201
        server.stop()
        began = time.monotonic()
        for answer in (*_write_all(client), client.get("/readyz")):
            _assert_unavailable(answer, "store_unavailable")
        assert time.monotonic() - began < 20
        server.start()
        assert [answer.status_code for answer in _write_all(client)] == [201, 200]
        event = an_event("accepted", 5)
        path = f"/api/v1/orders/{order['order_id']}/events"
        assert client.post(path, json=event).json()["unchanged"] == 0
        assert client.post(path, json=event).json()["unchanged"] == 1
