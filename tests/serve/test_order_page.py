"""工单详情: what is written at length, closings among it, and what was typed is never lost."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx import Response

from hotline.calendar import SHANGHAI, from_micros
from hotline.policy import Role
from hotline.scope import scope_of
from store.database import open_store
from tests.serve.bodies import ago, an_event, an_order
from tests.serve.conftest import a_key, later, settings_of


def _sent(client: TestClient, **fields: Any) -> str:
    order = an_order(**{"manager": "长经理"} | fields)
    assert client.post("/api/v1/orders", json=order).status_code == 201
    return str(order["order_id"])


@pytest.fixture
def key(shared_home: Path) -> dict[str, str]:
    return a_key(settings_of(shared_home), Role.MANAGER, scope_of(Role.MANAGER, managers=["长经理"]))


def _write(client: TestClient, key: dict[str, str], order_id: str, **form: str) -> Response:
    told = {"key": f"record-{order_id}", "deed": "repairing"} | form
    return client.post(f"/my-orders/{order_id}/records", data=told, headers=key, follow_redirects=False)


def _events(home: Path, order_id: str) -> list[dict[str, Any]]:
    store = open_store(home)
    try:
        return store.rows([order_id])["events"]
    finally:
        store.close()


def test_what_was_done_is_written_with_its_time_and_words_and_once(
    client: TestClient, shared_home: Path, key: dict[str, str]
) -> None:
    order_id = _sent(client)
    told = {"note": "换了一节水管，居民说先看两天", "happened_at": ago(3)[:16]}
    for _ in range(2):
        assert _write(client, key, order_id, **told).status_code == 303
    [event] = _events(shared_home, order_id)
    assert (event["type"], event["duty_note"]) == ("repairing", told["note"])
    assert f"{from_micros(event['happened_at']).astimezone(SHANGHAI):%Y-%m-%dT%H:%M}" == told["happened_at"]
    page = client.get(f"/my-orders/{order_id}", headers=key).text
    assert told["note"] in page


@pytest.mark.parametrize(
    ("form", "said", "field"),
    [
        ({"deed": ""}, "请选择做了什么", "deed"),
        ({"note": "居民电话13800138000"}, "请去掉电话", "note"),
        ({"note": "5号楼302室已通水"}, "请去掉电话", "note"),
        ({"happened_at": "昨天"}, "时间请按", "happened_at"),
        ({"happened_at": ago(60)[:16]}, "两天前", "happened_at"),
        ({"happened_at": ago(30)[:16]}, "早于工单受理时间", "happened_at"),
        ({"deed": "closed"}, "办结请选", "verdict"),
        ({"deed": "closed", "verdict": "gone"}, "办结请选", "verdict"),
    ],
)
def test_what_cannot_be_written_is_said_at_its_field_and_stays_typed(
    client: TestClient, shared_home: Path, key: dict[str, str], form: dict[str, str], said: str, field: str
) -> None:
    order_id = _sent(client, received_at=ago(24))
    answer = _write(client, key, order_id, **{"note": "居民不在家，改约周五"} | form)
    assert answer.status_code == 422
    assert said in answer.text and f'id="fault-{field}"' in answer.text
    assert form.get("note", "居民不在家，改约周五") in answer.text
    assert not _events(shared_home, order_id)


def test_closing_waits_for_the_number_of_a_petition(
    client: TestClient, shared_home: Path, key: dict[str, str]
) -> None:
    order_id = _sent(client, text="已去信访件，要求尽快修好")
    closing = {"deed": "closed", "verdict": "resolved"}
    refused = _write(client, key, order_id, **closing)
    assert refused.status_code == 422 and "请先填写编号再办结" in refused.text
    numbered = client.post(f"/my-orders/{order_id}/numbers", data={"case_no": "(2026)沪01"}, headers=key)
    assert numbered.status_code == 200
    assert _write(client, key, order_id, **closing).status_code == 303
    [event] = _events(shared_home, order_id)
    assert (event["type"], event["verdict"]) == ("closed", "resolved")
    assert "实际解决" in client.get(f"/my-orders/{order_id}", headers=key).text


def test_a_deed_can_be_taken_back_from_the_list_of_what_happened_for_ten_minutes(
    client: TestClient, key: dict[str, str]
) -> None:
    order_id = _sent(client, events=[an_event("contacted", 5)])
    _write(client, key, order_id)
    page = client.get(f"/my-orders/{order_id}", headers=key).text
    assert page.count("，十分钟内有效") == 1 and "撤销“维修”" in page
    with later(client, timedelta(minutes=11)):
        assert "十分钟内有效" not in client.get(f"/my-orders/{order_id}", headers=key).text


def test_an_order_that_is_over_says_how_it_ended_and_asks_no_model(
    client: TestClient, key: dict[str, str]
) -> None:
    order_id = _sent(client, events=[an_event("closed", 20)])
    rated = {"by": "city", "happened_at": ago(1), "answered": True, "rating": "基本满意"}
    assert client.post(f"/api/v1/orders/{order_id}/callbacks", json=rated).status_code == 201
    before = client.get(f"/api/v1/orders/{order_id}/course", headers=key).text
    page = client.get(f"/my-orders/{order_id}", headers=key).text
    assert "官方回访：基本满意" in page and "写下经过" not in page and "您的预判" not in page
    assert client.get(f"/api/v1/orders/{order_id}/course", headers=key).text == before
