"""What the columns of a table are taken for, by their names and what stands in them."""

from importlib.resources import as_file, files
from pathlib import Path

import pytest

from desk.upload.described import description_of
from desk.upload.guess import guess, header_row_of, known_from_of, likely_kind, plain
from desk.upload.meaning import Kind
from desk.upload.meanings import kinds_of, meanings_of
from desk.upload.table import read_table
from desk.upload.template import template_of
from desk.upload.upload import Form, Upload
from hotline.origin import Origin
from serve.web.upload_words import WORDS
from store.extracts.description import FileSpec
from store.extracts.description_file import read_description
from tests.upload.tables import kept

ORDERS = meanings_of(Kind.ORDERS, with_callbacks=True)


def shipped(name: str) -> dict[str, FileSpec]:
    with as_file(files("store.descriptions").joinpath(name)) as path:
        return {spec.path: spec for spec in read_description(path).files}


def described(kind: Kind, columns: tuple[str, ...], tmp_path: Path) -> FileSpec:
    """The columns as guessed, written as a description and read again as `qingling ingest` reads it."""
    upload = Upload(
        id="x",
        by="甲",
        name="a.csv",
        sent_at=0,
        taken_at="2026-11-01T00:00:00+08:00",
        form=Form(".csv", "gb18030", ";"),
        kind=kind,
        may_bring_callbacks=True,
        takes=guess(dict.fromkeys(columns, ()), meanings_of(kind, with_callbacks=True)),
        known_from=dict.fromkeys(columns, "closed"),
    )
    path = tmp_path / "extract.toml"
    path.write_text(description_of(upload, "hotline", frozenset({Origin.REAL}), None), "utf-8")
    return read_description(path).files[0]


def test_the_shipped_sheet_is_taken_for_what_its_description_says(tmp_path: Path) -> None:
    spec = shipped("pudong-excel.toml")["工单台账.xlsx"]
    found = described(Kind.ORDERS, spec.columns(), tmp_path)
    assert found.order_id == spec.order_id
    assert found.order and spec.order
    assert {n: c.column for n, c in found.order.fields.items()} == {
        n: c.column for n, c in spec.order.fields.items()
    }
    told = {m.fields["at"].column: {n: c.column for n, c in m.fields.items()} for m in found.moments}
    assert told == {m.fields["at"].column: {n: c.column for n, c in m.fields.items()} for m in spec.moments}
    assert [c.fields for c in found.callbacks] == [c.fields for c in spec.callbacks]
    assert [f.fields for f in found.forecasts] == [f.fields for f in spec.forecasts]


def test_the_shipped_log_and_callbacks_are_taken_for_what_their_description_says(tmp_path: Path) -> None:
    specs = shipped("pudong.toml")
    events = described(Kind.EVENTS, specs["事件.csv"].columns(), tmp_path)
    assert events.event and specs["事件.csv"].event
    assert events.event.fields == specs["事件.csv"].event.fields
    calls = described(Kind.CALLBACKS, specs["回访.csv"].columns(), tmp_path)
    assert [c.fields for c in calls.callbacks] == [c.fields for c in specs["回访.csv"].callbacks]
    assert (calls.encoding, calls.delimiter) == ("gb18030", ";")


def test_fields_of_a_shipped_table_are_known_as_it_says_and_of_any_other_at_closing() -> None:
    sheet = shipped("pudong-excel.toml")["工单台账.xlsx"].columns()
    assert known_from_of(sheet)["category"] == "received"
    assert known_from_of(sheet)["part"] == "visited"
    assert known_from_of(sheet)["petition_no"] == "closed"
    assert set(known_from_of([name for name in sheet if name != "街镇"]).values()) == {"closed"}


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("*工单号（必填）", "order_id"),
        ("投诉受理时间", "order.received_at"),
        ("所属小区名称", "order.community"),
        ("物业公司名称", "order.company"),
        ("来电号码", "order.caller"),
        ("办结日期", "moment.closed.at"),
        ("满意度", "callback.city.rating"),
    ],
)
def test_names_as_people_write_them_are_recognised(name: str, key: str) -> None:
    assert guess({name: ()}, ORDERS) == {name: key}


