"""A setting changed by page is followed by everything that goes by it, in another worker without being told."""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from desk.liaison import accept_until
from desk.opening import open_scorer
from desk.playbook_changing import PlaybookChanging
from desk.playbook_in_force import PlaybookInForce
from desk.rescoring import Rescoring
from hotline.bands import RiskBand
from hotline.calendar import HOUR
from hotline.playbook_settings import SettingName
from hotline.policy import Role
from pipelines import __main__ as command
from serve.app import create_app
from store.database import Store, open_store
from tests.serve.bodies import an_event, an_order, assert_told
from tests.serve.conftest import a_key, serving, settings_of, wait_until_ready


def _change(store: Store, plain: str, value: Any) -> None:
    section, _, name = plain.partition(".")
    street, _, limit = name.rpartition("/")
    key = SettingName(section, limit, street)
    assert PlaybookChanging(store.engine, {}, "区", datetime.now(UTC)).change(key, value)


def _soon(is_so: Callable[[], bool]) -> None:
    """It becomes so by itself; that a worker looks every second is held in tests/desk/test_playbook_changes.py."""
    until = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < until, "not taken up"
        time.sleep(0.05)


def test_bands_queue_duties_and_closings_follow_in_another_worker(own_home: Path) -> None:
    settings = settings_of(own_home).model_copy(update={"rescore_minutes": 0})
    caller = a_key(settings, Role.CALL_CENTRE)
    order = an_order(street="花木街道", category="公共照明", events=[an_event("dispatched", 30)])
    with serving(settings) as client:
        wait_until_ready(client)
        assert client.post("/api/v1/orders", json=order).status_code == 201
        store = client.app.state.desk.store  # type: ignore[attr-defined]

        def bands() -> set[str]:
            listed = client.get("/api/v1/worklist", params={"limit": 1000}).json()["orders"]
            return {found["band"] for found in listed} - {RiskBand.GREY.value}

        def told() -> Any:
            return client.get("/api/v1/queue", headers=caller).json()

        def duty(name: str) -> Any:
            owed = client.get(f"/api/v1/orders/{order['order_id']}/duties").json()["duties"]
            return next(found for found in owed if found["duty"] == name)

        before = bands()
        assert before != {"red"} and told()["capacity"] == 40
        _change(store, "rules.likely", 0.0001)
        _change(store, "rules.strong", 0.0001)
        _soon(lambda: bands() == {"red"})
        _change(store, "capacity.call_centre", 0)
        _soon(lambda: told()["capacity"] == 0)
        assert all(found["place"] != "in" for found in told()["orders"]) and told()["total"]
        _change(store, "street.花木街道/P20", "3wd")
        _soon(lambda: duty("P20")["limit_zh"] == "3个工作日内")

        _change(store, "rules.petition_words", ["电梯坏了"])
        client.app.state.desk.look_at_playbook(anew=True)  # type: ignore[attr-defined]
        closing = an_event("closed", 1, verdict="实际解决")
        address = f"/api/v1/orders/{order['order_id']}/events"
        assert_told(client.post(address, json=closing), 422, "invalid", "[0].type")
        _change(store, "limits.P17", "15min")
        now = datetime.now(UTC)
        desk = client.app.state.desk  # type: ignore[attr-defined]
        _soon(lambda: (accept_until(desk.playbook, now) - now).total_seconds() == 900)
        _change(store, "rules.strong", None)
        _change(store, "rules.likely", None)
        _soon(lambda: bands() == before)


def test_all_open_orders_are_rescored_at_once_where_bands_begin_elsewhere(own_home: Path) -> None:
    in_force = PlaybookInForce.of(settings_of(own_home))
    store, scorer = open_scorer(settings_of(own_home), in_force)
    now = datetime(2026, 6, 1, 1, tzinfo=UTC)
    rescoring = Rescoring(store, "one", HOUR)
    first = rescoring.turn(scorer, now)
    assert first is not None and first.is_whole
    _change(store, "rules.likely", 0.0001)
    _change(store, "rules.strong", 0.0001)
    in_force.look(store.engine, anew=True)
    again = rescoring.turn(scorer, now)
    assert again is not None and again.is_whole and again.logged > 0
    assert set(again.bands) <= {"red", "grey"}
    store.close()


def test_commands_go_by_the_same_settings(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = open_store(own_home)
    _change(store, "rules.likely", 0.0001)
    _change(store, "rules.strong", 0.0001)
    _change(store, "draw.agreed", "会议纪要")
    _change(store, "draw.share", 0.2)
    store.close()
    monkeypatch.setenv("QINGLING_HOME", str(own_home))
    said = CliRunner().invoke(command.app, ["score", "--open", "--at", "2026-06-01T09:00+08:00", "--json"])
    assert said.exit_code == 0, said.output
    bands = {found["band"] for found in json.loads(said.stdout)}
    assert "red" in bands and bands <= {"red", "grey"}
    effect = CliRunner().invoke(command.app, ["effect"])
    assert effect.exit_code == 0 and "未开启抽签" not in effect.output


def test_a_file_that_cannot_be_used_keeps_the_service_from_starting(tmp_path: Path) -> None:
    path = tmp_path / "playbook.toml"
    path.write_text("[rules]\nlikely = 2\n", "utf-8")
    with pytest.raises(ValueError, match=r"rules\.likely is a number from 0 to 1"):
        TestClient(create_app(settings_of(tmp_path).model_copy(update={"playbook_file": path})))
