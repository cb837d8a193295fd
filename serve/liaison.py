"""The routes of the liaison group: what was pushed, and the text for groups without a robot."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from desk.access.person import Person
from desk.liaison import accept_until, latest_pushes
from desk.refusals import NoSuchOrder
from desk.situations import situations
from hotline.calendar import from_micros
from hotline.liaison import Cause, pushes_of, text_of
from hotline.policy import Action
from serve.access import allowed
from serve.api import CLOSED, INVALID, UNAVAILABLE, UNKNOWN
from serve.needs import Desk, Now, Rulebook, Seen, WhichOrder

liaison = APIRouter(prefix="/api/v1", responses=CLOSED)
_MOST = 500


class PushOut(BaseModel):
    """A matter of the liaison group."""

    order_id: str
    cause: Cause
    cause_zh: str
    since: datetime
    sent: int = Field(description="how often it has arrived in the group")
    sent_at: datetime | None
    accepted_at: datetime | None
    next_at: datetime | None = Field(description="when it is pushed next; null where it is no more")
    fault: str | None = Field(description="why the last attempt did not arrive")


class LiaisonTextOut(BaseModel):
    """The message, to be copied into a group without a robot."""

    order_id: str
    texts: list[str] = Field(description="one for each cause; none where nothing is to be pushed")


@liaison.get("/pushes", responses=UNAVAILABLE)
def pushed(who: Annotated[Person, allowed(Action.READ_QUEUE)], seen: Seen, desk: Desk) -> list[PushOut]:
    """What was pushed to the liaison group of your orders, the newest first, and what nobody has accepted yet."""
    rows = latest_pushes(desk.store, _MOST)
    mine = seen.reached(who, [row.order_id for row in rows])
    return [
        PushOut(
            order_id=row.order_id,
            cause=Cause(row.cause),
            cause_zh=Cause(row.cause).zh,
            since=from_micros(row.since),
            sent=row.sent,
            sent_at=_moment(row.sent_at),
            accepted_at=_moment(row.accepted_at),
            next_at=_moment(row.next_at),
            fault=row.fault,
        )
        for row in rows
        if row.order_id in mine
    ]


@liaison.get("/orders/{order_id:path}/liaison-text", responses=UNKNOWN | INVALID | UNAVAILABLE)
def liaison_text(
    who: Annotated[Person, allowed(Action.READ_QUEUE)],
    order_id: WhichOrder,
    seen: Seen,
    desk: Desk,
    playbook: Rulebook,
    now: Now,
) -> LiaisonTextOut:
    """The message about an order for groups without a robot; nothing of the citizen is in it."""
    seen.order(who, order_id)
    order = situations(desk.store, [order_id], now).get(order_id)
    if order is None:
        raise NoSuchOrder(order_id)
    accept_by = accept_until(playbook, now)
    texts = [text_of(order, push, accept_by, is_again=False) for push in pushes_of(order)]
    return LiaisonTextOut(order_id=order_id, texts=texts)


def _moment(micros: int | None) -> datetime | None:
    return None if micros is None else from_micros(micros)