@pytest.mark.parametrize("name", ["备注", "序号", "是否超时", "区县", "附件数量", ""])
def test_what_looks_like_nothing_is_left_alone(name: str) -> None:
    assert guess({name: ()}, ORDERS) == {}


def test_each_meaning_is_given_once_and_to_the_exact_name() -> None:
    found = guess({"投诉受理时间": (), "受理时间": ()}, ORDERS)
    assert found == {"受理时间": "order.received_at"}


def test_a_column_that_only_sounds_like_a_time_is_not_taken_for_one() -> None:
    assert guess({"办理时限要求": ("五个工作日", "三天")}, ORDERS) == {}
    assert guess({"办理时限要求": ("2026-11-03", "")}, ORDERS) == {"办理时限要求": "order.due_at"}


def test_the_header_is_found_below_titles_and_notes() -> None:
    rows = [
        ["清和物业十月工单", "", ""],
        ["填报人：王芳", "", ""],
        ["工单号", "受理时间", "小区"],
        ["1", "x", "y"],
    ]
    assert header_row_of(rows, ORDERS) == 3
    assert header_row_of([["甲", "乙"], ["1", "2"]], ORDERS) == 1


def test_the_kind_of_a_table_is_seen_by_its_columns() -> None:
    meanings = {kind: meanings_of(kind, with_callbacks=True) for kind in Kind}
    specs = shipped("pudong.toml")
    for name, kind in (("工单.csv", Kind.ORDERS), ("事件.csv", Kind.EVENTS), ("回访.csv", Kind.CALLBACKS)):
        assert likely_kind(dict.fromkeys(specs[name].columns(), ()), meanings) is kind


@pytest.mark.parametrize(
    ("columns", "kind"),
    [
        ("单号 报修时间 类型 小区 物业公司 问题描述 联系电话 处理人 备注", Kind.ORDERS),
        ("单号 报修的时间 类型 小区 物业公司 问题描述", Kind.ORDERS),
        ("工单编号 环节 时间 经办人", Kind.EVENTS),
        ("工单编号 回访时间 满意度 是否解决 是否先行联系", Kind.CALLBACKS),
        ("工单编号 满意度", Kind.CALLBACKS),
    ],
)
def test_the_kind_of_a_table_as_people_write_it_by_hand_is_seen(columns: str, kind: Kind) -> None:
    meanings = {each: meanings_of(each, with_callbacks=True) for each in kinds_of(with_callbacks=True)}
    assert likely_kind(dict.fromkeys(columns.split(), ()), meanings) is kind


def test_names_are_compared_without_what_people_put_around_them() -> None:
    assert plain(" 受理 时间【必填】：") == "受理时间" == plain("受理时间*")


@pytest.mark.parametrize("kind", list(Kind))
def test_a_template_is_taken_for_what_it_is_made_for(kind: Kind, tmp_path: Path) -> None:
    path = kept(tmp_path, template_of(kind, with_callbacks=True), "table.xlsx")
    read = read_table(path, Form(".xlsx"), None, with_callbacks=True)
    assert read.kind is kind
    assert set(read.takes.values()) == {meaning.key for meaning in meanings_of(kind, with_callbacks=True)}
    assert (read.form.sheets[1], read.form.header_row) == ("填写说明", 1)


def test_what_a_firm_fills_in_counts_as_known_as_the_template_says(tmp_path: Path) -> None:
    path = kept(tmp_path, template_of(Kind.ORDERS, with_callbacks=False), "table.xlsx")
    known_from = read_table(path, Form(".xlsx"), None, with_callbacks=False).known_from
    assert (known_from["类别"], known_from["部位"], known_from["信访编号"]) == (
        "received",
        "visited",
        "closed",
    )


def test_a_logs_words_may_mean_no_event_that_the_service_writes_itself() -> None:
    offered = WORDS["type"][1]
    assert {"urged", "closed"} <= offered.keys()
    assert not {"pushed", "retracted", "called_back"} & offered.keys()
