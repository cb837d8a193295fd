"""The routes under /api/v1: each takes a request apart, asks the desk, and answers."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from desk.intake import Intake
from serve.answers import EventsWritten, ModelOut, OrderWritten, ScoreOut, WorklistOut
from serve.errors import ErrorOut
from serve.needs import Callers, Log, Now, OnceOnly, Service, WayIn, WhichOrder
from serve.schemas import CallbacksIn, EventsIn, OrderIn, ScoreIn, ScoreQuery, WorklistQuery

Responses = dict[int | str, dict[str, Any]]
_INVALID: Responses = {422: {"model": ErrorOut, "description": "a value cannot be taken"}}
_UNKNOWN: Responses = {404: {"model": ErrorOut, "description": "no such order"}}
_CONTRADICTION: Responses = {
    409: {"model": ErrorOut, "description": "recorded already, or the key was used, with other content"}
}
_UNREADABLE: Responses = {400: {"model": ErrorOut, "description": "the body cannot be read at all"}}
_TOO_LARGE: Responses = {413: {"model": ErrorOut, "description": "the body is larger than 1 MiB"}}
_UNAVAILABLE: Responses = {503: {"model": ErrorOut, "description": "no champion, or no database"}}
_WRITES = _UNREADABLE | _CONTRADICTION | _TOO_LARGE | _INVALID | _UNAVAILABLE

api = APIRouter(prefix="/api/v1")


@api.post("/scores", responses=_UNREADABLE | _TOO_LARGE | _INVALID | _UNAVAILABLE)
def score_given(
    body: ScoreIn, service: Service, way_in: WayIn, callers: Callers, log: Log, now: Now
) -> ScoreOut:
    """Score an order as it is given. It is not kept; the score is logged."""
    order, at = body.to_order(callers.of), body.at or now
    way_in.check(order, at)
    scored = service.scorer.score_given(order, at)
    log.add(service.store, scored, now)
    return ScoreOut.of(scored.predictions[0])


@api.post("/orders", status_code=201, responses={200: {"model": OrderWritten}, **_WRITES})
def add_order(
    body: OrderIn, way_in: WayIn, callers: Callers, now: Now, once: OnceOnly, response: Response
) -> OrderWritten:
    """Keep an order, with what has happened so far. Sent again with other content, it is revised."""

    def write(way_in: Intake) -> tuple[int, OrderWritten]:
        status = way_in.add_order(body.to_order(callers.of, now), now)
        return 201 if status == "created" else 200, OrderWritten(order_id=body.order_id, status=status)

    return once.answered(OrderWritten, way_in, callers, now, response, write)


@api.post("/orders/{order_id:path}/events", status_code=201, responses=_UNKNOWN | _WRITES)
def add_events(
    order_id: WhichOrder,
    body: EventsIn,
    way_in: WayIn,
    callers: Callers,
    now: Now,
    once: OnceOnly,
    response: Response,
) -> EventsWritten:
    """Keep one event of an order, or a list of them. They are in the very next score."""

    def write(way_in: Intake) -> tuple[int, EventsWritten]:
        new = way_in.add_events(order_id, [event.to_event(now) for event in body], now)
        unchanged = len(body) - len(new)
        return 201, EventsWritten(order_id=order_id, new=new, unchanged=unchanged, known_at=now)

    return once.answered(EventsWritten, way_in, callers, now, response, write)


@api.post("/orders/{order_id:path}/callbacks", status_code=201, responses=_UNKNOWN | _WRITES)
def add_callbacks(
    order_id: WhichOrder,
    body: CallbacksIn,
    way_in: WayIn,
    callers: Callers,
    now: Now,
    once: OnceOnly,
    response: Response,
) -> EventsWritten:
    """Keep one official callback of an order, or a list of them."""

    def write(way_in: Intake) -> tuple[int, EventsWritten]:
        new = way_in.add_callbacks(order_id, [callback.to_callback(now) for callback in body], now)
        unchanged = len(body) - len(new)
        return 201, EventsWritten(order_id=order_id, new=new, unchanged=unchanged, known_at=now)

    return once.answered(EventsWritten, way_in, callers, now, response, write)


@api.get("/orders/{order_id:path}/score", responses=_UNKNOWN | _INVALID | _UNAVAILABLE)
def score(
    order_id: WhichOrder, asked: Annotated[ScoreQuery, Query()], service: Service, log: Log, now: Now
) -> ScoreOut:
    """Score an order of the store at any moment of its life. The score is logged."""
    scored = service.scorer.score(order_id, asked.at or now)
    log.add(service.store, scored, now)
    return ScoreOut.of(scored.predictions[0])


@api.get("/worklist", responses=_INVALID | _UNAVAILABLE)
def worklist(asked: Annotated[WorklistQuery, Query()], service: Service, now: Now) -> WorklistOut:
    """Open orders, the riskiest first. Looking at the list logs nothing."""
    at = asked.at or now
    found = service.scorer.score_open(at).predictions
    chosen = [p for p in found if asked.band in (None, p.band)]
    orders = [ScoreOut.of(prediction) for prediction in chosen[: asked.limit]]
    return WorklistOut(as_of=at, total=len(found), matching=len(chosen), orders=orders)


@api.get("/model", responses=_UNAVAILABLE)
def model(service: Service) -> ModelOut:
    """The model in service, what it learnt from, and how well it did on later orders."""
    return ModelOut.of(service.scorer.champion)
