"""What people do with an order of the queue: claim it, call, disagree, or let it go."""

from dataclasses import replace
from datetime import datetime, timedelta

from desk.access.person import Person
from desk.intake import Intake
from desk.refusals import NoSuchOrder, Refused
from hotline.calendar import to_micros
from hotline.errors import QinglingError
from hotline.order import OrderEvent
from store.claims import Claim, Outcome
from store.database import Store


class ClaimedByAnother(QinglingError):  # noqa: N818 - a refusal, not a failure
    """Somebody else holds the order."""

    def __init__(self, claim: Claim) -> None:
        super().__init__("somebody else has claimed the order")
        self.claim = claim


def claim(store: Store, order_id: str, who: Person, now: datetime, held_for: timedelta) -> Claim:
    """Claim an order for a person. NoSuchOrder; ClaimedByAnother where somebody was first."""
    if not store.has_order(order_id):
        raise NoSuchOrder(order_id)
    standing = store.claim(order_id, who.label, to_micros(now), to_micros(now - held_for), who.desk)
    if standing.person != who.label:
        raise ClaimedByAnother(standing)
    return standing


def has_ended(store: Store, order_id: str, who: Person, claimed_at: int, outcome: Outcome) -> bool:
    """Whether the claim that somebody made then has ended so before: what they send, they sent already.

    Refused where it ended otherwise: what they look at is old.
    """
    for other in Outcome:
        ended = store.ended_claims(claimed_at, other)
        if any((c.order_id, c.person, c.claimed_at) == (order_id, who.label, claimed_at) for c in ended):
            if other is outcome:
                return True
            raise Refused("claimed_at", "这张工单您已经办过或放回了，这一次没有登记；请刷新后再看")
    return False


def called(
    way_in: Intake, order_id: str, who: Person, event: OrderEvent, now: datetime, held_for: timedelta
) -> list[str]:
    """Write down what was done with the citizen, and end the claim; the ids of the events written.

    Whoever has not claimed the order claims it thereby; both happen or neither. ClaimedByAnother otherwise.
    """
    with way_in.store.transaction() as store:
        claim(store, order_id, who, now, held_for)
        written = replace(way_in, store=store).add_events(order_id, [event], now)
        store.end_claim(order_id, who.label, to_micros(now), Outcome.DONE)
    return written


def not_reached(store: Store, order_id: str, who: Person, now: datetime, held_for: timedelta) -> None:
    """Write down that a call was made and nobody answered; the order comes back to the queue after a while.

    ClaimedByAnother where somebody else holds it.
    """
    with store.transaction() as within:
        claim(within, order_id, who, now, held_for)
        within.end_claim(order_id, who.label, to_micros(now), Outcome.NOT_REACHED)


def let_go(
    store: Store, order_id: str, who: Person, now: datetime, held_for: timedelta, reason: str | None = None
) -> None:
    """Give an order back; with a reason, because one disagrees that it should be called about.

    ClaimedByAnother where somebody else holds it.
    """
    outcome = Outcome.RELEASED if reason is None else Outcome.DISAGREED
    with store.transaction() as within:
        claim(within, order_id, who, now, held_for)
        within.end_claim(order_id, who.label, to_micros(now), outcome, reason)
