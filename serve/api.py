"""The routes under /api/v1: each takes a request apart, asks the desk, and answers."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from io import BytesIO
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from desk.access.person import Person
from desk.intake import Intake
from desk.score_table import SheetKind, write_scores
from desk.scored import Scored
from hotline.lifecycle import EventType
from hotline.policy import Action
from serve.access import allowed
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
from serve.needs import Callers, Log, Now, Seen, Service, Together, Turn, WayIn, WhichOrder, Writing
from serve.open_desk import InService
from serve.refusals import NotGranted
from serve.schemas import (
    CallbacksIn,
    EventIn,
    EventsIn,
    ExportQuery,
    OrderIn,
    ScoreIn,
    ScoreQuery,
    WorklistQuery,
)
from serve.seen_orders import SeenOrders
from store.predictions import Cause

Responses = dict[int | str, dict[str, Any]]
INVALID: Responses = {422: {"model": ErrorOut, "description": "a value cannot be taken"}}
UNKNOWN: Responses = {404: {"model": ErrorOut, "description": "no such order"}}
CONTRADICTION: Responses = {
    409: {"model": ErrorOut, "description": "recorded already, or the key was used, with other content"}
}
UNREADABLE: Responses = {400: {"model": ErrorOut, "description": "the body cannot be read at all"}}
TOO_LARGE: Responses = {413: {"model": ErrorOut, "description": "the body is larger than 1 MiB"}}
UNAVAILABLE: Responses = {503: {"model": ErrorOut, "description": "no champion, or no database"}}
_WRITES = UNREADABLE | CONTRADICTION | TOO_LARGE | INVALID | UNAVAILABLE
_SHEETS: Responses = {
    200: {"content": {kind.media_type: {} for kind in SheetKind}, "description": "the sheet"}
}

CLOSED: Responses = {
    401: {"model": ErrorOut, "description": "no valid key or session came with the request"},
    403: {"model": ErrorOut, "description": "the role or the scope does not allow it"},
    429: {"model": ErrorOut, "description": "too many requests; see Retry-After"},
}

api = APIRouter(prefix="/api/v1", responses=CLOSED)

MayScoreGiven = Annotated[Person, allowed(Action.SCORE_GIVEN)]
MayWriteOrders = Annotated[Person, allowed(Action.WRITE_ORDER)]
MayWriteEvents = Annotated[Person, allowed(Action.WRITE_EVENT)]
MayWriteCallbacks = Annotated[Person, allowed(Action.WRITE_CALLBACK)]
MayReadScores = Annotated[Person, allowed(Action.READ_SCORE)]
MayReadWorklist = Annotated[Person, allowed(Action.READ_WORKLIST)]
MayExport = Annotated[Person, allowed(Action.EXPORT_WORKLIST)]
MayReadModel = Annotated[Person, allowed(Action.READ_MODEL)]


@api.post("/scores", response_model=ScoreOut, responses=UNREADABLE | TOO_LARGE | INVALID | UNAVAILABLE)
def score_given(
    who: MayScoreGiven,
    body: ScoreIn,
    seen: Seen,
    service: Service,
    way_in: WayIn,
    callers: Callers,
    log: Log,
    now: Now,
    turn: Turn,
) -> Response:
    """Score an order as it is given. It is not kept; the score is logged."""
    order, at = body.to_order(callers.of), body.at or now
    seen.given(who, order)
    way_in.check(order, at)
    with turn:
        scored = service.scorer.score_given(order, at, body.reasons)
    log.add(service.store, scored, now, Cause.GIVEN)
    return score_answer(scored.predictions[0])


@api.post("/orders", status_code=201, responses={200: {"model": OrderWritten}, **_WRITES})
def add_order(who: MayWriteOrders, body: OrderIn, seen: Seen, writing: Writing) -> OrderWritten:
    """Keep an order, with what has happened so far. Sent again with other content, it is revised."""
    seen.given(who, body.to_order(writing.callers.of, writing.now))
    _check_archiving(who, body.events)

    def write(way_in: Intake, received: datetime) -> tuple[int, OrderWritten]:
        status = way_in.add_order(body.to_order(writing.callers.of, received), received)
        return 201 if status == "created" else 200, OrderWritten(order_id=body.order_id, status=status)

    return writing.answered(OrderWritten, write)


@api.post("/orders/{order_id:path}/events", status_code=201, responses=UNKNOWN | _WRITES)
def add_events(
    who: MayWriteEvents, order_id: WhichOrder, body: EventsIn, seen: Seen, writing: Writing
) -> EventsWritten:
    """Keep one event of an order, or a list of them. They are in the very next score."""
    seen.order(who, order_id)
    _check_archiving(who, body)

    def write(way_in: Intake, received: datetime) -> tuple[int, EventsWritten]:
        events = [event.to_event(received) for event in body]
        new = way_in.add_events(order_id, events, received)
        return 201, EventsWritten.of(order_id, len(body), new, received)

    return writing.answered(EventsWritten, write)


def _check_archiving(who: Person, events: Sequence[EventIn]) -> None:
    """NotGranted where someone puts an order away whose callback is not theirs to await."""
    if any(event.type == EventType.ARCHIVED for event in events) and not who.may(Action.ARCHIVE):
        raise NotGranted


@api.post("/orders/{order_id:path}/callbacks", status_code=201, responses=UNKNOWN | _WRITES)
def add_callbacks(
    who: MayWriteCallbacks, order_id: WhichOrder, body: CallbacksIn, seen: Seen, writing: Writing
) -> EventsWritten:
    """Keep one official callback of an order, or a list of them."""
    seen.order(who, order_id)

    def write(way_in: Intake, received: datetime) -> tuple[int, EventsWritten]:
        callbacks = [callback.to_callback(received) for callback in body]
        new = way_in.add_callbacks(order_id, callbacks, received)
        return 201, EventsWritten.of(order_id, len(body), new, received)

    return writing.answered(EventsWritten, write)


@api.get("/orders/{order_id:path}/score", response_model=ScoreOut, responses=UNKNOWN | INVALID | UNAVAILABLE)
async def score(
    who: MayReadScores,
    order_id: WhichOrder,
    asked: Annotated[ScoreQuery, Query()],
    seen: Seen,
    service: Service,
    together: Together,
) -> Response:
    """Score an order of the store at any moment of its life. The score is logged."""
    check = partial(seen.order, who, order_id)
    return score_answer(await together.score(service, order_id, asked.at, asked.reasons, check))


@api.get("/orders/{order_id:path}/course", responses=UNKNOWN | INVALID | UNAVAILABLE)
def course(who: MayReadScores, order_id: WhichOrder, seen: Seen, way_in: WayIn) -> CourseOut:
    """The risk's course over an order's life: every logged score, oldest moment first."""
    seen.order(who, order_id)
    return CourseOut.of(order_id, way_in.logged_scores(order_id))


@api.get("/worklist", response_model=WorklistOut, responses=INVALID | UNAVAILABLE)
def worklist(
    who: MayReadWorklist, asked: Annotated[WorklistQuery, Query()], seen: Seen, service: Service, now: Now
) -> Response:
    """Your open orders, the riskiest first; as of a minute ago at most. Looking at the list logs no scores."""
    total, matching = _your_open_orders(who, asked, seen, service, now)
    shown = matching.take(range(min(asked.limit, len(matching))))
    told = service.scorer.explained(shown) if asked.reasons else shown
    seen.about(prediction.order_id for prediction in told.predictions)
    return worklist_answer(asked.at or now, total, len(matching), told.predictions)


@api.get("/worklist/export", response_class=Response, responses=_SHEETS | INVALID | UNAVAILABLE)
def export_worklist(
    who: MayExport, asked: Annotated[ExportQuery, Query()], seen: Seen, service: Service, now: Now
) -> Response:
    """All your open orders of the band asked for as a sheet in Chinese, the riskiest first."""
    _, matching = _your_open_orders(who, asked, seen, service, now)
    seen.about(prediction.order_id for prediction in matching.predictions)
    sheet = BytesIO()
    write_scores(service.scorer.explained(matching).predictions, asked.format, sheet)
    name = f'attachment; filename="worklist.{asked.format}"'
    return Response(
        sheet.getvalue(), media_type=asked.format.media_type, headers={"Content-Disposition": name}
    )


def _your_open_orders(
    who: Person, asked: WorklistQuery | ExportQuery, seen: SeenOrders, service: InService, now: datetime
) -> tuple[int, Scored]:
    """How many open orders are within reach, and those of the band asked for, the riskiest first."""
    found = service.scorer.score_open(asked.at, with_reasons=False) if asked.at else service.worklist.now(now)
    own = {prediction.order_id for prediction in seen.own(who, found.predictions)}
    yours = [row for row, prediction in enumerate(found.predictions) if prediction.order_id in own]
    rows = [row for row in yours if asked.band in (None, found.predictions[row].band)]
    return len(yours), found.take(rows)


@api.get("/model", responses=UNAVAILABLE)
def model(who: MayReadModel, service: Service) -> ModelOut:
    """The model in service, what it learnt from, and how well it did on later orders."""
    return ModelOut.of(service.scorer.champion)
