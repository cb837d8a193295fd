"""导入 at the server: what is read, whose rows are taken, what a choice changes, and that nothing is loaded twice."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from httpx import Response

from desk.upload.upload import Upload
from hotline.policy import Action
from store.access.audit_log import entries
from store.database import open_store
from tests.serve.bodies import an_order
from tests.upload.pages import Headers, centre, chosen, do, firm, loaded, look, rows_of, sent_well
from tests.upload.tables import HEADER, a_time, an_order_row, excel, text

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Day:
    """What a firm that loads a table with bad rows gets to see."""

    who: Headers
    folder: Path
    files: frozenset[str]
    preview: str
    listed_before: str
    result: str
    sheet: Response


@pytest.fixture(scope="module")
def day(client: TestClient, shared_home: Path) -> Day:
    who = firm(shared_home, "甲一物业")
    rows = [
        an_order_row("甲一-1", 物业公司=None),
        an_order_row("甲一-2", 物业公司="甲一物业", 完成时间=a_time(5), 结论="实际解决"),
        an_order_row("甲一-3", 物业公司="甲一物业", 来电时间="@SUM(13812345678)"),
        an_order_row("甲一-4", 物业公司="+别家物业"),
        an_order_row("甲一-1", 物业公司="甲一物业"),
    ]
    address = sent_well(client, who, excel([HEADER, *rows], title="甲一物业台账"))
    folder = shared_home / "uploads" / address.rpartition("/")[2]
    assert folder.stat().st_mode & 0o777 == folder.parent.stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in folder.iterdir()} == {0o600}
    return Day(
        who,
        folder,
        frozenset(file.name for file in folder.iterdir()),
        look(client, who, address),
        look(client, who, "/my-orders"),
        loaded(client, who, address),
        client.get(f"{address}/refused.csv", headers=who),
    )


def test_a_preview_tells_what_would_happen_and_nothing_has_happened(day: Day) -> None:
    assert "13812345678" not in day.preview and "302室" not in day.preview
    for told in ("5行", "新工单</dt><dd>2件", "整行不收3行", "不是能识别的时间", "写的是别的企业", "备注"):
        assert told in day.preview, told
    assert "0件未结束" in day.listed_before


def test_what_is_loaded_is_on_the_firms_list_at_once(client: TestClient, shared_home: Path, day: Day) -> None:
    assert "已导入" in day.result and "整行没有收的3行" in day.result
    listed = look(client, day.who, "/my-orders")
    assert "2件未结束" in listed and "[电话]" in listed and "13812345678" not in listed
    assert rows_of(shared_home, "甲一-1")["orders"][0]["company"] == "甲一物业", "the firm's own name"
    assert rows_of(shared_home, "甲一-4")["orders"] == []


def test_refused_rows_come_as_a_sheet_in_chinese_that_runs_nothing(day: Day) -> None:
    assert day.sheet.content.startswith("\ufeff文件,行号,列名,内容,原因,怎么改,结果".encode())
    assert "attachment" in day.sheet.headers["Content-Disposition"]
    lines = day.sheet.text.splitlines()[1:]
    assert [line.split(",")[1:4] for line in lines] == [
        ["5", "来电时间", "'@SUM([电话])"],
        ["6", "物业企业", "'+别家物业"],
        ["7", "工单号", "甲一-1"],
    ]
    assert all(not re.search("[a-z]{4}", line.split(",", 4)[4]) for line in lines), "all in Chinese"


def test_what_was_sent_is_gone_once_it_is_loaded(shared_home: Path, day: Day) -> None:
    assert day.files >= {"table.xlsx", "extract.toml", "upload.json"}
    left = {file.name for file in day.folder.iterdir()}
    assert left == {"upload.json", "refused.csv", "progress", "loading.lock"}
    kept = Upload.from_json((day.folder / "upload.json").read_bytes())
    assert (kept.columns, kept.checked, kept.takes) == ((), None, {}), "its samples are gone, too"
    assert not list((shared_home / "ingesting").glob("*.json"))


def test_upload_and_load_are_noted_without_their_content(
    client: TestClient, shared_home: Path, day: Day
) -> None:
    client.app.state.audit_trail.flush()  # type: ignore[attr-defined]
    store = open_store(shared_home)
    noted = [entry for _, entry in entries(store.engine, limit=1_000)]
    store.close()
    by = next(entry.person for entry in noted if entry.request_id == day.folder.name)
    mine = [entry for entry in noted if entry.person == by]
    assert {(entry.action, entry.outcome) for entry in mine} >= {
        (Action.UPLOAD_EXTRACT, "303"),
        (Action.LOAD_EXTRACT, "303"),
        (Action.LOAD_EXTRACT, "loaded"),
    }
    told = [entry for entry in mine if entry.action in (Action.UPLOAD_EXTRACT, Action.LOAD_EXTRACT)]
    assert "甲一" not in repr(told) and "表.xlsx" not in repr(told)


def test_the_same_table_twice_changes_nothing_and_says_so(client: TestClient, shared_home: Path) -> None:
    who = firm(shared_home, "甲三物业")
    table = excel([HEADER, an_order_row("甲三-1", 物业公司=None, 完成时间=a_time(5))])
    assert "已导入" in loaded(client, who, sent_well(client, who, table))
    before = rows_of(shared_home, "甲三-1")
    again = sent_well(client, who, table)
    assert "系统里已有</dt><dd>1件" in look(client, who, again)
    assert "没有新内容" in loaded(client, who, again)
    assert rows_of(shared_home, "甲三-1") == before


def test_orders_of_others_are_told_like_none_at_all(client: TestClient, shared_home: Path) -> None:
    theirs = an_order(company="别家物业", text="别家的事")
    assert client.post("/api/v1/orders", json=theirs).status_code == 201
    before = rows_of(shared_home, theirs["order_id"])
    who = firm(shared_home, "甲四物业")
    header = ["工单编号", "事件类型", "发生时间"]
    log = text([header, [theirs["order_id"], "办结", a_time(2)], ["no-such", "办结", a_time(2)]])
    address = sent_well(client, who, log, kind="events")
    refused = client.get(f"{address}/refused.csv", headers=who).text.splitlines()[1:]
    told = [line.split(",", 4)[4] for line in refused]
    assert len(told) == 2 and told[0] == told[1] and "系统里没有这张工单" in told[0]
    as_own = excel([HEADER, an_order_row(theirs["order_id"], 物业公司="甲四物业")])
    other = sent_well(client, who, as_own, kind="orders")
    assert "不属于本单位" in look(client, who, other)
    assert "别家" not in loaded(client, who, other)
    assert rows_of(shared_home, theirs["order_id"]) == before


def test_a_firm_brings_no_ratings_of_itself(client: TestClient, shared_home: Path) -> None:
    ours = an_order(company="甲五物业")
    assert client.post("/api/v1/orders", json=ours).status_code == 201
    who = firm(shared_home, "甲五物业")
    table = text([["工单编号", "受理时间", "评价"], [ours["order_id"], a_time(48), "满意"]])
    address = sent_well(client, who, table)
    preview = look(client, who, address)
    assert "官方回访由962121、区中心导入" in preview and "callback." not in preview
    form = chosen(preview) | {"take-2": "callback.city.rating"}
    assert do(client, who, f"{address}/columns", **form).status_code == 303
    loaded(client, who, address)
    assert rows_of(shared_home, ours["order_id"])["callbacks"] == []
    do(client, who, f"{address}/reading", kind="callbacks", header_row="1")
    for page in (address, "/upload"):
        assert "回访结果" not in look(client, who, page)
    assert client.get("/upload/templates/callbacks", headers=who).status_code == 404


def test_the_weekly_callbacks_come_back_and_lost_ratings_are_named_before(
    client: TestClient, shared_home: Path
) -> None:
    ours = [an_order(), an_order()]
    for order in ours:
        assert client.post("/api/v1/orders", json=order).status_code == 201
    who = centre(shared_home)
    header = ["工单号", "回访日期", "是否接通", "满意度"]
    rows = [
        [ours[0]["order_id"], a_time(3), "是", "非常满意"],
        [ours[1]["order_id"], a_time(3), "是", "不满意"],
        ["no-such", a_time(3), "是", "满意"],
    ]
    address = sent_well(client, who, text([header, *rows], "gb18030"))
    preview = look(client, who, address)
    assert "回访结果" in preview and "“非常满意”" in preview and "系统里没有这张工单" in preview
    assert "回访</dt><dd>1条" in preview
    [word] = [name for name in chosen(preview) if name.startswith("word-")]
    do(client, who, f"{address}/columns", **chosen(preview) | {word: "满意"})
    preview = look(client, who, address)
    assert "回访</dt><dd>2条" in preview
    assert "整行没有收的1行" in loaded(client, who, address)
    ratings = [rows_of(shared_home, order["order_id"])["callbacks"][0]["rating"] for order in ours]
    assert ratings == [3, 0]


def test_a_column_of_remarks_taken_for_ratings_is_noticed(client: TestClient, shared_home: Path) -> None:
    who = centre(shared_home)
    rows = [[f"n-{n}", a_time(3), f"第{n}种说法，电话13812345678，" + "说来话长" * 20] for n in range(25)]
    preview = look(client, who, sent_well(client, who, text([["工单号", "回访时间", "评价"], *rows])))
    assert preview.count('name="word-') == 20 and "另有5种少见的写法" in preview
    assert "13812345678" not in preview and "说来话长" * 10 not in preview


def test_a_changed_choice_is_tried_before_it_is_loaded(client: TestClient, shared_home: Path) -> None:
    who = firm(shared_home, "甲六物业")
    header = ["工单号", "受理时间", "大类", "小区"]
    address = sent_well(client, who, text([header, ["甲六-1", a_time(48), "电梯", "清和苑"]]))
    preview = look(client, who, address)
    assert "有1列没有认出来或不用，不导入：大类" in preview
    form = chosen(preview) | {"take-2": "order.category"}
    answer = do(client, who, f"{address}/load", **form)
    assert answer.headers["location"] == f"{address}?tried=again"
    again = look(client, who, f"{address}?tried=again")
    assert "已按新的选择重新试算" in again and "每一列都认出来了" in again
    assert rows_of(shared_home, "甲六-1")["orders"] == [], "tried, not loaded"
    known = [name for name in chosen(again) if name.startswith("known-")]
    assert {chosen(again)[name] for name in known} == {"closed"}, "the honest default"
    do(client, who, f"{address}/columns", **chosen(again) | {"known-2": "received"})
    loaded(client, who, address)
    assert rows_of(shared_home, "甲六-1")["orders"][0]["category"] == "电梯"
    assert do(client, who, f"{address}/load", **form).headers["location"] == address, "pressed once more"
    stale = do(client, who, f"{address}/columns", **form)
    assert stale.status_code == 422 and "已经在别处改过或者导入" in stale.text


def test_two_columns_for_one_meaning_and_old_forms_are_refused_with_the_reason(
    client: TestClient, shared_home: Path
) -> None:
    who = firm(shared_home, "甲七物业")
    address = sent_well(client, who, text([["工单号", "受理时间", "甲"], ["甲七-1", a_time(48), "x"]]))
    form = chosen(look(client, who, address))
    twice = do(client, who, f"{address}/columns", **form | {"take-2": "order.received_at"})
    assert twice.status_code == 422 and "有两列都选了“受理时间”" in twice.text
    old = do(client, who, f"{address}/columns", **form | {"stamp": "old"})
    assert old.status_code == 422 and "已经在别处改过" in old.text


def test_what_is_missing_is_named_and_nothing_loads_without_it(client: TestClient, shared_home: Path) -> None:
    who = firm(shared_home, "甲八物业")
    address = sent_well(client, who, text([["编码", "受理时间"], ["甲八-1", a_time(48)]]))
    preview = look(client, who, address)
    assert "还缺必填的列：工单编号" in preview and "确认导入" not in preview
    do(client, who, f"{address}/load")
    assert "待确认" in look(client, who, "/upload") and rows_of(shared_home, "甲八-1")["orders"] == []


def test_a_table_can_be_read_as_another_kind_and_from_another_row(
    client: TestClient, shared_home: Path
) -> None:
    who = centre(shared_home)
    rows = [["受理编号", "时间"], ["工单编号", "发生时间"], ["x", a_time(3)]]
    address = sent_well(client, who, text(rows), kind="orders")
    do(client, who, f"{address}/reading", kind="events", header_row="2")
    assert "还缺必填的列：事件类型" in look(client, who, address)
    wrong = do(client, who, f"{address}/reading", kind="events", header_row="99")
    assert wrong.status_code == 422 and "换了以后读不出来" in wrong.text
    assert "还缺必填的列：事件类型" in look(client, who, address), "what was there is kept"
