"""What people do with an order of the queue: claim it, call, disagree, or let it go."""

from dataclasses import replace
from datetime import datetime, timedelta

from desk.access.person import Person
from desk.board.recording import CALL_PREFIX, TOO_LATE, UNDO_FOR, undo
from desk.intake import Intake
from desk.refusals import NoSuchOrder, Refused
from hotline.calendar import from_micros, to_micros
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
    ended = _ended(store, order_id, who, claimed_at)
    if ended is not None and ended.outcome is not outcome:
        raise Refused("claimed_at", "这张工单您已经办过或放回了，这一次没有登记；请刷新后再看")
    return ended is not None


def _ended(store: Store, order_id: str, who: Person, claimed_at: int) -> Claim | None:
    """The claim that somebody made then, if it has ended."""
    mine = (order_id, who.label, claimed_at)
    ended = (claim for outcome in Outcome for claim in store.ended_claims(claimed_at, outcome))
    return next((c for c in ended if (c.order_id, c.person, c.claimed_at) == mine), None)


def called(
    way_in: Intake, order_id: str, who: Person, event: OrderEvent, now: datetime, held_for: timedelta
) -> Claim:
    """Write down what was done with the citizen, by an id that names the claim, and end that; the claim.

    Whoever has not claimed the order claims it thereby; both happen or neither. ClaimedByAnother otherwise.
    """
    with way_in.store.transaction() as store:
        held = claim(store, order_id, who, now, held_for)
        written = replace(event, event_id=f"{CALL_PREFIX}{held.claimed_at}")
        replace(way_in, store=store).add_events(order_id, [written], now)
        store.end_claim(order_id, who.label, to_micros(now), Outcome.DONE)
    return held


def not_reached(store: Store, order_id: str, who: Person, now: datetime, held_for: timedelta) -> Claim:
    """Write down that a call was made and nobody answered; the order comes back to the queue after a while.

    The claim that it ends. ClaimedByAnother where somebody else holds it.
    """
    with store.transaction() as within:
        held = claim(within, order_id, who, now, held_for)
        within.end_claim(order_id, who.label, to_micros(now), Outcome.NOT_REACHED)
    return held


def let_go(
    store: Store, order_id: str, who: Person, now: datetime, held_for: timedelta, reason: str | None = None
) -> Claim:
    """Give an order back; with a reason, because one disagrees that it should be called about.

    The claim that it ends. ClaimedByAnother where somebody else holds it.
    """
    outcome = Outcome.RELEASED if reason is None else Outcome.DISAGREED
    with store.transaction() as within:
        if reason is not None and (said := _just_disagreed(within, order_id, who, now)):
            return said
        held = claim(within, order_id, who, now, held_for)
        within.end_claim(order_id, who.label, to_micros(now), outcome, reason)
    return held


def _just_disagreed(store: Store, order_id: str, who: Person, now: datetime) -> Claim | None:
    """What the same person said of it while it could still be taken back: said again, it is said once.

    None where somebody has claimed it since.
    """
    if order_id in store.held_claims(0):
        return None
    lately = store.ended_claims(to_micros(now - UNDO_FOR), Outcome.DISAGREED)
    return next((c for c in lately if (c.order_id, c.person) == (order_id, who.label)), None)


def take_back(way_in: Intake, order_id: str, who: Person, claimed_at: int, now: datetime) -> None:
    """Undo how one's claim ended on a page within the last minutes; the order returns to the queue.

    A call's event is taken back too. Refused where there is no such claim of one's own, or it ended too long ago.
    """
    ended = _ended(way_in.store, order_id, who, claimed_at)
    if ended is None or ended.ended_at is None or ended.outcome is None:
        raise Refused("claimed_at", "只能撤销自己在页面上的登记")
    if ended.outcome is Outcome.DONE:
        undo(way_in, who, order_id, f"{CALL_PREFIX}{claimed_at}", now)
        return
    if now - from_micros(ended.ended_at) > UNDO_FOR:
        raise Refused("claimed_at", TOO_LATE)
    way_in.store.release_ended_claim(order_id, who.label, claimed_at, ended.outcome)
