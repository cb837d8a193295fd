"""Whether the service lives, and whether it can score."""

from fastapi import APIRouter, Depends

from serve.access import open_to_anyone
from serve.answers import HealthOut, ReadyOut
from serve.errors import ErrorOut
from serve.needs import Desk, Service

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
