"""The report as an Excel book in the shape of a monthly report, in plain Chinese."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, BinaryIO

from desk.indicator_report import IndicatorReport
from desk.indicator_words import (
    SHOWN,
    UNIT_ZH,
    day,
    forecast_sentences,
    lag_sentences,
    moment,
    settings_lines,
    since,
)
from desk.indicators import Figure, Row
from desk.month_forecast import MonthForecast
from desk.score_table import plain_word
from hotline.calendar import from_micros
from hotline.indicators import Indicator, IndicatorRules
from hotline.satisfaction import LEVELS_ZH

if TYPE_CHECKING:
    from openpyxl import Workbook

#: Shown as a percentage.
_SHARE = "0.0%"
_EACH = ("计数", "数值", "参考值", "区间下限", "区间上限", "对照目标")
_TURN_HEADERS = ("工单编号", "小区", "项目经理", "阶段", "月内有评价的可能", "预计失分", "可挽回的分数")
_BLOCKED_HEADERS = ("街镇", "小区", "受阻工单", "无业主大会", "未开通维修资金账户", "等待维修资金审批")
Cell = str | int | float | None


def write_report(report: IndicatorReport, into: BinaryIO) -> None:
    """Write the book: 总览, 趋势, the units asked for, 预测, 结构性原因, 口径说明; nothing in it is ranked."""
    from openpyxl import Workbook

    rules = report.figures.rules
    book = Workbook(write_only=True)
    _sheet(book, "总览", (14, 9), _overview(report), headed=False)
    _sheet(book, "趋势", (10, 10), _trend(report))
    for unit, rows in report.figures.units.items():
        widths = (22, 9, 14) if unit == "community" else (22, 9)
        _sheet(book, UNIT_ZH[unit], widths, _unit_rows(unit, rows))
    _sheet(book, "预测", (26, 18, 14, 12, 16, 12, 14), _forecast(report.forecast, rules), headed=False)
    _sheet(book, "结构性原因", (14, 20, 10, 26, 26, 26), _blocked(report))
    _sheet(book, "口径说明", (24, 110), ([name, text] for name, text in settings_lines(rules)), headed=False)
    book.save(into)


def _sheet(
    book: "Workbook", name: str, widths: Sequence[int], rows: Iterable[Sequence[Cell]], headed: bool = True
) -> None:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.utils import get_column_letter

    sheet = book.create_sheet(name)
    for number, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    if headed:
        sheet.freeze_panes = "C2"
    for row in rows:
        cells = []
        for value in row:
            cell = WriteOnlyCell(sheet, plain_word(value) if isinstance(value, str) else value)
            if isinstance(value, float):
                cell.number_format = _SHARE
            cells.append(cell)
        sheet.append(cells)


def _overview(report: IndicatorReport) -> Iterator[list[Cell]]:
    figures = report.figures
    yield ["物业维修热线工单指标"]
    yield ["期间", f"{day(figures.begin)} 至 {day(figures.end - 1)}"]
    yield ["查询时点", moment(figures.as_of)]
    yield ["范围", figures.scope_zh]
    yield []
    yield ["指标", "类型", *_EACH, "目标"]
    for row in figures.total:
        for indicator in SHOWN:
            target = figures.rules.targets.get(indicator)
            yield [indicator.zh, row.kind, *_cells(row.figures[indicator]), target]
    yield []
    yield ["评价", "类型", *LEVELS_ZH]
    for row in figures.total:
        yield ["满意率计数", row.kind, *row.figures[Indicator.SATISFACTION].levels]
    yield []
    for sentence in lag_sentences(report.lag):
        yield [sentence]
    yield ["办结周（周一）", "办结", "已回访", "有评价", "应有回访已到", "是否完整"]
    for week in report.lag.weeks:
        lag = week.lag
        ripe = "完整" if lag.is_ripe else "尚不完整"
        yield [f"{week.monday:%Y-%m-%d}", lag.closed, lag.called, lag.rated, lag.expected, ripe]


def _trend(report: IndicatorReport) -> Iterator[list[Cell]]:
    yield ["月份", "是否完整", *(f"{indicator.zh}·{what}" for indicator in SHOWN for what in _EACH)]
    for month in report.trend:
        cells = (cell for indicator in SHOWN for cell in _cells(month.figures[indicator]))
        yield [day(month.begin)[:7], "完整" if month.is_over else "本月未完", *cells]


def _unit_rows(unit: str, rows: Sequence[Row]) -> Iterator[list[Cell]]:
    is_community = unit == "community"
    heads = [f"{indicator.zh}·{what}" for indicator in SHOWN for what in _EACH]
    yield [UNIT_ZH[unit], "类型", *(["街镇"] if is_community else []), *heads]
    for row in rows:
        cells = (cell for indicator in SHOWN for cell in _cells(row.figures[indicator]))
        yield [row.name, row.kind, *([row.within] if is_community else []), *cells]


def _cells(figure: Figure) -> list[Cell]:
    return [figure.counted, figure.value, figure.drawn, figure.low, figure.high, figure.label.zh]


def _forecast(forecast: MonthForecast | None, rules: IndicatorRules) -> Iterator[list[Cell]]:
    if forecast is None:
        yield ["未作预测：没有可用的模型（先训练并上线一个），或未要求预测。"]
        return
    for sentence in forecast_sentences(forecast, rules):
        yield [sentence]
    yield []
    yield list(_TURN_HEADERS)
    for turn in forecast.turns:
        stage = "待回访" if turn.is_closed else "在办"
        where = (turn.order_id, turn.community, turn.manager, stage)
        yield [*where, turn.chance, turn.loss, turn.gain]


def _blocked(report: IndicatorReport) -> Iterator[list[Cell]]:
    yield list(_BLOCKED_HEADERS)
    for blocked in report.blocked:
        causes = (since(cause) for cause in (blocked.no_assembly, blocked.no_account, blocked.awaiting_fund))
        yield [blocked.street, blocked.community, blocked.orders, *causes]


def file_name(report: IndicatorReport) -> str:
    """A name for the book that every system can keep."""
    return f"indicators-{from_micros(report.figures.begin):%Y%m%d}.xlsx"
