"""导入 at the server: files that cannot be read, who may send and see one, and how long it is kept."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from httpx import Response

from desk.access.issuing import Issuing
from desk.upload import shelf
from desk.upload.upload import Upload
from hotline.policy import Action, Role, may
from hotline.scope import scope_of
from serve.app import create_app
from serve.clock import now_micros
from store.database import open_store
from tests.serve.bodies import assert_told
from tests.serve.conftest import a_key, serving, settings_of
from tests.upload.pages import PAGE, centre, do, firm, loaded, look, sent, sent_well
from tests.upload.tables import HEADER, a_time, an_order_row, excel, text

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "这个文件是空的"),
        (b"%PDF-1.4", "没有找到表格"),
        (b"<html><table></table></html>", "其实是网页"),
        (excel([HEADER])[:99], "不完整或者已损坏"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_in_plain_words(
    client: TestClient, shared_home: Path, content: bytes, said: str
) -> None:
    answer = sent(client, centre(shared_home), content)
    assert answer.status_code == 422 and said in answer.text
    assert "没有上传成功" in answer.text and "选择文件" in answer.text


def test_a_form_without_a_file_and_a_table_without_rows_say_so(client: TestClient, shared_home: Path) -> None:
    who = centre(shared_home)
    assert "请先选择一个文件" in do(client, who, "/upload", kind="orders").text
    address = sent_well(client, who, excel([["工单编号", "受理时间"]]))
    assert "列名下面没有内容" in look(client, who, address)


def test_too_large_a_file_is_told_the_limit_and_too_long_a_one_how_to_split_it(
    client: TestClient, shared_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    who = centre(shared_home)
    large = sent(client, who, bytes(32 * 2**20 + 1))
    assert large.status_code == 413 and "32 MiB" in large.text and "<h1>文件太大了</h1>" in large.text
    as_software = who | {"Accept": "application/json"}
    assert_told(sent(client, as_software, bytes(33 * 2**20)), 413, "too_large")
    monkeypatch.setattr("desk.upload.checking.MOST_ROWS", 2)
    address = sent_well(client, who, text([["工单号", "受理时间"], *([["x", "y"]] * 3)]))
    assert "这张表有3行，一次最多2行" in look(client, who, address)


def test_an_upload_is_its_senders_alone(client: TestClient, shared_home: Path) -> None:
    mine, colleague = firm(shared_home, "甲九物业"), firm(shared_home, "甲九物业")
    address = sent_well(client, mine, excel([HEADER, an_order_row("甲九-1", 物业公司=None)]))
    for path in ("", "/refused.csv"):
        answer = client.get(address + path, headers=colleague)
        assert answer.status_code == 404 and "没有这份表" in answer.text
    for path in ("/load", "/columns", "/reading", "/discard"):
        answer = do(client, colleague, address + path, kind="orders", header_row="1")
        assert answer.status_code == 404, path
    assert "表.xlsx" not in look(client, colleague, "/upload")
    assert "还没有导入" in look(client, mine, address)
    for strange in ("../../hotline.db", "a" * 16, "x"):
        assert client.get(f"/upload/{strange}", headers=mine).status_code == 404


def test_what_is_thrown_away_is_gone(client: TestClient, shared_home: Path) -> None:
    who = firm(shared_home, "乙一物业")
    address = sent_well(client, who, excel([HEADER, an_order_row("乙一-1")]))
    assert do(client, who, f"{address}/discard").headers["location"] == "/upload"
    assert not (shared_home / "uploads" / address.rpartition("/")[2]).exists()
    assert client.get(address, headers=who).status_code == 404


def test_one_that_was_cut_short_or_failed_says_so_and_offers_to_begin_again(
    client: TestClient, shared_home: Path
) -> None:
    who = firm(shared_home, "乙五物业")
    address = sent_well(client, who, excel([HEADER, an_order_row("乙五-1", 物业公司=None)]))
    waiting = shelf.Shelf(shared_home)
    kept = Upload.from_json((waiting.folder(address.rpartition("/")[2]) / "upload.json").read_bytes())
    waiting.save(replace(kept, began_at=kept.taken_at))  # begun, and no process holds it
    assert "中断了" in look(client, who, "/upload")
    shown = look(client, who, address)
    assert "上次导入中断了" in shown and "没有留下半截数据" in shown and "确认导入" in shown
    waiting.save(replace(kept, failed="数据库正忙。"))
    assert "没有导入。</b>数据库正忙。" in look(client, who, address)
    assert "已导入" in loaded(client, who, address)


def test_what_waits_for_a_day_is_gone_at_the_next_visit(client: TestClient, shared_home: Path) -> None:
    who = firm(shared_home, "乙二物业")
    address = sent_well(client, who, excel([HEADER, an_order_row("乙二-1")]))
    folder = shared_home / "uploads" / address.rpartition("/")[2]
    unfinished = folder.with_name("b" * 16)
    unfinished.mkdir()
    shelf.Shelf(shared_home).settle(now_micros() + shelf.KEPT_FOR - 60_000_000)
    assert folder.exists() and unfinished.exists()
    shelf.Shelf(shared_home).settle(now_micros() + shelf.KEPT_FOR + 60_000_000)
    assert not folder.exists() and not unfinished.exists()
    assert client.get(address, headers=who).status_code == 404


def test_many_uploads_of_one_person_make_room_for_the_next(client: TestClient, shared_home: Path) -> None:
    who = firm(shared_home, "乙三物业")
    table = text([["工单号", "受理时间"], ["乙三-1", a_time(48)]])
    addresses = [sent_well(client, who, table) for _ in range(shelf.MOST_WAITING + 1)]
    assert client.get(addresses[0], headers=who).status_code == 404
    assert client.get(addresses[1], headers=who).status_code == 200


@pytest.mark.parametrize("role", list(Role))
def test_the_bar_leads_to_it_for_those_who_may(client: TestClient, shared_home: Path, role: Role) -> None:
    named = {"managers": ["无"]} if role is Role.MANAGER else {"companies": ["无"]}
    named = {"streets": ["无"]} if role in (Role.STREET_HANDLER, Role.EMERGENCY_STATION) else named
    scope = scope_of(role, **named) if role in _NARROW else scope_of(role)
    key = PAGE | a_key(settings_of(shared_home), role, scope)
    answer = client.get("/upload", headers=key)
    assert (answer.status_code == 200) == may(role, Action.UPLOAD_EXTRACT)
    assert ('href="/upload"' in answer.text) == may(role, Action.UPLOAD_EXTRACT)


_NARROW = (Role.MANAGER, Role.COMPANY, Role.STREET_HANDLER, Role.EMERGENCY_STATION)


def test_no_number_or_name_is_left_anywhere_once_a_first_table_is_loaded(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    settings = settings_of(tmp_path / "home")
    phone, name = "13987654321", "欧阳小明"
    header = [*HEADER, "市民姓名"]
    rows = [[*an_order_row(f"新-{n}", 联系电话=phone, 诉求内容=f"请打{phone}"), name] for n in range(3)]
    rows.append([*an_order_row("新-9", 联系电话=phone, 来电时间=f"不详{phone}"), name])
    with serving(settings) as client:
        who = centre(settings.home, Role.DISTRICT_CENTRE)
        address = sent_well(client, who, excel([header, *rows]))
        shown = look(client, who, address)
        assert phone not in shown and name not in shown and "（不显示）" in shown
        assert "已导入" in loaded(client, who, address)
        assert "3件未结束" in look(client, who, "/my-orders"), "a home that had no order before"
        assert phone not in client.get(f"{address}/refused.csv", headers=who).text
    logged = "".join(capfd.readouterr())
    assert "/upload/{upload_id}/load" in logged
    for told in (phone, name, "表.xlsx", address):
        assert told not in logged, told
    for path in settings.home.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert phone.encode() not in content and name.encode() not in content, path.name


def test_a_file_is_taken_only_from_a_form_of_ones_own_session(tmp_path: Path, quick_hashes: None) -> None:
    settings, password = settings_of(tmp_path / "home"), "四个普通的词语放在一起就够长了"
    store = open_store(settings.home)
    issuing = Issuing(store.engine, "the test", datetime.now(UTC))
    issuing.add_account("企业", Role.COMPANY, scope_of(Role.COMPANY, companies=["甲物业"]), password)
    store.close()
    with TestClient(create_app(settings), base_url="http://127.0.0.1", headers=PAGE) as browser:
        form = {"name": "企业", "password": password, "form_token": _token(browser.get("/login"))}
        browser.post("/login", data=form)
        token = _token(browser.get("/upload"))
        table = {"table": ("a.csv", text([["工单号", "受理时间"], ["1", a_time(3)]]))}
        for wrong in ({}, {"form_token": token[::-1]}):
            answer = browser.post("/upload", files=table, data=wrong, follow_redirects=False)
            assert answer.status_code == 403 and "页面已过期" in answer.text
        assert not list((settings.home / "uploads").glob("*"))
        sent_well = browser.post("/upload", files=table, data={"form_token": token}, follow_redirects=False)
        assert sent_well.status_code == 303
        assert browser.post(f"{sent_well.headers['location']}/load", data={}).status_code == 403


def _token(page: Response) -> str:
    return re.findall(r'name="form_token" value="([^"]+)"', page.text)[0]
