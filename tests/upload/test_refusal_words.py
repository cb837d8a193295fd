"""Why rows were refused, in words: every reason that ingest gives has one, and sheets run nothing."""

from pathlib import Path
from random import Random

import pytest

from desk.upload.meaning import Kind
from desk.upload.refusal_words import by_reason, rows_refused, sheet_of, told
from store.extracts.rejects import Refusal
from tests.torture.spoilt_extracts import Tally, spoil_cells


def test_whatever_ingest_refuses_is_told_in_chinese(tmp_path: Path) -> None:
    tally = Tally()
    spoil_cells(tmp_path, Random(2), 300, tally)
    assert len(tally.reasons) > 5
    for reason in tally.reasons:
        said = told(reason)
        assert said.reason != "不合要求", reason
        assert said.reason.isascii() is said.remedy.isascii() is said.consequence.isascii() is False


@pytest.mark.parametrize(
    ("reason", "said", "consequence"),
    [
        ("empty; row not loaded", "必填的格子空着", "这一行没有收"),
        ("办结时间 is empty; fill it in; value left out", "“办结时间”空着", "这一行照收"),
        ("has 5 fields, the header 4: put texts in quotes", "这一行有5格，列名只有4格", "这一行没有收"),
        ("rated but not answered; this callback not loaded", "没有接通却有评价", "工单照收"),
        ("a forecast needs its time; this forecast not loaded", "预判没有时间", "工单照收"),
        ("something new; row not loaded", "不合要求", "这一行没有收"),
    ],
)
def test_a_reason_keeps_its_particulars(reason: str, said: str, consequence: str) -> None:
    assert said in told(reason).reason and consequence in told(reason).consequence


def test_refusals_are_counted_by_reason_and_whole_rows_once() -> None:
    refusals = [
        Refusal("t", 2, "受理时间", "x", "not a time; row not loaded"),
        Refusal("t", 2, "", "1", "no time of receipt and no event; row not loaded"),
        Refusal("t", 3, "办理时限", "x", "not a time; value left out"),
    ]
    assert rows_refused(refusals) == 1
    assert list(by_reason(refusals).values()) == [1, 1, 1]
    lines = sheet_of(refusals, "=a.xlsx").decode("utf-8-sig").splitlines()
    assert lines[1].startswith("'=a.xlsx,2,受理时间,x,") and lines[2].split(",")[2] == "工单编号"


def test_in_a_table_of_callbacks_a_callback_that_is_not_loaded_is_its_row() -> None:
    refusals = [Refusal("a", 2, "rating", "5分", "not a rating of the scale; this callback not loaded")]
    assert rows_refused(refusals) == 0 and rows_refused(refusals, Kind.CALLBACKS) == 1
    assert list(by_reason(refusals, Kind.CALLBACKS)) == ["评价的写法不认识（这一行没有收）"]
    assert "这一行没有收" in sheet_of(refusals, "a.xlsx", Kind.CALLBACKS).decode("utf-8-sig")
