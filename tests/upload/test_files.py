"""Files of unknown form: what can be read is read, and of the rest it is said why not."""

import gzip
import io
import zipfile
from pathlib import Path

import pytest

from desk.upload.table import HIDDEN, read_table, samples_of
from desk.upload.upload import Form
from store.extracts import unknown_file, unknown_text
from store.extracts.unknown_file import UnknownFile, ending_of
from store.extracts.unreadable import Fault, UnreadableFile
from tests.upload.tables import HEADER, an_order_row, excel, kept, text

ROWS = [HEADER, an_order_row("A-1"), an_order_row("A-2")]


def fault_of(folder: Path, content: bytes) -> Fault:
    with pytest.raises(UnreadableFile) as refused:
        path = kept(folder, content, "table")
        path = path.rename(path.with_name("table" + ending_of(path)))
        read_table(path, Form(path.suffix), None, with_callbacks=True)
    return refused.value.fault


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_encoding_and_delimiter_are_recognised(tmp_path: Path, encoding: str, delimiter: str) -> None:
    path = kept(tmp_path, text(ROWS, encoding, delimiter), "table.csv")
    read = read_table(path, Form(".csv"), None, with_callbacks=True)
    assert read.form.delimiter == delimiter
    assert read.form.encoding == ("utf-8-sig" if encoding == "utf-8" else encoding)
    assert [column.name for column in read.columns] == list(HEADER)


def test_the_ending_follows_the_bytes_and_not_the_name(tmp_path: Path) -> None:
    assert ending_of(kept(tmp_path, excel(ROWS), "a.csv")) == ".xlsx"
    assert ending_of(kept(tmp_path, text(ROWS), "a.xls")) == ".csv"
    assert ending_of(kept(tmp_path, gzip.compress(text(ROWS)), "a.csv")) == ".csv.gz"


def test_the_sheet_with_the_table_is_found_among_others(tmp_path: Path) -> None:
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(excel(ROWS, "台账", title="清和物业十月工单")))
    book.create_sheet("说明", 0).append(["请勿改动", "本表"])
    path = tmp_path / "table.xlsx"
    book.save(path)
    read = read_table(path, Form(".xlsx"), None, with_callbacks=True)
    assert (read.form.sheet, read.form.header_row) == ("台账", 2)


def test_a_file_that_is_no_table_is_told_why(tmp_path: Path) -> None:
    word = io.BytesIO()
    with zipfile.ZipFile(word, "w") as packed:
        packed.writestr("word/document.xml", "<w/>")
    locked = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le")
    told = {
        b"": Fault.EMPTY,
        b" \r\n \r\n": Fault.EMPTY,
        excel([]): Fault.EMPTY,
        word.getvalue(): Fault.NOT_A_TABLE,
        b"%PDF-1.7 \n1 0 obj": Fault.NOT_A_TABLE,
        "只有一列\n一\n二\n".encode(): Fault.NOT_A_TABLE,
        b"<html><table><tr><td>1</td></tr></table></html>": Fault.WEB_PAGE,
        b"\xff\xff\xff\x80,\x80\xff": Fault.ENCODING,
        excel(ROWS)[:200]: Fault.DAMAGED,
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 nothing more": Fault.DAMAGED,
        gzip.compress(text(ROWS))[:40]: Fault.DAMAGED,
        locked: Fault.PROTECTED,
        text([[f"列{n}" for n in range(101)], ["1"] * 101]): Fault.TOO_WIDE,
    }
    for content, fault in told.items():
        assert fault_of(tmp_path, content) is fault, content[:20]


def test_a_small_file_that_unpacks_without_end_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (unknown_file, unknown_text):
        monkeypatch.setattr(module, "MOST_UNPACKED", 100_000)
    assert fault_of(tmp_path, gzip.compress(b"a,b\n" * 50_000)) is Fault.UNPACKED_TOO_LARGE
    assert (
        fault_of(tmp_path, excel([["x" * 30_000 + str(n), "y"] for n in range(9)]))
        is Fault.UNPACKED_TOO_LARGE
    )


def test_only_the_first_rows_are_read_for_the_first_look(tmp_path: Path) -> None:
    path = kept(tmp_path, excel([["a", "b"], *([["1", "2"]] * 500)]), "table.xlsx")
    assert len(UnknownFile.of(path).top(7)) == 7


def test_samples_show_no_numbers_rooms_or_citizens() -> None:
    assert samples_of("诉求内容", ["302室漏水，13812345678", "", "身份证310101199001011234"]) == (
        "**室漏水，[电话]",
        "身份证[证件]",
    )
    assert samples_of("市民姓名", ["张三"]) == (HIDDEN,)
    assert samples_of("备注", ["很长的话" * 20])[0] == ("很长的话" * 6) + "…"
