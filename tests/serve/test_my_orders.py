"""我的工单 at the server: whose orders are shown, in which order, what a tap writes, and what happens without a model."""

import re
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx import Response

from hotline.policy import Role
from hotline.scope import scope_of
from serve.clock import clock_of
from store.database import open_store
from tests.serve.bodies import ago, an_event, an_order
from tests.serve.conftest import a_key, later, serving, settings_of, wait_until_ready

_PAGE = {"Accept": "text/html"}


def _key(home: Path, name: str) -> dict[str, str]:
    return _PAGE | a_key(settings_of(home), Role.MANAGER, scope_of(Role.MANAGER, managers=[name]))


def _sent(client: TestClient, **fields: Any) -> str:
    order = an_order(**{"due_at": ago(-30)} | fields)
    assert client.post("/api/v1/orders", json=order).status_code == 201
    return str(order["order_id"])


def _tap(client: TestClient, who: dict[str, str], order_id: str, **form: str) -> Response:
    told = {"deed": "contacted", "key": f"key-of-{order_id}"} | form
    return client.post(f"/my-orders/{order_id}/deeds", data=told, headers=who, follow_redirects=False)


def _events(home: Path, order_id: str, event_type: str) -> list[dict[str, Any]]:
    return [event for event in open_store(home).rows([order_id])["events"] if event["type"] == event_type]


def test_nobody_sees_or_writes_what_is_not_theirs(client: TestClient, shared_home: Path) -> None:
    ours, theirs = (
        _sent(client, manager="丙经理", text="我家的事"),
        _sent(client, manager="丁经理", text="别家的事"),
    )
    key = _key(shared_home, "丙经理")
    shown = client.get("/my-orders", headers=key).text
    assert (
        "我家的事" in shown
        and "别家的事" not in shown
        and theirs[-4:] not in re.findall(r"尾号 (\S+?)<", shown)
    )
    for answer in (client.get(f"/my-orders/{theirs}", headers=key), _tap(client, key, theirs)):
        assert answer.status_code == 404 and "没有这张工单" in answer.text and "别家" not in answer.text
    assert client.get(f"/my-orders/{ours}", headers=key).status_code == 200
    assert not _events(shared_home, theirs, "contacted")


def test_no_order_at_all_is_a_page_too(client: TestClient, shared_home: Path) -> None:
    assert "没有未结束的工单" in client.get("/my-orders", headers=_key(shared_home, "无单经理")).text


def test_what_is_nearly_due_is_done_first_however_low_its_risk(client: TestClient, shared_home: Path) -> None:
    _sent(client, manager="戊经理", category="公共照明", text="路灯不亮")
    near = an_event("dispatched", 0.1)
    _sent(client, manager="戊经理", category="电梯", text="电梯关了人", received_at=ago(0.2), events=[near])
    shown = client.get("/my-orders", headers=_key(shared_home, "戊经理")).text
    first = re.search(r"<b>先做：(.*?)</b>", shown)
    assert first and first[1] == "电梯关了人"


def test_the_list_can_be_narrowed_by_an_address(client: TestClient, shared_home: Path) -> None:
    for community in ("东村", "西村"):
        _sent(client, manager="己经理", community=community)
    key = _key(shared_home, "己经理")
    shown = client.get("/my-orders", params={"find": "东村"}, headers=key).text
    assert "东村 ·" in shown and "西村 ·" not in shown
    assert "没有符合条件的工单" in client.get("/my-orders", params={"find": "南村"}, headers=key).text
    both = client.get("/my-orders", params={"find": "东村 电梯"}, headers=key).text
    assert "东村 ·" in both and "含“东村 电梯”的1件" in both, "each word, wherever it stands"
    assert "没有符合条件的工单" in client.get("/my-orders", params={"find": "东村 绿化"}, headers=key).text
    wrong = client.get("/my-orders", params={"band": "violet"}, headers=key)
    assert wrong.status_code == 422 and "网址不对" in wrong.text and "没有登记成功" not in wrong.text


def test_all_orders_are_one_tap_away_from_those_of_a_band(client: TestClient, shared_home: Path) -> None:
    for _ in range(2):
        _sent(client, manager="寅经理")
    key = _key(shared_home, "寅经理")
    shown = client.get("/my-orders", params={"band": "red", "by": "limit"}, headers=key).text
    assert '<a href="/my-orders?by=limit">全部 2</a>' in shown


