"""The route of the effect: what calling does, as the ledger of draws tells it; figures only."""

from typing import Annotated, Any

from fastapi import APIRouter

from desk.access.person import Person
from desk.answers import finite
from desk.effect.learnt import ledger_of
from desk.effect.report import effect_report
from desk.effect.words import effect_json
from hotline.policy import Action
from serve.access import allowed
from serve.api import CLOSED, UNAVAILABLE
from serve.needs import Desk, Now, Rulebook

effect = APIRouter(prefix="/api/v1", responses=CLOSED)


@effect.get("/effect", responses=UNAVAILABLE)
def read_effect(
    who: Annotated[Person, allowed(Action.READ_EFFECT)], desk: Desk, playbook: Rulebook, now: Now
) -> dict[str, Any]:
    """What calling changes about 满意率 and 不满意, with intervals, overall and by kind; and what the queue goes by."""
    report = effect_report(ledger_of(desk.store, now), playbook.draw, now)
    told: dict[str, Any] = finite(effect_json(report))
    return told
