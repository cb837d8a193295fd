"""The report as one JSON object: the same from the command line and over HTTP."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from desk.indicator_report import IndicatorReport
from desk.indicators import Figure, Row
from desk.label_lag import LabelLag
from desk.month_forecast import MonthForecast
from desk.structural_causes import Blocked, Cause
from hotline.calendar import from_micros
from hotline.indicators import Indicator, IndicatorRules, formulas_zh
from hotline.satisfaction import LEVELS_ZH

#: So many orders to be turned are listed.
MOST_TURNS = 200


def report_json(report: IndicatorReport) -> dict[str, Any]:
    """The whole report; shares from 0 to 1, times with the offset of Shanghai."""
    figures = report.figures
    return {
        "from": _time(figures.begin),
        "to": _time(figures.end),
        "as_of": _time(figures.as_of),
        "scope": figures.scope_zh,
        "total": [_row(row) for row in figures.total],
        "units": {unit: [_row(row) for row in rows] for unit, rows in figures.units.items()},
        "trend": [
            {"month": _time(month.begin)[:7], "is_over": month.is_over, "figures": _figures(month.figures)}
            for month in report.trend
        ],
        "label_lag": _lag(report.lag),
        "forecast": _forecast(report.forecast) if report.forecast else None,
        "structural_causes": [_blocked(blocked) for blocked in report.blocked],
        "settings": settings_json(figures.rules),
    }


def settings_json(rules: IndicatorRules) -> dict[str, Any]:
    """The settings in force, and the formulas in words."""
    told = asdict(rules)
    return told | {
        "weights": dict(zip(LEVELS_ZH, rules.weights, strict=True)),
        "targets": {indicator.value: target for indicator, target in rules.targets.items()},
        "formulas": {indicator.value: text for indicator, text in formulas_zh(rules).items()},
    }


def _row(row: Row) -> dict[str, Any]:
    return {
        "name": row.name,
        "kind": row.kind,
        "street": row.within,
        "figures": _figures(row.figures),
    }


def _figures(figures: Mapping[Indicator, Figure]) -> dict[str, Any]:
    return {
        indicator.value: asdict(figure) | {"label": figure.label.value, "label_zh": figure.label.zh}
        for indicator, figure in figures.items()
    }


def _lag(lag: LabelLag) -> dict[str, Any]:
    weeks = [{"monday": week.monday.isoformat(), **asdict(week.lag)} for week in lag.weeks]
    return {**asdict(lag.whole), "median_days": lag.median_days, "most_days": lag.most_days, "weeks": weeks}


def _forecast(forecast: MonthForecast) -> dict[str, Any]:
    times = {name: _time(getattr(forecast, name)) for name in ("begin", "end", "as_of")}
    told = asdict(forecast) | times
    return told | {"turns": told["turns"][:MOST_TURNS], "is_out_of_reach": forecast.is_out_of_reach}


def _blocked(blocked: Blocked) -> dict[str, Any]:
    told = asdict(blocked)
    causes = {n: cause for n in told if isinstance(cause := getattr(blocked, n), Cause)}
    since = {
        n: {"orders": c.orders, "since": None if c.since is None else _time(c.since)}
        for n, c in causes.items()
    }
    return told | since


def _time(at: int) -> str:
    return from_micros(at).isoformat()
