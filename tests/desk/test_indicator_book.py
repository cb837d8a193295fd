"""The Excel book holds the report's own figures, in plain Chinese, and nothing that a spreadsheet would run."""

from dataclasses import replace
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from openpyxl import load_workbook

from desk.indicator_book import write_report
from desk.indicator_json import report_json
from desk.indicator_report import Asked, IndicatorReport, report_of, without_people
from desk.rehearsal import Part
from features.arrays import Floats, Mask
from features.chronicle import Chronicle
from features.frame import OrderFrame
from hotline.indicators import Indicator, IndicatorRules
from tests.builders import Records, a_callback, a_community, an_event, an_order, at

RULES = IndicatorRules(least=5)
_SHEETS = ["总览", "趋势", "街镇", "企业", "小区", "项目经理", "预测", "结构性原因", "口径说明"]


def _ask(frame: OrderFrame) -> tuple[Floats, Mask]:
    return np.tile([0.3, 0.1, 0.1, 0.5], (len(frame), 1)), np.zeros(len(frame), dtype=bool)


def _district() -> Records:
    records = a_community("东园", has_assembly=0.0)
    for number in range(30):
        name, where = f"A{number:02d}", "东园" if number % 2 else "=西园"
        fields = {"community": where, "street": "花木街道", "company": "锦物业", "manager": "王芳"}
        records += an_order(name, at(number / 10), kind="维修" if number % 3 else "物业投诉", **fields)
        records += an_event(name, "closed", at(3 if number < 20 else 8), verdict="resolved")
        if number < 20:
            records += a_callback(name, at(5 + number / 10), number % 4, solved=1.0)
    blocked = {"category": "电梯", "community": "东园", "street": "花木街道"}
    return records + an_order("lift", at(1), **blocked)


@pytest.fixture(scope="module")
def report() -> IndicatorReport:
    log = _district().log()
    part = Part(Chronicle.of(log), _ask)
    return report_of([part], log.communities, Asked(at(9), at(-12), at(17)), RULES, with_forecast=True)


def _read(report: IndicatorReport) -> dict[str, list[tuple[Any, ...]]]:
    into = BytesIO()
    write_report(report, into)
    book = load_workbook(BytesIO(into.getvalue()))
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}


def test_the_book_has_the_sheets_of_a_monthly_report(report: IndicatorReport) -> None:
    assert list(_read(report)) == _SHEETS


def test_the_overview_holds_the_figures_and_targets(report: IndicatorReport) -> None:
    rows = _read(report)["总览"]
    assert rows[1][:2] == ("期间", "2026-04-01 至 2026-04-30") and rows[2][:2] == (
        "查询时点",
        "2026-04-22 10:00",
    )
    line = next(row for row in rows if row[:2] == ("满意率", "全部"))
    assert line[2:4] == (20, pytest.approx(5 * (0 + 0.6 + 0.8 + 1) / 20))
    assert line[7:9] == ("低于目标", 0.93)
    assert any(row[:6] == ("满意率计数", "全部", 5, 5, 5, 5) for row in rows)
    assert any("办结30轮" in str(row[0]) and "已回访20轮" in str(row[0]) for row in rows)


def test_units_have_the_same_cells_as_the_report(report: IndicatorReport) -> None:
    head, *rows = _read(report)["小区"]
    assert head[:3] == ("小区", "类型", "街镇")
    place = head.index("满意率·计数")
    told = {
        (row.name.lstrip("'"), row.kind): row.figures[Indicator.SATISFACTION]
        for row in report.figures.units["community"]
    }
    assert len(rows) == len(told)
    for row in rows:
        figure = told[row[0].lstrip("'"), row[1]]
        assert row[place : place + 2] == (
            figure.counted,
            pytest.approx(figure.value) if figure.value else figure.value,
        )
        assert row[place + 5] == figure.label.zh and row[2] == "花木街道"


def test_a_name_that_looks_like_a_formula_is_no_formula(report: IndicatorReport) -> None:
    assert {row[0] for row in _read(report)["小区"][1:]} == {"'=西园", "东园"}


def test_the_forecast_lists_the_orders_within_reach(report: IndicatorReport) -> None:
    rows, forecast = _read(report)["预测"], report.forecast
    assert forecast is not None and forecast.turns
    start = next(number for number, row in enumerate(rows) if row[0] == "工单编号")
    listed = rows[start + 1 :]
    assert [row[0] for row in listed] == [turn.order_id for turn in forecast.turns]
    assert [row[6] for row in listed] == pytest.approx([turn.gain for turn in forecast.turns])
    assert any("区间较宽" in str(row[0]) for row in rows)


def test_what_is_blocked_is_told_with_since_when(report: IndicatorReport) -> None:
    assert _read(report)["结构性原因"][1][:4] == ("花木街道", "东园", 1, "1件，最早2026-04-14")


def test_formulas_and_settings_stand_in_words(report: IndicatorReport) -> None:
    said = dict(row[:2] for row in _read(report)["口径说明"])
    assert "目标93.0%" in said["满意率"] and said["数量不足"] == "计数不足5的不列数值。"
    other = replace(
        report, figures=replace(report.figures, rules=replace(RULES, weights=(0.0, 0.5, 0.8, 1.0)))
    )
    assert "一般0.5" in dict(row[:2] for row in _read(other)["口径说明"])["满意率权重"]


def test_without_a_model_the_sheet_says_so(report: IndicatorReport) -> None:
    assert "没有可用的模型" in str(_read(replace(report, forecast=None))["预测"][0][0])


def test_whoever_meets_no_order_reads_neither_managers_nor_orders(report: IndicatorReport) -> None:
    told = without_people(report)
    assert "王芳" in str(_read(report)) and "A25" in str(_read(report))
    for said in (str(_read(told)), str(report_json(told))):
        assert "王芳" not in said and "A25" not in said and "锦物业" in said
    assert "项目经理" not in _read(told)


def test_the_json_says_the_same(report: IndicatorReport) -> None:
    told = report_json(report)
    assert told["from"] == "2026-04-01T10:00:00+08:00" and told["as_of"] == "2026-04-22T10:00:00+08:00"
    figure = next(r for r in told["total"] if r["kind"] == "全部")["figures"]["satisfaction"]
    assert figure["counted"] == 20 and figure["label_zh"] == "低于目标"
    assert told["structural_causes"][0]["no_assembly"] == {"orders": 1, "since": "2026-04-14T10:00:00+08:00"}
    assert told["settings"]["weights"] == {"不满意": 0.0, "一般": 0.6, "基本满意": 0.8, "满意": 1.0}
    assert told["forecast"]["within_reach"] == len(told["forecast"]["turns"]) > 0
