"""Calls drawn by lot over the API: written down before anybody calls, kept to by every worker, never against a duty."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from desk.settings import Settings
from hotline.policy import Role
from store.database import open_store
from store.draws import DrawnOrder, draw_rows, drawn_since
from tests.serve.bodies import a_callback, ago, an_event, an_order
from tests.serve.conftest import a_key, copied, serving, settings_of, wait_until_ready

_SETTINGS = """
[capacity]
call_centre = 10

[draw]
share = 1.0
nearness = 1.0
agreed = "2026年11月工作例会纪要第三条"
"""


@pytest.fixture
def settings(made_home: Path, tmp_path: Path) -> Settings:
    """A home whose call centre draws among its calls."""
    home = copied(made_home, tmp_path / "drawing")
    playbook = tmp_path / "playbook.toml"
    playbook.write_text(_SETTINGS, encoding="utf-8")
    told = {"playbook_file": playbook, "rescore_minutes": 0}
    return settings_of(home).model_copy(update=told)


@pytest.fixture
def client(settings: Settings) -> Iterator[TestClient]:
    """A service that draws, ready to score, with orders that owe nothing but the firm's routine call."""
    with serving(settings) as client:
        wait_until_ready(client)
        for number in range(24):
            _closed(client, f"DRAW-{number:02d}")
        yield client


def _closed(client: TestClient, name: str, **fields: Any) -> None:
    steps = [("dispatched", 40), ("accepted", 39.9), ("contacted", 39), ("visited", 38.5), ("repairing", 38)]
    events = [an_event(kind, hours) for kind, hours in steps] + [an_event("closed", 20, verdict="实际解决")]
    usual = {
        "order_id": name,
        "received_at": ago(41),
        "due_at": ago(-48),
        "category": "公共照明",
        "community": name,
    }
    answer = client.post("/api/v1/orders", json=an_order(**usual | fields, events=events))
    assert answer.status_code == 201, answer.text


def _heard_bad(client: TestClient, name: str) -> None:
    heard = a_callback(by="962121", rating="不满意")
    assert client.post(f"/api/v1/orders/{name}/callbacks", json=heard).status_code == 201


def _places(client: TestClient, key: dict[str, str]) -> dict[str, str]:
    answer = client.get("/api/v1/queue", params={"limit": 1000}, headers=key)
    assert answer.status_code == 200, answer.text
    return {order["order_id"]: order["place"] for order in answer.json()["orders"]}


def _drawn(settings: Settings) -> list[DrawnOrder]:
    return drawn_since(open_store(settings.home).engine, 0)


def test_the_first_look_of_a_day_draws_and_every_later_one_keeps_to_it(
    client: TestClient, settings: Settings
) -> None:
    key = a_key(settings, Role.CALL_CENTRE)
    before = _places(client, key)
    drawn = _drawn(settings)
    arms = {arm: {d.order_id for d in drawn if d.arm == arm} for arm in ("call", "leave")}
    assert arms["call"] and arms["leave"]
    assert {before[name] for name in arms["call"]} == {"in"} and {before[name] for name in arms["leave"]} == {
        "left"
    }
    assert sum(place == "in" for place in before.values()) == 10
    [row] = draw_rows(open_store(settings.home).engine)
    assert (row.desk, row.capacity, row.agreed) == ("call_centre", 10, "2026年11月工作例会纪要第三条")
    assert _places(client, a_key(settings, Role.CALL_CENTRE)) == before
    with serving(settings) as other:
        wait_until_ready(other)
        assert _places(other, key) == before
    assert _drawn(settings) == drawn


def test_many_who_look_first_at_once_find_one_draw(client: TestClient, settings: Settings) -> None:
    keys = [a_key(settings, Role.CALL_CENTRE) for _ in range(6)]
    with ThreadPoolExecutor(len(keys)) as pool:
        found = list(pool.map(lambda key: _places(client, key), keys))
    assert all(places == found[0] for places in found) and "left" in found[0].values()
    assert len(draw_rows(open_store(settings.home).engine)) == 1


