"""The routes about duties: what an order owes, and the numbers that a closing needs."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query

from desk.access.person import Person
from desk.clock_desk import open_and_whose
from desk.duties import duties_of, owed_list
from desk.intake import Intake
from hotline.duties import posts_of
from hotline.policy import Action
from hotline.scope import is_within
from serve.access import allowed
from serve.answers import OrderWritten
from serve.api import CLOSED, INVALID, TOO_LARGE, UNAVAILABLE, UNREADABLE
from serve.api import UNKNOWN as UNKNOWN_ORDER
from serve.duty_answers import DutiesOut, OwedListOut
from serve.needs import Desk, Now, Rulebook, Seen, WhichOrder, Writing
from serve.schemas import MomentQuery, NumbersIn, OwedQuery

duties = APIRouter(prefix="/api/v1", responses=CLOSED)


@duties.get("/orders/{order_id:path}/duties", responses=UNKNOWN_ORDER | INVALID | UNAVAILABLE)
def order_duties(
    who: Annotated[Person, allowed(Action.READ_DUTIES)],
    order_id: WhichOrder,
    asked: Annotated[MomentQuery, Query()],
    seen: Seen,
    desk: Desk,
    playbook: Rulebook,
    now: Now,
) -> DutiesOut:
    """What an order owes at a moment: which duties apply, to whom, by when, done or overdue; with or without a model."""
    seen.order(who, order_id)
    return DutiesOut.of(duties_of(desk.store, playbook, order_id, asked.at or now))


@duties.get("/duties", responses=INVALID | UNAVAILABLE)
def owed(
    who: Annotated[Person, allowed(Action.READ_DUTIES)],
    asked: Annotated[OwedQuery, Query()],
    seen: Seen,
    desk: Desk,
    playbook: Rulebook,
    now: Now,
) -> OwedListOut:
    """What your open orders owe: which duty, of which order, by when, the most pressing first; with or without a model."""
    at = asked.at or now
    whose = open_and_whose(desk.look_at_all(), at)
    mine = [order_id for order_id, where in whose if is_within(who.scope, where)]
    posts = frozenset({asked.post}) if asked.post else posts_of(who.role)
    found = owed_list(desk.store, playbook, mine, at, posts, asked.limit)
    seen.about(order_id for order_id, _ in found.first)
    return OwedListOut.told(found, at)


@duties.put(
    "/orders/{order_id:path}/numbers",
    responses=UNKNOWN_ORDER | UNREADABLE | TOO_LARGE | INVALID | UNAVAILABLE,
)
def write_numbers(
    who: Annotated[Person, allowed(Action.WRITE_EVENT)],
    order_id: WhichOrder,
    body: NumbersIn,
    seen: Seen,
    writing: Writing,
) -> OrderWritten:
    """Write the number of a petition or of a case, without which such an order cannot be closed."""
    seen.order(who, order_id)

    def write(way_in: Intake, received: datetime) -> tuple[int, OrderWritten]:
        status = way_in.add_numbers(order_id, body.petition_no, body.case_no, received)
        return 200, OrderWritten(order_id=order_id, status=status)

    return writing.answered(OrderWritten, write)
