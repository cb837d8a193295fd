"""The routes of the queue: today's calls, claimed, done, or disagreed with."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query

from desk.access.person import Person
from desk.intake import Intake
from desk.queue import working
from hotline.calendar import DAY, from_micros, to_micros
from hotline.duties import group_of
from hotline.policy import Action
from serve.access import allowed
from serve.api import CLOSED, CONTRADICTION, INVALID, TOO_LARGE, UNAVAILABLE, UNKNOWN, UNREADABLE
from serve.needs import Desk, Now, Rulebook, Seen, WhichOrder, Writing
from serve.queue_answers import (
    CalledIn,
    ClaimOut,
    DisagreeIn,
    DisagreementOut,
    QueueOut,
    QueueWritten,
)
from serve.schemas import QueueQuery
from store.claims import Outcome

queue = APIRouter(prefix="/api/v1", responses=CLOSED)

_WRITES = UNKNOWN | UNREADABLE | CONTRADICTION | TOO_LARGE | INVALID | UNAVAILABLE
MayWork = Annotated[Person, allowed(Action.WORK_QUEUE)]
_DISAGREEMENTS_DAYS = 90


@queue.get("/queue", responses=INVALID | UNAVAILABLE)
def read_queue(
    who: Annotated[Person, allowed(Action.READ_QUEUE)],
    asked: Annotated[QueueQuery, Query()],
    seen: Seen,
    desk: Desk,
    playbook: Rulebook,
    now: Now,
) -> QueueOut:
    """Today's calls among your open orders, up to your desk's capacity: by what a call is expected to save.

    Where no model is in service the basis is `clocks`: first those whose callback is near, and no chances are told.
    """
    _, mine = desk.queue_of(who, playbook, now)
    found = QueueOut.of(mine, now, asked.limit)
    seen.about(order.order_id for order in found.orders)
    return found


@queue.post("/queue/{order_id:path}/claim", responses=_WRITES)
def claim(
    who: MayWork, order_id: WhichOrder, seen: Seen, desk: Desk, playbook: Rulebook, now: Now
) -> ClaimOut:
    """Take an order, so that nobody else calls about it; claimed again, it stays yours."""
    seen.order(who, order_id)
    held_for = playbook.rules.claims_held_for
    held = working.claim(desk.store, order_id, who, now, held_for)
    claimed_at = from_micros(held.claimed_at)
    return ClaimOut(order_id=order_id, claimed_at=claimed_at, until=claimed_at + held_for)


@queue.post("/queue/{order_id:path}/done", responses=_WRITES)
def done(
    who: MayWork, order_id: WhichOrder, body: CalledIn, seen: Seen, playbook: Rulebook, writing: Writing
) -> QueueWritten:
    """Write down what was done with the citizen: an event like any other, and the end of the claim."""
    seen.order(who, order_id)
    group = body.group or group_of(who.role)

    def write(way_in: Intake, received: datetime) -> tuple[int, QueueWritten]:
        event = body.to_event(who.name, group, received)
        working.called(way_in, order_id, who, event, received, playbook.rules.claims_held_for)
        return 200, QueueWritten(order_id=order_id, status="done", event_type=body.type)

    return writing.answered(QueueWritten, write)


@queue.post("/queue/{order_id:path}/disagree", responses=_WRITES)
def disagree(
    who: MayWork, order_id: WhichOrder, body: DisagreeIn, seen: Seen, playbook: Rulebook, writing: Writing
) -> QueueWritten:
    """Say why it need not be called about; those who make the model read it, without the order."""
    seen.order(who, order_id)

    def write(way_in: Intake, received: datetime) -> tuple[int, QueueWritten]:
        held_for = playbook.rules.claims_held_for
        working.let_go(way_in.store, order_id, who, received, held_for, body.reason or "")
        return 200, QueueWritten(order_id=order_id, status="disagreed")

    return writing.answered(QueueWritten, write)


@queue.post("/queue/{order_id:path}/not-reached", responses=_WRITES)
def not_reached(
    who: MayWork, order_id: WhichOrder, seen: Seen, desk: Desk, playbook: Rulebook, now: Now
) -> QueueWritten:
    """Say that a call was made and nobody answered; the order comes back after two hours, the call counts."""
    seen.order(who, order_id)
    working.not_reached(desk.store, order_id, who, now, playbook.rules.claims_held_for)
    return QueueWritten(order_id=order_id, status="not_reached")


@queue.post("/queue/{order_id:path}/release", responses=_WRITES)
def release(
    who: MayWork, order_id: WhichOrder, seen: Seen, desk: Desk, playbook: Rulebook, now: Now
) -> QueueWritten:
    """Give an order back, so that somebody else may call."""
    seen.order(who, order_id)
    working.let_go(desk.store, order_id, who, now, playbook.rules.claims_held_for)
    return QueueWritten(order_id=order_id, status="released")


@queue.get("/disagreements", responses=UNAVAILABLE)
def disagreements(
    who: Annotated[Person, allowed(Action.READ_DISAGREEMENTS)], desk: Desk, now: Now
) -> list[DisagreementOut]:
    """What those who call disagreed with in the last 90 days, the newest first; no orders are named."""
    since = to_micros(now) - _DISAGREEMENTS_DAYS * DAY
    ended = desk.store.ended_claims(since, Outcome.DISAGREED)
    said = desk.store.latest_predictions([claim.order_id for claim in ended])
    told = ((claim, said.get(claim.order_id)) for claim in ended)
    return [
        DisagreementOut(
            at=from_micros(claim.ended_at or 0),
            reason=claim.reason or "",
            stage=score.stage if score else None,
            dissatisfied=score.probabilities[0] if score else None,
            model_version=score.model_version if score else None,
        )
        for claim, score in told
    ]
