"""四项指标: this month's figures beside their targets, with their uncertainty; the forecast and the causes on demand."""

from dataclasses import replace
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import Field

from desk.board.forecasting import asked_first
from desk.indicator_report import IndicatorReport
from desk.indicator_words import (
    SHOWN,
    UNIT_ZH,
    forecast_sentences,
    lag_sentences,
    percent,
    settings_lines,
    since,
)
from desk.indicators import ALL_KINDS
from desk.situations import situations
from hotline.calendar import from_micros
from hotline.indicators import Indicator, IndicatorRules
from hotline.policy import Action
from serve.errors import Unavailable
from serve.indicators import MayReadIndicators, PeriodQuery, report_for, with_own_orders
from serve.needs import Desk, Now, Seen
from serve.open_desk import OpenDesk
from serve.web.kept_forecasts import KeptForecasts
from serve.web.rendering import page
from serve.web.shown import short_of
from serve.web.trend_chart import Point, Trend, trend_of

board_pages = APIRouter(include_in_schema=False)
HERE = "/board"
#: So many orders to be turned are listed.
_TURNS = 20
#: Orders that a call would turn less often than this are not worth a line.
_LEAST_GAIN = 0.005
#: With so many orders a forecast takes two or three seconds; with more it is made when somebody asks.
_QUICK = 30_000
Unit = Literal["street", "company", "community", "manager"]


class BoardQuery(PeriodQuery):
    """Which month, by which unit; the forecast is asked for, because it takes a while."""

    forecast: bool = Field(False)
    by: Unit = "street"

    @property
    def is_of_now(self) -> bool:
        """Whether this month is asked about, as it stands now."""
        return self.begin is self.end is self.at is None


@board_pages.get(HERE)
def board_page(
    who: MayReadIndicators,
    request: Request,
    query: Annotated[BoardQuery, Query()],
    desk: Desk,
    seen: Seen,
    now: Now,
) -> Response:
    """The indicators of one's orders."""
    rules = request.app.state.indicator_rules
    asked = replace(query.asked(who, now), units=(query.by,))
    kept: KeptForecasts = request.app.state.kept_forecasts
    forecast = None if query.forecast or not query.is_of_now else kept.of(who, now)
    make_one = query.is_of_now and forecast is None and _is_quick(desk)
    report = report_for(
        who, asked, query.model_copy(update={"forecast": query.forecast or make_one}), desk, rules
    )
    if forecast is not None:
        report = replace(report, forecast=forecast)
    elif report.forecast is not None and query.is_of_now:
        kept.keep(who, report.forecast)
    report = with_own_orders(report, who, seen, _TURNS)
    turns = report.forecast.turns if report.forecast else ()
    turns = tuple(turn for turn in turns if turn.gain >= _LEAST_GAIN)
    if who.may(Action.FORECAST):
        about = situations(desk.store, [turn.order_id for turn in turns], now)
        hidden = asked_first(desk.store, about.values(), now)
        turns = tuple(turn for turn in turns if turn.order_id not in hidden)
    figures = report.figures
    return page(
        request,
        who,
        "board.html",
        here=HERE,
        report=report,
        figures=figures,
        targets=rules.targets,
        shown=SHOWN,
        trends=[(name, _trend(report, name, rules)) for name in SHOWN],
        whole=next(row for row in figures.total if row.kind == ALL_KINDS),
        kinds=[row for row in figures.total if row.kind != ALL_KINDS],
        rows=[row for row in figures.units.get(query.by, ()) if row.kind == ALL_KINDS],
        by=query.by,
        units={unit: zh for unit, zh in UNIT_ZH.items()},
        lag=list(lag_sentences(report.lag)),
        foreseen=list(forecast_sentences(report.forecast, rules)) if report.forecast else [],
        turns=turns,
        with_forecast=query.forecast or make_one,
        settings=list(settings_lines(rules)),
        percent=percent,
        since=since,
        short_of=short_of,
        now=now,
    )


def _is_quick(desk: OpenDesk) -> bool:
    """Whether a forecast takes no longer than a page may."""
    try:
        scorer = desk.in_service().scorer
    except Unavailable:
        return False
    return len(scorer.lookout.look().base.chronicle.order_ids) <= _QUICK


def _trend(report: IndicatorReport, name: Indicator, rules: IndicatorRules) -> Trend | None:
    points = [
        Point(
            f"{from_micros(month.begin):%m}月".lstrip("0"),
            month.figures[name].value,
            month.figures[name].low or 0.0,
            month.figures[name].high or 0.0,
            not month.is_over,
        )
        for month in report.trend
    ]
    return trend_of(name.zh, points, rules.targets.get(name))
