"""What concerns the liaison group just now: what was pushed, what nobody has accepted yet, and the text to copy."""

from dataclasses import dataclass
from datetime import datetime

from desk.liaison import OLDEST, accept_until, accepted_at
from desk.situations import situations
from hotline.calendar import from_micros, to_micros
from hotline.liaison import Push, pushes_of, text_of
from hotline.playbook import Playbook
from hotline.situation import Situation
from store import pushes
from store.connection import reading
from store.database import Store
from store.pushes import PushRow

#: So many rows of the outbox are looked through.
_MOST = 1_000


@dataclass(frozen=True)
class Matter:
    """A matter of the group.

    row         : how it stands in the outbox; None where no robot has found it
    accepted_at : when the street took the order; None while it has not
    accept_by   : until when it is to be accepted
    text        : the message, to be copied into a group without a robot
    """

    push: Push
    row: PushRow | None
    accepted_at: datetime | None
    accept_by: datetime
    text: str

    @property
    def sent_at(self) -> datetime | None:
        """When it arrived in the group last; None where it has not."""
        return from_micros(self.row.sent_at) if self.row and self.row.sent_at else None

    def is_late(self, now: datetime) -> bool:
        """Whether nobody has accepted it in time."""
        return self.accepted_at is None and now > self.accept_by


def matters(store: Store, playbook: Playbook, now: datetime) -> list[Matter]:
    """What arose within the last days, late ones first, then the newest."""
    with reading(store.engine) as connection:
        outbox = {(row.order_id, row.cause, row.since): row for row in pushes.latest(connection, _MOST)}
        changed = pushes.candidates(connection, to_micros(now - OLDEST))
    found = [
        _matter(
            order,
            push,
            outbox.get((push.order_id, push.cause.value, to_micros(push.since))),
            accept_until(playbook, push.since),
        )
        for order in situations(store, changed, now).values()
        for push in pushes_of(order)
        if push.since >= now - OLDEST
    ]
    return sorted(
        found, key=lambda one: (one.accepted_at is not None, not one.is_late(now), -to_micros(one.push.since))
    )


def _matter(order: Situation, push: Push, row: PushRow | None, accept_by: datetime) -> Matter:
    since = to_micros(push.since)
    accepted = accepted_at(order, row or PushRow(push.order_id, push.cause.value, since, since, None))
    return Matter(push, row, accepted, accept_by, text_of(order, push, accept_by, is_again=False))
