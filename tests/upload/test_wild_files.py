"""Files that somebody made to do harm, or that broke in a strange place: told why, and nobody else notices."""

import io
import time
from datetime import datetime
from pathlib import Path

import pytest
from openpyxl import Workbook

from desk.access.person import Person
from desk.settings import Settings
from desk.upload.reception import Reception
from desk.upload.shelf import Shelf
from desk.upload.table import read_table
from desk.upload.upload import Form
from hotline.calendar import SHANGHAI
from hotline.policy import Role
from hotline.scope import WHOLE_DISTRICT
from store.database import open_store
from store.extracts.trial import Outcome, tried
from store.extracts.unknown_file import Fault, UnreadableFile, ending_of
from tests.upload.tables import HEADER, an_order_row, excel, kept, text

ROWS = [HEADER, an_order_row("A-1"), an_order_row("A-2")]


def read(folder: Path, content: bytes) -> int:
    """How many columns the table has."""
    path = kept(folder, content, "table")
    path = path.rename(path.with_name("table" + ending_of(path)))
    return len(read_table(path, Form(path.suffix), None, with_callbacks=True).columns)


def fault_of(folder: Path, content: bytes) -> Fault:
    with pytest.raises(UnreadableFile) as refused:
        read(folder, content)
    return refused.value.fault


def with_a_far_cell(cell: str) -> bytes:
    book, content = Workbook(), io.BytesIO()
    for row in ROWS:
        book.worksheets[0].append(row)
    book.worksheets[0][cell] = "远"
    book.save(content)
    return content.getvalue()


@pytest.mark.parametrize("cell", ["XFD1048576", "CV200000"])
def test_a_workbook_of_two_far_cells_ends_no_worker(tmp_path: Path, cell: str) -> None:
    assert fault_of(tmp_path, with_a_far_cell(cell)) is Fault.TOO_SPREAD


def test_a_stray_cell_below_a_table_does_no_harm(tmp_path: Path) -> None:
    assert read(tmp_path, with_a_far_cell("B90000")) == len(HEADER)


def test_what_ends_its_own_process_is_too_large_and_what_fails_in_it_is_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = kept(tmp_path, excel(ROWS), "table.xlsx")
    assert tried(path) is Outcome.OPENS
    for ends, outcome in (("kill -9 $$", Outcome.TOO_LARGE), ("exit 1", Outcome.DAMAGED)):
        program = kept(tmp_path, f"#!/bin/sh\n{ends}\n".encode(), "program")
        program.chmod(0o700)
        monkeypatch.setattr("sys.executable", str(program))
        assert tried(path) is outcome


@pytest.mark.parametrize("before", [0, 400])
def test_a_quotation_mark_that_nothing_closes_is_told_and_no_mistake_of_ours(
    settings: Settings, tmp_path: Path, before: int
) -> None:
    rows = text([HEADER, *(an_order_row(f"A-{n}") for n in range(before))])
    broken = rows + b'A-9,"' + "开头的引号没有结尾\n".encode() * 50_000
    if before:  # it stands below what is looked at first, and shows when the whole table is read
        store = open_store(settings.home)
        who = Person("话务", Role.CALL_CENTRE, WHOLE_DISTRICT, "session")
        sent = Reception(Shelf(settings.home), store, who).receive(
            broken, "a.csv", None, 0, datetime.now(SHANGHAI)
        )
        assert sent.checked and "表格不能这样读" in sent.checked.problem
        store.close()
    else:
        assert fault_of(tmp_path, broken) is Fault.NOT_A_TABLE


def test_a_table_of_ten_thousand_columns_is_refused_at_once(tmp_path: Path) -> None:
    began = time.monotonic()
    wide = text([[f"列{n}" for n in range(10_000)], *([["1"] * 10_000] * 5)])
    assert fault_of(tmp_path, wide) is Fault.TOO_WIDE
    assert time.monotonic() - began < 3