def test_whoever_looks_while_another_draws_finds_the_draw(
    client: TestClient, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, theirs = (a_key(settings, Role.CALL_CENTRE) for _ in range(2))
    found: list[dict[str, str]] = []

    def draws_first(*_: object) -> None:
        monkeypatch.undo()
        found.append(_places(client, theirs))

    monkeypatch.setattr("desk.queue.desk.draw_today", draws_first)
    assert _places(client, mine) == found[0] and "left" in found[0].values()


def test_a_duty_calls_back_who_was_left(client: TestClient, settings: Settings) -> None:
    key = a_key(settings, Role.CALL_CENTRE)
    _places(client, key)
    left = next(d.order_id for d in _drawn(settings) if d.arm == "leave")
    assert _places(client, key)[left] == "left"
    _heard_bad(client, left)
    assert _places(client, key)[left] in ("in", "below")
    assert next(d for d in _drawn(settings) if d.order_id == left).arm == "leave"


def test_who_owes_a_duty_is_never_drawn(client: TestClient, settings: Settings) -> None:
    for number in range(12):
        _closed(client, f"OWES-{number:02d}")
        _heard_bad(client, f"OWES-{number:02d}")
    places = _places(client, a_key(settings, Role.CALL_CENTRE))
    drawn = {d.order_id for d in _drawn(settings)}
    assert drawn and not any(name.startswith("OWES") for name in drawn)
    assert {place for name, place in places.items() if name.startswith("OWES")} <= {"in", "below"}


def test_calls_made_today_are_taken_off_the_capacity(client: TestClient, settings: Settings) -> None:
    key = a_key(settings, Role.CALL_CENTRE)
    first = next(name for name, place in _places(client, key).items() if place == "in")
    assert client.post(f"/api/v1/queue/{first}/done", json={}, headers=key).status_code == 200
    after = _places(client, key)
    assert after[first] == "done" and sum(place == "in" for place in after.values()) == 9
    street = a_key(settings, Role.DISTRICT_CENTRE)
    assert client.get("/api/v1/queue", headers=street).json()["capacity"] == 40


def test_desks_that_do_not_draw_leave_no_trace_but_keep_to_the_lots(
    client: TestClient, settings: Settings
) -> None:
    centre = a_key(settings, Role.DISTRICT_CENTRE)
    assert "left" not in _places(client, centre).values() and not _drawn(settings)
    _places(client, a_key(settings, Role.CALL_CENTRE))
    left = {d.order_id for d in _drawn(settings) if d.arm == "leave"}
    assert {name for name, place in _places(client, centre).items() if place == "left"} == left


def test_the_ledger_is_told_in_figures_without_orders(client: TestClient, settings: Settings) -> None:
    key = a_key(settings, Role.CALL_CENTRE)
    _places(client, key)
    called = next(d.order_id for d in _drawn(settings) if d.arm == "call")
    assert (
        client.post(f"/api/v1/queue/{called}/done", json={"type": "explained"}, headers=key).status_code
        == 200
    )
    answer = client.get("/api/v1/effect", headers=a_key(settings, Role.DATA_SCIENTIST))
    told = answer.json()
    assert told["why_off_zh"] is None and told["settings"]["agreed"] == "2026年11月工作例会纪要第三条"
    assert told["draws"] == 1 and told["to_call"]["called"] == told["to_call"]["done"]["explained"] == 1
    assert [effect["verdict"] for effect in told["effects"]] == ["too_few"] * 4
    assert {effect["basis"] for effect in told["effects"]} == {None, "assumed"}
    assert "DRAW-" not in answer.text


def test_in_a_new_installation_nothing_is_drawn_and_why_is_told(made_home: Path, tmp_path: Path) -> None:
    settings = settings_of(copied(made_home, tmp_path / "plain"))
    with serving(settings) as client:
        wait_until_ready(client)
        for number in range(45):
            _closed(client, f"DRAW-{number:02d}")
        assert "left" not in _places(client, a_key(settings, Role.CALL_CENTRE)).values()
        told = client.get("/api/v1/effect", headers=a_key(settings, Role.STREET_HANDLER)).json()
    assert "须经区房屋管理部门同意" in told["why_off_zh"] and told["draws"] == 0
    assert not _drawn(settings)
