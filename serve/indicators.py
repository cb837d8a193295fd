"""The routes of the indicators: figures of whatever lies within one's scope."""

from dataclasses import replace
from datetime import datetime
from io import BytesIO
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import ConfigDict, Field

from desk.access.person import Person
from desk.answers import finite
from desk.indicator_book import file_name, write_report
from desk.indicator_facts import UNITS
from desk.indicator_json import MOST_TURNS, report_json
from desk.indicator_report import Asked, IndicatorReport, report_of, without_people
from desk.indicator_source import from_service, from_store
from desk.score_table import SheetKind
from hotline.calendar import to_micros
from hotline.policy import Action
from serve.access import allowed
from serve.api import CLOSED, INVALID, UNAVAILABLE, Responses
from serve.errors import Unavailable
from serve.needs import Desk, Now, Seen
from serve.open_desk import OpenDesk
from serve.schemas import Body
from serve.seen_orders import SeenOrders
from serve.words import AskedMoment

indicators = APIRouter(prefix="/api/v1", responses=CLOSED)
MayReadIndicators = Annotated[Person, allowed(Action.READ_INDICATORS)]
_BOOK: Responses = {200: {"content": {SheetKind.XLSX.media_type: {}}, "description": "the book"}}


class PeriodQuery(Body):
    """Which period, and as known when."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    begin: AskedMoment | None = Field(
        None, alias="from", description="begin of the period; by default of the month of `at`"
    )
    end: AskedMoment | None = Field(
        None, alias="to", description="its end, itself left out; by default the end of the month of `from`"
    )
    at: AskedMoment | None = Field(None, description="as known at this moment; now by default")
    forecast: bool = Field(True, description="whether to foresee the month; without, the answer comes sooner")

    def asked(self, who: Person, now: datetime) -> Asked:
        """The same as the desk asks, within this person's scope."""
        begin, end = (to_micros(moment) if moment else None for moment in (self.begin, self.end))
        return replace(Asked.at(to_micros(self.at or now), begin, end), scope=who.scope)


class IndicatorsQuery(PeriodQuery):
    """Which period, which units and which kind."""

    by: Literal["street", "company", "community", "manager"] | None = Field(
        None, description="only this unit; all by default"
    )
    kind: Literal["维修", "投诉"] | None = Field(
        None, description="only this kind; all, and each apart, by default"
    )


@indicators.get("/indicators", responses=INVALID | UNAVAILABLE)
def read_indicators(
    who: MayReadIndicators,
    query: Annotated[IndicatorsQuery, Query()],
    request: Request,
    desk: Desk,
    seen: Seen,
    now: Now,
) -> Response:
    """The four indicators of your orders, this month's forecast, and what is structurally blocked."""
    asked = query.asked(who, now)
    asked = replace(
        asked, units=(query.by,) if query.by else UNITS, kinds=(query.kind,) if query.kind else asked.kinds
    )
    report = report_for(who, asked, query, desk, request.app.state.indicator_rules)
    report = with_own_orders(report, who, seen, MOST_TURNS)
    return JSONResponse(finite(report_json(report)))


@indicators.get("/indicators/export", response_class=Response, responses=_BOOK | INVALID | UNAVAILABLE)
def export_indicators(
    who: MayReadIndicators,
    query: Annotated[PeriodQuery, Query()],
    request: Request,
    desk: Desk,
    seen: Seen,
    now: Now,
) -> Response:
    """The same as an Excel book in the shape of a monthly report, in Chinese."""
    report = report_for(who, query.asked(who, now), query, desk, request.app.state.indicator_rules)
    report = with_own_orders(report, who, seen)
    book = BytesIO()
    write_report(report, book)
    name = f'attachment; filename="{file_name(report)}"'
    return Response(
        book.getvalue(), media_type=SheetKind.XLSX.media_type, headers={"Content-Disposition": name}
    )


def report_for(who: Person, asked: Asked, query: PeriodQuery, desk: OpenDesk, rules: Any) -> IndicatorReport:
    """The report; whoever meets no order is told of no manager and no order. Without a model: no forecast."""
    try:
        service = desk.in_service()
    except Unavailable:
        parts, communities = from_store(desk.store, None, asked.as_of)
        with_forecast = False
    else:
        model = service.scorer.champion.model
        source = (
            from_service(service.scorer)
            if query.at is None
            else from_store(service.store, model, asked.as_of)
        )
        parts, communities = source
        with_forecast = query.forecast
    report = report_of(parts, communities, asked, rules, with_forecast)
    return report if who.may(Action.READ_WORKLIST) else without_people(report)


def with_own_orders(
    report: IndicatorReport, who: Person, seen: SeenOrders, most: int | None = None
) -> IndicatorReport:
    """The first orders to be turned that are within reach now, whoever had them at the moment; they are noted."""
    if report.forecast is None:
        return report
    turns = report.forecast.turns[:most]
    own = seen.reached(who, [turn.order_id for turn in turns])
    kept = tuple(turn for turn in turns if turn.order_id in own)
    return replace(report, forecast=replace(report.forecast, turns=kept))
