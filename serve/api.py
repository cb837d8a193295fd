"""The routes under /api/v1: each takes a request apart, asks the desk, and answers."""

from io import BytesIO
from typing import Annotated, Any

from fastapi import APIRouter, BackgroundTasks, Query, Response

from desk.score_table import SheetKind, write_scores
from desk.scored import Scored
from serve.answers import (
    CourseOut,
    EventsWritten,
    ModelOut,
    OrderWritten,
    ScoreOut,
    WorklistOut,
    score_answer,
    worklist_answer,
)
from serve.errors import ErrorOut
from serve.needs import Callers, Desk, Log, Now, Service, Turn, WayIn, WhichOrder
from serve.schemas import CallbacksIn, EventsIn, ExportQuery, OrderIn, ScoreIn, ScoreQuery, WorklistQuery
from store.predictions import Cause

Responses = dict[int | str, dict[str, Any]]
_INVALID: Responses = {422: {"model": ErrorOut, "description": "a value cannot be taken"}}
_UNKNOWN: Responses = {404: {"model": ErrorOut, "description": "no such order"}}
_CONTRADICTION: Responses = {409: {"model": ErrorOut, "description": "recorded already, with other content"}}
_TOO_LARGE: Responses = {413: {"model": ErrorOut, "description": "the body is larger than 1 MiB"}}
_UNAVAILABLE: Responses = {503: {"model": ErrorOut, "description": "no champion, or no database"}}
_SHEETS: Responses = {
    200: {"content": {kind.media_type: {} for kind in SheetKind}, "description": "the sheet"}
}
_WRITES = _CONTRADICTION | _TOO_LARGE | _INVALID | _UNAVAILABLE

api = APIRouter(prefix="/api/v1")


@api.post("/scores", response_model=ScoreOut, responses=_TOO_LARGE | _INVALID | _UNAVAILABLE)
async def score_given(
    body: ScoreIn, service: Service, way_in: WayIn, callers: Callers, log: Log, now: Now, turn: Turn
) -> Response:
    """Score an order as it is given. It is not kept; the score is logged."""

    def scored() -> Scored:
        order, at = body.to_order(callers.of), body.at or now
        way_in.check(order, at)
        return service.scorer.score_given(order, at, body.reasons)

    found = await turn.take(scored)
    log.add(service.store, found, now, Cause.GIVEN)
    return score_answer(found.predictions[0])


@api.post("/orders", status_code=201, responses={200: {"model": OrderWritten}, **_WRITES})
def add_order(
    body: OrderIn,
    way_in: WayIn,
    callers: Callers,
    now: Now,
    response: Response,
    desk: Desk,
    after: BackgroundTasks,
) -> OrderWritten:
    """Keep an order, with what has happened so far. Sent again with other content, it is revised."""
    status = way_in.add_order(body.to_order(callers.of, now), now)
    after.add_task(desk.notice)
    response.status_code = 201 if status == "created" else 200
    return OrderWritten(order_id=body.order_id, status=status)


@api.post("/orders/{order_id:path}/events", status_code=201, responses=_UNKNOWN | _WRITES)
def add_events(
    order_id: WhichOrder, body: EventsIn, way_in: WayIn, now: Now, desk: Desk, after: BackgroundTasks
) -> EventsWritten:
    """Keep one event of an order, or a list of them. They are in the very next score."""
    new = way_in.add_events(order_id, [event.to_event(now) for event in body], now)
    after.add_task(desk.notice)
    return EventsWritten(order_id=order_id, new=new, unchanged=len(body) - len(new), known_at=now)


@api.post("/orders/{order_id:path}/callbacks", status_code=201, responses=_UNKNOWN | _WRITES)
def add_callbacks(
    order_id: WhichOrder, body: CallbacksIn, way_in: WayIn, now: Now, desk: Desk, after: BackgroundTasks
) -> EventsWritten:
    """Keep one official callback of an order, or a list of them."""
    new = way_in.add_callbacks(order_id, [callback.to_callback(now) for callback in body], now)
    after.add_task(desk.notice)
    return EventsWritten(order_id=order_id, new=new, unchanged=len(body) - len(new), known_at=now)


@api.get(
    "/orders/{order_id:path}/score",
    response_model=ScoreOut,
    responses=_UNKNOWN | _INVALID | _UNAVAILABLE,
)
async def score(
    order_id: WhichOrder,
    asked: Annotated[ScoreQuery, Query()],
    service: Service,
    log: Log,
    now: Now,
    turn: Turn,
) -> Response:
    """Score an order of the store at any moment of its life. The score is logged."""
    found = await turn.take(lambda: service.scorer.score(order_id, asked.at or now, asked.reasons))
    log.add(service.store, found, now)
    return score_answer(found.predictions[0])


@api.get("/orders/{order_id:path}/course", responses=_UNKNOWN | _INVALID | _UNAVAILABLE)
def course(order_id: WhichOrder, way_in: WayIn) -> CourseOut:
    """The risk's course over an order's life: every logged score, oldest moment first."""
    return CourseOut.of(order_id, way_in.logged_scores(order_id))


@api.get("/worklist", response_model=WorklistOut, responses=_INVALID | _UNAVAILABLE)
def worklist(asked: Annotated[WorklistQuery, Query()], service: Service, now: Now) -> Response:
    """Open orders, the riskiest first; as of a minute ago at most. Looking at the list logs nothing."""
    found = service.scorer.score_open(asked.at, with_reasons=False) if asked.at else service.worklist.now(now)
    rows = [row for row, p in enumerate(found.predictions) if asked.band in (None, p.band)]
    shown = found.take(rows[: asked.limit])
    told = service.scorer.explained(shown) if asked.reasons else shown
    return worklist_answer(asked.at or now, len(found.predictions), len(rows), told.predictions)


@api.get("/worklist/export", response_class=Response, responses=_SHEETS | _INVALID | _UNAVAILABLE)
def export_worklist(asked: Annotated[ExportQuery, Query()], service: Service, now: Now) -> Response:
    """All open orders of the band asked for as a sheet in Chinese, the riskiest first."""
    found = service.scorer.score_open(asked.at or now).predictions
    sheet = BytesIO()
    write_scores((p for p in found if asked.band in (None, p.band)), asked.format, sheet)
    name = f'attachment; filename="worklist.{asked.format}"'
    return Response(
        sheet.getvalue(), media_type=asked.format.media_type, headers={"Content-Disposition": name}
    )


@api.get("/model", responses=_UNAVAILABLE)
def model(service: Service) -> ModelOut:
    """The model in service, what it learnt from, and how well it did on later orders."""
    return ModelOut.of(service.scorer.champion)
