"""Wide and long files, several files, encodings, delimiters, gzip and Excel: all say the same."""

from datetime import date
from pathlib import Path

import openpyxl
import pytest

from tests.ingest.conftest import LONG, LONG_HEADER, WIDE, WIDE_HEADER, Folder, at, typed

ROWS = (
    "A1,2026-11-02 09:00:00,电梯,绿家物业,2026-11-02 10:00:00,2026-11-03 16:00:00,实际解决,"
    "2026-11-05 09:00:00,不满意\n"
)
WIDE_TEXT = WIDE_HEADER + ROWS


def assert_a1_is_loaded(folder: Folder) -> None:
    frames = folder.frames()
    assert folder.order()["category"] == "电梯"
    assert folder.order()["received_at"] == at("2026-11-02 09:00")
    events = frames["events"].set_index("type")
    assert events.loc["contacted", "happened_at"] == at("2026-11-02 10:00")
    assert events.loc["closed", "verdict"] == "resolved"
    assert frames["callbacks"]["rating"].tolist() == [0.0]


def test_a_wide_files_moments_become_events(either_folder: Folder) -> None:
    either_folder.write("orders.csv", WIDE_TEXT)
    summary = either_folder.ingest(WIDE)
    assert_a1_is_loaded(either_folder)
    assert (summary.new["orders"], summary.new["events"], summary.new["callbacks"]) == (1, 2, 1)


def test_a_list_without_a_row_loads_nothing(folder: Folder) -> None:
    folder.write("orders.csv", WIDE_HEADER)
    assert (folder.ingest(WIDE).read, len(folder.frames()["orders"])) == ({"orders.csv": 0}, 0)


def test_an_empty_moment_is_no_event(folder: Folder) -> None:
    folder.write("orders.csv", WIDE_HEADER + "A1,2026-11-02 09:00:00,电梯,,,,,,\n")
    summary = folder.ingest(WIDE)
    assert summary.new == {"orders": 1}
    assert len(folder.frames()["events"]) == 0


def test_a_long_files_rows_become_events_and_orders(either_folder: Folder) -> None:
    rows = "A1,接单,2026-11-02 10:00:00,张\nA1,打电话,2026-11-02 11:00:00,\nA2,催办,2026-11-02 12:00:00,\n"
    either_folder.write("events.csv", LONG_HEADER + rows)
    summary = either_folder.ingest(LONG)
    assert (summary.new["orders"], summary.new["events"]) == (2, 3)
    events = either_folder.frames()["events"]
    assert sorted(events["type"]) == ["accepted", "urged", "打电话"]
    assert either_folder.order("A1")["received_at"] == at("2026-11-02 10:00")


def test_wide_and_long_files_join_by_order(folder: Folder) -> None:
    folder.write("orders.csv", WIDE_TEXT)
    folder.write("events.csv", LONG_HEADER + "A1,urged,2026-11-02 12:00:00,\n")
    folder.ingest(WIDE + LONG)
    assert sorted(folder.frames()["events"]["type"]) == ["closed", "contacted", "urged"]


def test_a_file_can_say_more_of_an_order_than_another(folder: Folder) -> None:
    folder.write("orders.csv", WIDE_TEXT)
    folder.write("more.csv", "id,manager\nA1,李经理\n")
    more = '[[files]]\npath = "more.csv"\norder_id = "id"\n[files.order]\nknown_from = "received"\n'
    more += 'manager = "manager"\n'
    folder.ingest(WIDE + more)
    assert folder.order()["manager"] == "李经理"
    assert folder.order()["category"] == "电梯"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_encodings(folder: Folder, encoding: str) -> None:
    folder.write("orders.csv", WIDE_TEXT, encoding)
    folder.ingest(WIDE.replace('order_id = "no"', f'order_id = "no"\nencoding = "{encoding}"'))
    assert_a1_is_loaded(folder)


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_delimiters(folder: Folder, delimiter: str) -> None:
    folder.write("orders.csv", WIDE_TEXT.replace(",", delimiter))
    written = delimiter.replace("\t", "\\t")
    folder.ingest(WIDE.replace('order_id = "no"', f'order_id = "no"\ndelimiter = "{written}"'))
    assert_a1_is_loaded(folder)


