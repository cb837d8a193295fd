"""优先队列 at the server: what its forms write is written once however often they are sent, and can be taken back."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx import Response

from hotline.policy import Role
from hotline.scope import scope_of
from store.claims import Outcome
from store.database import open_store
from tests.serve.bodies import an_event, an_order
from tests.serve.conftest import a_key, later, settings_of

_PAGE = {"Accept": "text/html"}
_CLOSED: dict[str, Any] = {
    "events": [an_event("closed", 20, verdict="解释说明")],
    "category": "公共照明",
}


@pytest.fixture
def key(client: TestClient, shared_home: Path) -> dict[str, str]:
    """The key of somebody at the call centre, who reads pages."""
    return _PAGE | a_key(settings_of(shared_home), Role.CALL_CENTRE)


@pytest.fixture
def order_id(client: TestClient) -> str:
    """An order that was closed yesterday."""
    order = an_order(**_CLOSED, community=None)
    assert client.post("/api/v1/orders", json=order).status_code == 201
    return str(order["order_id"])


def _sent(client: TestClient, key: dict[str, str], order_id: str, deed: str, **form: str) -> Response:
    return client.post(f"/queue/{order_id}/{deed}", data=form, headers=key, follow_redirects=False)


def _claimed(client: TestClient, key: dict[str, str], order_id: str, home: Path) -> str:
    """Claim the order; when that was, as the forms of its row say."""
    assert _sent(client, key, order_id, "claim").status_code == 303
    return str(open_store(home).held_claims(0)[order_id].claimed_at)


def _told(home: Path, order_id: str) -> list[str]:
    return [event["type"] for event in open_store(home).rows([order_id])["events"][1:]]


def test_a_call_sent_twice_is_one_event_and_one_call(
    client: TestClient, shared_home: Path, key: dict[str, str], order_id: str
) -> None:
    claimed_at = _claimed(client, key, order_id, shared_home)
    first, again = (
        _sent(client, key, order_id, "done", type="contacted", claimed_at=claimed_at) for _ in range(2)
    )
    assert first.status_code == again.status_code == 303
    assert first.headers["location"] == again.headers["location"]
    other = _sent(client, key, order_id, "done", type="visited", claimed_at=claimed_at)
    assert other.status_code == 422 and "您已经登记过" in other.text, "another tab of the same person"
    assert _told(shared_home, order_id) == ["contacted"]
    ended = open_store(shared_home).ended_claims(0, Outcome.DONE)
    assert sum(claim.order_id == order_id for claim in ended) == 1


@pytest.mark.parametrize("deed", ["not-reached", "release"])
def test_what_was_done_already_is_not_told_otherwise_by_an_old_page(
    client: TestClient, shared_home: Path, key: dict[str, str], order_id: str, deed: str
) -> None:
    claimed_at = _claimed(client, key, order_id, shared_home)
    assert _sent(client, key, order_id, deed, claimed_at=claimed_at).status_code == 303
    assert _sent(client, key, order_id, deed, claimed_at=claimed_at).status_code == 303
    late = _sent(client, key, order_id, "done", type="visited", claimed_at=claimed_at)
    assert late.status_code == 422 and "您已经办过或放回了" in late.text
    assert _told(shared_home, order_id) == []


_ENDS = {"done": {"type": "contacted"}, "not-reached": {}, "disagree": {"why": "其他"}}


@pytest.mark.parametrize("deed", list(_ENDS))
def test_what_was_just_written_down_is_taken_back_and_the_order_returns_to_the_queue(
    client: TestClient, shared_home: Path, key: dict[str, str], order_id: str, deed: str
) -> None:
    claimed_at = _claimed(client, key, order_id, shared_home)
    done = _sent(client, key, order_id, deed, claimed_at=claimed_at, **_ENDS[deed])
    assert _place(client, key, order_id) in ("done", "tried")
    shown = client.get(done.headers["location"].partition("#")[0], headers=key).text
    forms = re.findall(rf'/queue/{order_id}/take-back">.*?name="claimed_at" value="(\d+)"', shown)
    assert forms == [claimed_at, claimed_at]  # beside what was done, and in today's list
    colleague = _PAGE | a_key(settings_of(shared_home), Role.CALL_CENTRE)
    others = _sent(client, colleague, order_id, "take-back", claimed_at=claimed_at)
    assert others.status_code == 422 and "只能撤销自己" in others.text
    for _ in range(2):
        back = _sent(client, key, order_id, "take-back", claimed_at=claimed_at)
        assert back.status_code == 303
        assert "已撤销登记，工单放回队列" in client.get(back.headers["location"], headers=key).text
    assert _told(shared_home, order_id) == (["contacted", "retracted"] if deed == "done" else [])
    assert _place(client, key, order_id) in ("in", "below")


@pytest.mark.parametrize("deed", list(_ENDS))
def test_after_ten_minutes_it_stands(
    client: TestClient, shared_home: Path, key: dict[str, str], order_id: str, deed: str
) -> None:
    claimed_at = _claimed(client, key, order_id, shared_home)
    assert _sent(client, key, order_id, deed, claimed_at=claimed_at, **_ENDS[deed]).status_code == 303
    with later(client, timedelta(minutes=11)):
        assert f"/queue/{order_id}/take-back" not in client.get("/queue", headers=key).text
        late = _sent(client, key, order_id, "take-back", claimed_at=claimed_at)
        assert late.status_code == 422 and "已超过十分钟" in late.text
        assert _place(client, key, order_id) in ("done", "tried")


def test_a_call_from_a_page_older_than_its_claim_is_taken_back_all_the_same(
    client: TestClient, shared_home: Path, key: dict[str, str], order_id: str
) -> None:
    claimed_at = _claimed(client, key, order_id, shared_home)
    with later(client, timedelta(hours=4, minutes=5)):
        done = _sent(client, key, order_id, "done", type="contacted", claimed_at=claimed_at)
        shown = client.get(done.headers["location"].partition("#")[0], headers=key).text
        anew = set(re.findall(rf'/queue/{order_id}/take-back">.*?name="claimed_at" value="(\d+)"', shown))
        assert len(anew) == 1 and claimed_at not in anew
        assert _sent(client, key, order_id, "take-back", claimed_at=anew.pop()).status_code == 303
        assert _told(shared_home, order_id) == ["contacted", "retracted"]
        assert _place(client, key, order_id) in ("in", "below")


def test_a_disagreement_sent_twice_is_said_once_and_taken_back_whole(
    client: TestClient, shared_home: Path, key: dict[str, str], order_id: str
) -> None:
    one, other = (_sent(client, key, order_id, "disagree", why="其他").headers["location"] for _ in range(2))
    assert one == other
    [claim] = [
        c for c in open_store(shared_home).ended_claims(0, Outcome.DISAGREED) if c.order_id == order_id
    ]
    _claimed(client, key, order_id, shared_home)
    anew = _sent(client, key, order_id, "disagree", why="其他").headers["location"]
    assert anew != one and order_id not in open_store(shared_home).held_claims(0)
    [newest, _] = [
        c for c in open_store(shared_home).ended_claims(0, Outcome.DISAGREED) if c.order_id == order_id
    ]
    for said in (claim, newest):
        back = _sent(client, key, order_id, "take-back", claimed_at=str(said.claimed_at))
    assert back.status_code == 303 and _place(client, key, order_id) in ("in", "below")


def test_a_call_that_was_taken_back_over_the_interface_is_no_call_any_more(
    client: TestClient, shared_home: Path, key: dict[str, str], order_id: str
) -> None:
    assert client.post(f"/api/v1/queue/{order_id}/done", json={}, headers=key).status_code == 200
    [event] = open_store(shared_home).rows([order_id])["events"][1:]
    gone = an_event("retracted", 0, retracts=event["event_id"])
    assert client.post(f"/api/v1/orders/{order_id}/events", json=gone).status_code == 201
    [claimed_at] = re.findall(
        rf'/queue/{order_id}/take-back">.*?name="claimed_at" value="(\d+)"',
        client.get("/queue", headers=key).text,
    )
    assert _sent(client, key, order_id, "take-back", claimed_at=claimed_at).status_code == 303
    assert _place(client, key, order_id) in ("in", "below")


@pytest.mark.parametrize("number", ["1" * 16, "9" * 50])
def test_the_key_of_a_tap_cannot_name_a_claim(
    client: TestClient, key: dict[str, str], order_id: str, number: str
) -> None:
    tap = {"deed": "contacted", "key": f"call-{number}"}
    sent = client.post(f"/my-orders/{order_id}/deeds", data=tap, headers=key)
    assert sent.status_code == 422 and "页面已过期" in sent.text


def _place(client: TestClient, key: dict[str, str], order_id: str) -> str:
    asked = client.get("/api/v1/queue", params={"limit": 1000}, headers=key).json()["orders"]
    return str(next(order["place"] for order in asked if order["order_id"] == order_id))


def test_some_are_sought_and_every_step_stays_with_them(client: TestClient, key: dict[str, str]) -> None:
    sent = [an_order(**_CLOSED, community=name, company="寻找物业") for name in ("寻甲村", "寻乙村")]
    for order in sent:
        assert client.post("/api/v1/orders", json=order).status_code == 201
    one, other = (str(order["order_id"]) for order in sent)

    def shown(find: str) -> str:
        return client.get("/queue", params={"find": find}, headers=key).text

    both, alone, none = shown("寻找物业 公共照明"), shown("寻甲"), shown("寻找物业 电梯")
    assert "的2件" in both and f'id="o-{one}"' in both and f'id="o-{other}"' in both
    assert "的1件" in alone and f'id="o-{one}"' in alone and f'id="o-{other}"' not in alone
    assert "的0件" in none and 'id="o-' not in none and "没有值得先打" not in none
    assert shown(one[-4:]).count("<tr id=") >= 1
    assert 'data-live="/queue?find=' in alone and 'name="find" value="寻甲"' in alone
    done = _sent(client, key, one, "claim", find="寻甲")
    assert done.headers["location"].startswith("/queue?find=%E5%AF%BB%E7%94%B2&said=claimed")
    assert _sent(client, key, one, "release", find="长" * 300).status_code == 303
    assert client.get("/queue", params={"find": "长" * 41}, headers=key).status_code == 422


def test_what_nobody_of_the_liaison_group_has_accepted_is_said_above_the_calls(
    client: TestClient, shared_home: Path
) -> None:
    street = scope_of(Role.STREET_HANDLER, streets=["群前街道"])
    key = _PAGE | a_key(settings_of(shared_home), Role.STREET_HANDLER, street)
    assert "件还没有接单" not in client.get("/queue", headers=key).text
    events = [an_event("closed", 20, verdict="解释说明"), an_event("redispatched", 1)]
    order = an_order(street="群前街道", events=events)
    assert client.post("/api/v1/orders", json=order).status_code == 201
    shown = client.get("/queue", headers=key).text
    assert "联络员群有1件还没有接单" in shown.partition("<table")[0]


@pytest.mark.parametrize("address", ["/queue", "/queue?find=x", "/my-orders", "/board", "/board?by=company"])
def test_a_district_without_an_open_order_is_shown_as_one(
    client: TestClient, key: dict[str, str], address: str
) -> None:
    with later(client, -timedelta(days=3650)):
        shown = client.get(address, headers=key)
        assert shown.status_code == 200, shown.text
        assert client.get("/api/v1/queue", headers=key).json()["total"] == 0