def test_the_same_tap_again_is_the_same_deed_and_keeps_its_first_time(
    client: TestClient, shared_home: Path
) -> None:
    order_id, key = _sent(client, manager="庚经理"), _key(shared_home, "庚经理")
    first = _tap(client, key, order_id, tapped_at=ago(3), back="/my-orders?by=limit")
    assert first.status_code == 303 and first.headers["location"].startswith(
        "/my-orders?by=limit&said=contacted"
    )
    assert _tap(client, key, order_id, tapped_at=ago(2)).status_code == 303
    [event] = _events(shared_home, order_id, "contacted")
    assert 2.9 < (event["known_at"] - event["happened_at"]) / 3.6e9 < 3.1
    assert event["group"] == "物业企业"


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"deed": "archived"}, "请点选做了什么"),
        ({"deed": "closed"}, "办结请选"),
        ({"key": "short"}, "页面已过期"),
        ({"deed": "delayed"}, "请填写告知居民的维修日期"),
        ({"deed": "delayed", "promised_on": "2020-01-01"}, "请填写告知居民的维修日期"),
        ({"deed": "delayed", "promised_on": "soon"}, "请填写告知居民的维修日期"),
        ({"tapped_at": "yesterday"}, "登记时间无法识别"),
        ({"tapped_at": "2020-01-01T00:00:00Z"}, "这件事是两天前的"),
    ],
)
def test_what_cannot_be_written_says_what_to_do(
    client: TestClient, shared_home: Path, form: dict[str, str], said: str
) -> None:
    order_id, key = _sent(client, manager="辛经理"), _key(shared_home, "辛经理")
    answer = _tap(client, key, order_id, **form)
    assert answer.status_code == 422 and said in answer.text
    assert not _events(shared_home, order_id, "contacted") and not _events(shared_home, order_id, "delayed")


def test_another_deed_under_the_key_of_a_tap_is_not_said_to_be_written(
    client: TestClient, shared_home: Path
) -> None:
    order_id, key = _sent(client, manager="卯经理"), _key(shared_home, "卯经理")
    assert _tap(client, key, order_id).status_code == 303
    other = _tap(client, key, order_id, deed="visited")
    assert other.status_code == 422 and "本页已登记过“已联系”" in other.text
    assert not _events(shared_home, order_id, "visited")


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_a_form_leads_to_no_other_site(client: TestClient, shared_home: Path, back: str) -> None:
    order_id = _sent(client, manager="壬经理")
    answer = _tap(client, _key(shared_home, "壬经理"), order_id, back=back)
    assert answer.headers["location"].startswith("/my-orders?")


def test_a_deed_is_taken_back_by_whoever_wrote_it_and_once(client: TestClient, shared_home: Path) -> None:
    order_id, key = _sent(client, manager="癸经理"), _key(shared_home, "癸经理")
    _tap(client, key, order_id)
    [event] = _events(shared_home, order_id, "contacted")
    form = {"event_id": event["event_id"]}
    address = f"/my-orders/{order_id}/undo"
    other = client.post(address, data=form, headers=_key(shared_home, "癸经理"), follow_redirects=False)
    assert other.status_code == 422 and "只能撤销自己" in other.text
    for _ in range(2):
        assert client.post(address, data=form, headers=key, follow_redirects=False).status_code == 303
    assert len(_events(shared_home, order_id, "retracted")) == 1
    assert client.post(address, data={"event_id": "x"}, headers=key).status_code == 422


def test_after_ten_minutes_a_deed_stands(client: TestClient, shared_home: Path) -> None:
    order_id, key = _sent(client, manager="子经理"), _key(shared_home, "子经理")
    _tap(client, key, order_id)
    [event] = _events(shared_home, order_id, "contacted")
    with later(client, timedelta(minutes=11)):
        answer = client.post(f"/my-orders/{order_id}/undo", data={"event_id": event["event_id"]}, headers=key)
    assert answer.status_code == 422 and "已超过十分钟" in answer.text


def test_a_number_that_is_due_is_asked_for_and_kept(client: TestClient, shared_home: Path) -> None:
    order_id, key = _sent(client, manager="丑经理", text="多次反映，已去信访件"), _key(shared_home, "丑经理")
    assert "不填不能办结" in client.get(f"/my-orders/{order_id}", headers=key).text
    address = f"/my-orders/{order_id}/numbers"
    assert client.post(address, data={"petition_no": " "}, headers=key).status_code == 422
    assert (
        client.post(address, data={"petition_no": "XF-7"}, headers=key, follow_redirects=False).status_code
        == 303
    )
    assert "不填不能办结" not in client.get(f"/my-orders/{order_id}", headers=key).text


def test_rooms_and_numbers_are_not_shown(client: TestClient, shared_home: Path) -> None:
    order_id = _sent(client, manager="寅经理", text="3号楼1002室漏水，电话13900002222")
    key = _key(shared_home, "寅经理")
    for page in (
        client.get("/my-orders", headers=key).text,
        client.get(f"/my-orders/{order_id}", headers=key).text,
    ):
        assert "3号楼**室漏水" in page and "1002" not in page and "13900002222" not in page


