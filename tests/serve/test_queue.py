"""The queue over the API: today's calls, claimed by one at a time, done, or disagreed with."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from hotline.playbook import CAPACITIES
from hotline.policy import Role
from hotline.scope import WHOLE_DISTRICT, scope_of
from store.database import open_store
from tests.serve.bodies import ago, an_event, an_order, assert_told
from tests.serve.conftest import a_key, later, serving, settings_of


@pytest.fixture
def desks(client: TestClient, shared_home: Path) -> list[dict[str, str]]:
    """Keys of two call-takers of the call centre."""
    return [a_key(settings_of(shared_home), Role.CALL_CENTRE) for _ in range(2)]


def _closed(client: TestClient, **fields: Any) -> str:
    order = an_order(events=[an_event("closed", 20, verdict="解释说明")], **fields)
    assert client.post("/api/v1/orders", json=order).status_code == 201
    return str(order["order_id"])


def _queue(client: TestClient, key: dict[str, str]) -> dict[str, Any]:
    answer = client.get("/api/v1/queue", params={"limit": 1000}, headers=key)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def _placed(client: TestClient, key: dict[str, str], order_id: str) -> dict[str, Any]:
    return next(order for order in _queue(client, key)["orders"] if order["order_id"] == order_id)


def test_todays_calls_come_first_by_what_they_save_up_to_the_capacity(
    client: TestClient, shared_home: Path
) -> None:
    capacity, street = CAPACITIES[Role.STREET_HANDLER], "只此街道"
    for _ in range(capacity + 5):
        _closed(client, category="公共照明", community=None, street=street)
    desk = scope_of(Role.STREET_HANDLER, streets=[street])
    found = _queue(client, a_key(settings_of(shared_home), Role.STREET_HANDLER, desk))
    calls = [order for order in found["orders"] if order["place"] == "in"]
    assert found["capacity"] == len(calls) == capacity and found["total"] == capacity + 5
    assert found["orders"][: len(calls)] == calls
    assert [order["rank"] for order in calls] == list(range(1, len(calls) + 1))
    gains = [order["gain"] for order in calls]
    assert gains == sorted(gains, reverse=True) and min(gains) > 0
    assert (found["effect"], found["effect_zh"]) == ("assumed", "联系效果为先验假设，尚未实测")
    assert all(order["place_zh"] for order in found["orders"])


def test_without_a_model_the_queue_goes_by_clocks_and_is_worked_all_the_same(tmp_path: Path) -> None:
    settings = settings_of(tmp_path / "home")
    with serving(settings) as client:
        key = a_key(settings, Role.CALL_CENTRE)
        assert _queue(client, key)["orders"] == []
        blocked = an_order(category="屋面渗漏", events=[an_event("fund_requested", 5)])
        assert client.post("/api/v1/orders", json=blocked).status_code == 201
        first = _closed(client, category="公共照明", community="一村")
        limit = an_order(category="公共照明", community="二村", due_at=ago(-3))
        assert client.post("/api/v1/orders", json=limit).status_code == 201
        found = _queue(client, key)
        assert (found["basis"], found["effect"]) == ("clocks", None) and "没有模型" in found["effect_zh"]
        assert [order["order_id"] for order in found["orders"]][:2] == [first, limit["order_id"]]
        assert {order["dissatisfied"] for order in found["orders"]} == {None}
        assert _placed(client, key, str(blocked["order_id"]))["place"] == "structural"
        assert client.post(f"/api/v1/queue/{first}/claim", headers=key).status_code == 200
        assert client.post(f"/api/v1/queue/{first}/done", json={}, headers=key).status_code == 200
        assert _placed(client, key, first)["place"] == "done"
        shown = client.get("/queue", headers=key | {"Accept": "text/html"})
        assert shown.status_code == 200 and "现在没有模型预判" in shown.text
        assert "挽回分" not in shown.text and "还没有办结（限" in shown.text


def test_an_order_is_claimed_by_one_and_the_other_is_told(
    client: TestClient, desks: list[dict[str, str]]
) -> None:
    mine, theirs = desks
    name = _closed(client)
    address = f"/api/v1/queue/{name}/claim"
    assert client.post(address, headers=mine).json()["order_id"] == name
    assert client.post(address, headers=mine).status_code == 200
    assert_told(client.post(address, headers=theirs), 409, "claimed")
    assert_told(client.post(f"/api/v1/queue/{name}/done", json={}, headers=theirs), 409, "claimed")
    assert _placed(client, theirs, name)["place"] == "claimed"
    assert _placed(client, mine, name)["place"] != "claimed"
    assert client.post(f"/api/v1/queue/{name}/release", headers=mine).json()["status"] == "released"
    assert client.post(address, headers=theirs).status_code == 200


def test_of_many_who_reach_for_an_order_at_once_one_gets_it(client: TestClient, shared_home: Path) -> None:
    name = _closed(client)
    keys = [a_key(settings_of(shared_home), Role.CALL_CENTRE) for _ in range(6)]
    with ThreadPoolExecutor(len(keys)) as pool:
        answers = list(pool.map(lambda key: client.post(f"/api/v1/queue/{name}/claim", headers=key), keys))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 5


def test_what_is_done_is_an_event_of_the_order_and_leaves_the_queue(
    client: TestClient, desks: list[dict[str, str]], shared_home: Path
) -> None:
    name = _closed(client)
    body = {"type": "contacted", "duty": "P09", "note": "市民同意周五再看"}
    answer = client.post(f"/api/v1/queue/{name}/done", json=body, headers=desks[0])
    assert (answer.status_code, answer.json()["status"]) == (200, "done")
    [event] = [e for e in open_store(shared_home).rows([name])["events"] if e["type"] == "contacted"]
    assert (event["group"], event["duty"], event["duty_note"]) == ("962121", "P09", "市民同意周五再看")
    assert _placed(client, desks[1], name)["place"] == "done"


def test_a_call_that_cannot_be_written_down_is_not_done(
    client: TestClient, desks: list[dict[str, str]]
) -> None:
    name = _closed(client)
    early = {"happened_at": ago(1_000)}
    refused = client.post(f"/api/v1/queue/{name}/done", json=early, headers=desks[0])
    assert_told(refused, 422, "invalid", "[0].happened_at")
    assert _placed(client, desks[1], name)["place"] not in ("done", "claimed")


def test_disagreement_reaches_the_data_scientists_without_the_order(
    client: TestClient, desks: list[dict[str, str]], shared_home: Path
) -> None:
    name = _closed(client)
    client.get(f"/api/v1/orders/{name}/score")
    address = f"/api/v1/queue/{name}/disagree"
    assert_told(client.post(address, json={"reason": " "}, headers=desks[0]), 422, "invalid", "body")
    reason = {"reason": "市民13977778888当面说满意"}
    assert client.post(address, json=reason, headers=desks[0]).json()["status"] == "disagreed"
    scientist = a_key(settings_of(shared_home), Role.DATA_SCIENTIST, WHOLE_DISTRICT)
    answer = client.get("/api/v1/disagreements", headers=scientist)
    told = answer.json()[0]
    assert "当面说满意" in told["reason"] and told["model_version"] == "1"
    assert name not in answer.text and "13977778888" not in answer.text
    assert _placed(client, desks[1], name)["place"] == "done"


def test_a_manager_has_a_queue_of_their_own_orders(client: TestClient, shared_home: Path) -> None:
    ours, theirs = _closed(client, manager="甲经理"), _closed(client, manager="乙经理")
    key = a_key(settings_of(shared_home), Role.MANAGER, scope_of(Role.MANAGER, managers=["甲经理"]))
    found = _queue(client, key)
    assert [order["order_id"] for order in found["orders"]] == [ours]
    assert (found["capacity"], found["total"]) == (6, 1)
    assert_told(client.post(f"/api/v1/queue/{theirs}/claim", headers=key), 404, "unknown_order")


def test_neighbours_who_report_the_same_are_one_call(client: TestClient, desks: list[dict[str, str]]) -> None:
    first, second = (_closed(client, community="同一小区", category="电梯") for _ in range(2))
    placed = {order["order_id"]: order for order in _queue(client, desks[0])["orders"]}
    head, other = sorted((first, second), key=lambda name: placed[name]["place"] == "same_incident")
    assert placed[other]["place"] == "same_incident"
    assert placed[head]["same_incident"] == [other]


def test_who_does_not_answer_is_called_again_after_two_hours_and_the_call_counts(
    client: TestClient, desks: list[dict[str, str]]
) -> None:
    name = _closed(client, category="公共照明", community="没打通小区")
    mine, theirs = desks
    before = _queue(client, mine)["capacity"]
    assert client.post(f"/api/v1/queue/{name}/not-reached", headers=mine).json()["status"] == "not_reached"
    for key in (mine, theirs):
        placed = _placed(client, key, name)
        assert (placed["place"], placed["place_zh"]) == ("tried", "刚才没有打通，两小时后再打")
    assert _queue(client, mine)["capacity"] == before - 1
    with later(client, timedelta(minutes=121)):
        assert _placed(client, theirs, name)["place"] not in ("tried", "done", "claimed")


def test_of_an_order_that_somebody_holds_another_cannot_say_that_nobody_answered(
    client: TestClient, desks: list[dict[str, str]]
) -> None:
    name = _closed(client)
    client.post(f"/api/v1/queue/{name}/claim", headers=desks[0])
    assert_told(client.post(f"/api/v1/queue/{name}/not-reached", headers=desks[1]), 409, "claimed")
