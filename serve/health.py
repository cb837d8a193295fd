"""Whether the service lives, and whether it can score."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.exc import SQLAlchemyError

from desk.access.person import Person
from hotline.calendar import from_micros
from hotline.policy import Action
from serve.access import allowed, open_to_anyone
from serve.answers import HealthOut, ReadyOut
from serve.api import CLOSED
from serve.errors import ErrorOut, Unavailable
from serve.metrics import Metrics
from serve.needs import Desk, Service
from serve.open_desk import OpenDesk
from serve.rescorer import Rescorer

health = APIRouter()


@health.get("/healthz", dependencies=[Depends(open_to_anyone)])
def healthz() -> HealthOut:
    """The process answers; nothing else is looked at."""
    return HealthOut()


@health.get(
    "/readyz",
    dependencies=[Depends(open_to_anyone)],
    responses={503: {"model": ErrorOut, "description": "why it cannot score"}},
)
def readyz(desk: Desk, service: Service) -> ReadyOut:
    """The store answers and a champion is loaded."""
    service.store.watermark()
    return ReadyOut(
        dataset=service.store.dataset, model_version=service.scorer.champion.version, problem=desk.problem
    )


@health.get("/metrics", response_class=Response, responses=CLOSED)
def metrics(request: Request, desk: Desk, _who: Annotated[Person, allowed(Action.READ_METRICS)]) -> Response:
    """Figures for Prometheus, of this worker: latency, scores by band, champion, rescoring and label lag."""
    found: Metrics = request.app.state.metrics
    _look_around(found, desk, request.app.state.rescorer)
    return Response(found.text(), media_type="text/plain; version=0.0.4; charset=utf-8")


def _look_around(found: Metrics, desk: OpenDesk, rescorer: Rescorer) -> None:
    try:
        champion = desk.in_service().scorer.champion
        found.champion(champion.version, champion.report.get("label_delay_days"))
    except Unavailable:
        found.champion(None, None)
    try:
        newest = desk.store.newest_rating_at()
    except SQLAlchemyError:  # the database is away; everything else can be told
        newest = None
    found.times(rescorer.last_turn_at, from_micros(newest) if newest else None)
