"""Whether the service lives, and whether it can score."""

from fastapi import APIRouter

from serve.answers import HealthOut, ReadyOut
from serve.errors import ErrorOut
from serve.needs import Desk, Service

health = APIRouter()


@health.get("/healthz")
def healthz() -> HealthOut:
    """The process answers; nothing else is looked at."""
    return HealthOut()


@health.get("/readyz", responses={503: {"model": ErrorOut, "description": "why it cannot score"}})
def readyz(desk: Desk, service: Service) -> ReadyOut:
    """The store answers and a champion is loaded."""
    service.store.watermark()
    return ReadyOut(
        dataset=service.store.dataset, model_version=service.scorer.champion.version, problem=desk.problem
    )