def test_an_order_that_is_over_is_frozen(client: TestClient, shared_home: Path) -> None:
    order_id, key = (
        _sent(client, manager="卯经理", events=[an_event("closed", 20)]),
        _key(shared_home, "卯经理"),
    )
    assert "10件" in client.get(f"/my-orders/{order_id}", headers=key).text
    rated = {"by": "city", "happened_at": ago(1), "answered": True, "rating": "不满意"}
    assert client.post(f"/api/v1/orders/{order_id}/callbacks", json=rated).status_code == 201
    page = client.get(f"/my-orders/{order_id}", headers=key).text
    assert (
        "本轮已结束" in page and "评价：不满意" in page and "登记处置" not in page and "四级评价" not in page
    )


@pytest.fixture
def without_model(tmp_path: Path) -> Iterator[TestClient]:
    """A service of an empty home: nothing was ever learnt."""
    with serving(settings_of(tmp_path / "home")) as client:
        yield client


def test_without_a_model_clocks_and_duties_go_on(without_model: TestClient, tmp_path: Path) -> None:
    order_id = _sent(without_model, manager="辰经理", text="楼道灯不亮")
    key = _key(tmp_path / "home", "辰经理")
    shown = without_model.get("/my-orders", headers=key).text
    assert (
        "现在没有模型预判" in shown and "楼道灯不亮" in shown and "10件约" not in shown.split('id="how"')[0]
    )
    page = without_model.get(f"/my-orders/{order_id}", headers=key)
    assert page.status_code == 200 and "现在没有模型预判" in page.text and "先行联系市民" in page.text
    assert _tap(without_model, key, order_id).status_code == 303


def test_when_the_model_is_away_its_last_word_is_told_with_its_time(own_home: Path) -> None:
    settings = settings_of(own_home).model_copy(update={"rescore_minutes": 0})
    with serving(settings) as client:
        wait_until_ready(client)
        order_id, key = _sent(client, manager="巳二经理"), _key(own_home, "巳二经理")
        assert client.get(f"/my-orders/{order_id}", headers=key).status_code == 200  # scored, and logged
    (own_home / "models" / "champion.json").unlink()
    with serving(settings) as client:
        shown = client.get("/my-orders", headers=key).text
        assert "现在没有模型预判" in shown and 'class="dots"' not in shown
        page = client.get(f"/my-orders/{order_id}", headers=key).text
        assert re.search("上次预判（(今|昨)天", page) and "四级评价" not in page
        assert "上次预判（" in client.get("/my-orders", headers=key).text


def test_whoever_has_nothing_open_reads_how_it_went_lately(client: TestClient, shared_home: Path) -> None:
    key = _key(shared_home, "空经理")
    assert "近7天官方回访：还没有结果" in client.get("/my-orders", headers=key).text
    for rating, days in (("满意", 1), ("满意", 3), ("不满意", 2), ("一般", 9)):
        order_id = _sent(client, manager="空经理", received_at=ago(300), events=[an_event("closed", 280)])
        rated = {"by": "city", "happened_at": ago(24 * days), "answered": True, "rating": rating}
        assert client.post(f"/api/v1/orders/{order_id}/callbacks", json=rated).status_code == 201
    assert "满意2件，基本满意0件，一般1件，不满意1件" in client.get("/my-orders", headers=key).text


def test_one_order_needs_no_filters(client: TestClient, shared_home: Path) -> None:
    _sent(client, manager="独经理", text="只有这一件")
    key = _key(shared_home, "独经理")
    page = client.get("/my-orders", headers=key).text
    assert "1件未结束" in page and "只有这一件" in page
    assert 'class="find"' not in page and 'aria-label="按档位筛选"' not in page
    _sent(client, manager="独经理")
    page = client.get("/my-orders", headers=key).text
    assert 'class="find"' in page and 'aria-label="按档位筛选"' in page


def test_two_hundred_orders_come_in_time_and_are_small(client: TestClient, shared_home: Path) -> None:
    for _ in range(200):
        _sent(client, manager="巳经理")
    key = _key(shared_home, "巳经理")
    client.get("/my-orders", headers=key)
    began = time.process_time()
    answer = client.get("/my-orders", params={"more": 1000}, headers=key)
    assert time.process_time() - began < 1.0  # a tripwire; figures are in docs/board.md
    assert answer.text.count("尾号") >= 200 and len(answer.content) < 150_000


def test_a_clock_that_was_set_runs_on_from_there(shared_home: Path) -> None:
    real, ahead = (
        clock_of(settings_of(shared_home).model_copy(update={"clock_ahead": s}))() for s in (0, -86_400)
    )
    assert timedelta(hours=23, minutes=59) < real - ahead < timedelta(hours=24, seconds=1)
