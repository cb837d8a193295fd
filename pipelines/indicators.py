"""The indicators of a period: from the store to a table, one JSON object, or an Excel book."""

import json
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from io import BytesIO
from pathlib import Path

from desk.answers import finite
from desk.indicator_book import write_report
from desk.indicator_facts import UNITS
from desk.indicator_json import report_json
from desk.indicator_report import Asked, IndicatorReport, report_of
from desk.indicator_source import from_store
from desk.indicator_words import (
    SHOWN,
    UNIT_ZH,
    day,
    forecast_sentences,
    interval,
    lag_sentences,
    moment,
    percent,
    settings_lines,
    since,
)
from desk.indicators import Row
from desk.opening import open_store_in_use
from desk.settings import Settings
from hotline.calendar import SHANGHAI, to_micros
from hotline.errors import ArgumentError
from hotline.indicators_file import read_indicator_rules
from hotline.whole_files import write_whole
from models.registry import Registry
from models.satisfaction_model import SatisfactionModel
from pipelines.printing import console


@dataclass(frozen=True)
class Wanted:
    """What the command line asks for: a period (a day or a moment each), a unit, a kind, and a moment."""

    begin: str | None = None
    end: str | None = None
    by: str | None = None
    kind: str | None = None
    at: str | None = None

    def asked(self, with_all_units: bool) -> Asked:
        """The same as the desk asks. ArgumentError, or Refused, with the remedy."""
        as_of = moment_of("--at", self.at) if self.at else to_micros(datetime.now(UTC))
        begin, end = (
            moment_of(name, told) if told else None
            for name, told in (("--from", self.begin), ("--to", self.end))
        )
        asked = Asked.at(as_of, begin, end)
        units = UNITS if with_all_units else (self.by,) if self.by else ()
        return replace(asked, units=units, kinds=(self.kind,) if self.kind else asked.kinds)


def run(settings: Settings, wanted: Wanted, out: Path | None, as_json: bool) -> None:
    """Print the report, or write it into a book."""
    report = read_report(
        settings, wanted.asked(with_all_units=out is not None or (as_json and not wanted.by))
    )
    if out is not None:
        book = BytesIO()
        write_report(report, book)
        write_whole(out, book.getvalue())
    if as_json:
        print(json.dumps(finite(report_json(report)), ensure_ascii=False))
    elif out is not None:
        print(f"wrote {out}")
    else:
        print_report(report)


def read_report(settings: Settings, asked: Asked) -> IndicatorReport:
    """The report of the store that a service would serve; without a champion it holds no forecast."""
    rules = read_indicator_rules(settings.indicators_file)
    store = open_store_in_use(settings)
    try:
        model = champion_of(settings, store.dataset)
        parts, communities = from_store(store, model, asked.as_of)
    finally:
        store.close()
    return report_of(parts, communities, asked, rules, with_forecast=model is not None)


def champion_of(settings: Settings, dataset: str) -> SatisfactionModel | None:
    """The champion, if there is one and it learnt from this data set."""
    registry = Registry(settings.home)
    if registry.champion_mark() is None:
        return None
    model = registry.champion().model
    return model if model.span.dataset == dataset else None


def moment_of(name: str, text: str) -> int:
    """A day (its beginning in Shanghai) or an aware time, microseconds; ArgumentError with the remedy otherwise."""
    try:
        if len(text) == len("2026-10-01"):
            return to_micros(datetime.combine(date.fromisoformat(text), time(0), SHANGHAI))
        return to_micros(datetime.fromisoformat(text))
    except ValueError as error:
        raise ArgumentError(
            f"{name} {text!r} is neither a day nor a time with its zone; "
            "write it like 2026-10-01 or 2026-10-01T09:00+08:00"
        ) from error


def print_report(report: IndicatorReport) -> None:
    """Tables and sentences in plain Chinese."""
    from rich.table import Table

    out, figures = console(), report.figures
    begin, end, as_of = day(figures.begin), day(figures.end - 1), moment(figures.as_of)
    out.print(f"{figures.scope_zh} · {begin} 至 {end} · 查询时点 {as_of}")
    total = Table("指标", "类型", "计数", "数值", "区间", "目标", "对照目标")
    for row in figures.total:
        for indicator in SHOWN:
            figure, target = row.figures[indicator], figures.rules.targets.get(indicator)
            told = (f"{figure.counted:,}", percent(figure.value), interval(figure), percent(target))
            total.add_row(indicator.zh, row.kind, *told, figure.label.zh)
    out.print(total)
    for unit, rows in figures.units.items():
        out.print(_unit_table(unit, rows))
    for sentence in lag_sentences(report.lag):
        out.print(f"· {sentence}")
    if report.forecast:
        for sentence in forecast_sentences(report.forecast, figures.rules):
            out.print(f"· {sentence}")
    else:
        out.print("· 没有可用的模型，不作月度预测。")
    if report.blocked:
        blocked = Table("街镇", "小区", "受阻工单", "无业主大会", "未开通资金账户", "等待资金审批")
        for one in report.blocked:
            causes = (since(cause) for cause in (one.no_assembly, one.no_account, one.awaiting_fund))
            blocked.add_row(one.street or "", one.community or "", f"{one.orders}", *causes)
        out.print(blocked)
    for name, text in settings_lines(figures.rules):
        out.print(f"{name}：{text}")


def _unit_table(unit: str, rows: tuple[Row, ...]) -> object:
    """A line a unit: of each indicator the figure drawn to the level above, its interval and its label."""
    from rich.table import Table

    table = Table(UNIT_ZH[unit], "类型", *(indicator.zh for indicator in SHOWN))
    for row in rows:
        cells = []
        for indicator in SHOWN:
            figure = row.figures[indicator]
            told = f"{percent(figure.drawn)} ({interval(figure)})\n" if figure.drawn is not None else ""
            cells.append(f"{told}{figure.label.zh} n={figure.counted:,}")
        table.add_row(row.name, row.kind, *cells)
    return table