def test_gzip(folder: Folder) -> None:
    folder.write("orders.csv.gz", WIDE_TEXT)
    folder.ingest(WIDE.replace("orders.csv", "orders.csv.gz"))
    assert_a1_is_loaded(folder)


def a_workbook(path: Path, above: int = 0) -> None:
    book = openpyxl.Workbook()
    book.create_sheet("别的")
    sheet = book.create_sheet("台账")
    for _ in range(above):
        sheet.append(["工单台账（2026年）"])
    sheet.append(WIDE_HEADER.strip().split(","))
    sheet.append(
        ["A1", typed("2026-11-02 09:00"), "电梯", "绿家物业", typed("2026-11-02 10:00"),
         "2026-11-03 16:00:00", "实际解决", date(2026, 11, 5), "不满意"]
    )  # fmt: skip
    book.save(path)


@pytest.mark.parametrize("above", [0, 2])
def test_excel(folder: Folder, above: int) -> None:
    a_workbook(folder.path / "台账.xlsx", above)
    header = f'path = "台账.xlsx"\nsheet = "台账"\nheader_row = {above + 1}'
    folder.ingest(WIDE.replace('path = "orders.csv"', header))
    assert_a1_is_loaded(folder)
    called = folder.frames()["callbacks"]["happened_at"].tolist()
    assert called == [at("2026-11-06 00:00") - 1], "a day without a time of day counts as its end"


def test_whole_numbers_in_excel_stay_whole(folder: Folder) -> None:
    book = openpyxl.Workbook()
    book.active.append(["no", "received"])
    book.active.append([20261102001, typed("2026-11-02 09:00")])
    book.save(folder.path / "a.xlsx")
    folder.ingest('[[files]]\npath = "a.xlsx"\norder_id = "no"\n[files.order]\nreceived_at = "received"\n')
    assert folder.frames()["orders"]["order_id"].tolist() == ["20261102001"]


def test_an_optional_file_may_be_absent(folder: Folder) -> None:
    folder.write("orders.csv", WIDE_TEXT)
    summary = folder.ingest(WIDE + LONG.replace('order_id = "no"', 'order_id = "no"\noptional = true'))
    assert summary.absent_files == ("events.csv",)
    assert_a1_is_loaded(folder)


def test_paths_are_relative_to_the_description(folder: Folder) -> None:
    (folder.path / "deep").mkdir()
    folder.write("orders.csv", WIDE_TEXT)
    folder.ingest(WIDE.replace("orders.csv", "../orders.csv"), name="deep/export.toml")
    assert_a1_is_loaded(folder)


def test_blank_rows_and_quoted_line_breaks_do_no_harm(folder: Folder) -> None:
    folder.write(
        "orders.csv",
        'no,received,text\nA1,2026-11-02 09:00,"两行\n文字, 带逗号"\n\n,,\nA2,2026-11-02 10:00,x\n',
    )
    folder.ingest(
        '[[files]]\npath = "orders.csv"\norder_id = "no"\n[files.order]\n'
        'received_at = "received"\ntext = { column = "text", known_from = "received" }\n'
    )
    assert folder.order("A1")["text"] == "两行\n文字, 带逗号"
    assert folder.order("A2")["text"] == "x"


def test_columns_that_nobody_declared_are_listed_and_not_read(folder: Folder) -> None:
    folder.write("orders.csv", WIDE_TEXT.replace("no,", "secret,no,").replace("A1,", "x,A1,"))
    assert folder.ingest(WIDE).ignored_columns == {"orders.csv": ("secret",)}
    assert_a1_is_loaded(folder)
