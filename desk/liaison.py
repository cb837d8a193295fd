"""Pushes re-dispatched and badly judged orders to the liaison group: at least once, and again until someone accepts."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from desk.situations import situations
from hotline.calendar import MINUTE, from_micros, to_micros
from hotline.liaison import Cause, Push, QuietHours, pushes_of, text_of
from hotline.lifecycle import EventType
from hotline.order import OrderEvent
from hotline.playbook import Playbook
from hotline.situation import Situation
from store import pushes
from store.connection import reading, writing_of
from store.database import Store
from store.pushes import PushRow

LEASE_NAME = "liaison"
#: Longer than a turn takes, with every attempt at its slowest.
LEASE = 3 * MINUTE
#: Attempts wait twice as long each time, up to so much.
_FIRST_WAIT, _LONGEST_WAIT = MINUTE // 2, 30 * MINUTE
#: Where the playbook names no time for it.
_ACCEPTED_WITHIN = timedelta(minutes=30)
#: Pushed again while nobody accepts, so often at most.
_MOST_SENT = 4
_A_TURN = 20
#: What arose longer ago is no news to anybody.
OLDEST = timedelta(days=3)
#: Sends a message; raises OSError or ValueError, whose text names no order, where it cannot be known to have arrived.
Send = Callable[[str], None]


@dataclass
class Liaison:
    """The outbox of one data set, worked by whoever holds the lease."""

    store: Store
    playbook: Playbook
    send: Send
    quiet: QuietHours
    holder: str
    _watermark: int | None = None

    def turn(self, now: datetime) -> int | None:
        """Find what is to be pushed, and push what is due; how many arrived. None where another holds the lease."""
        at = to_micros(now)
        if not self.store.take_lease(LEASE_NAME, self.holder, at, at + LEASE):
            return None
        self._find(now)
        return sum(self._push(row, now) for row in self._due(now))

    def _find(self, now: datetime) -> None:
        """Write a row for each matter of the last days that orders written to since the last turn bring."""
        at, oldest = to_micros(now), now - OLDEST
        if self._watermark is None:
            watermark = self.store.watermark()
            with reading(self.store.engine, bulk=True) as connection:
                changed = pushes.candidates(connection, to_micros(oldest))
        else:
            changed, watermark = self.store.changed_since(self._watermark)
        orders = situations(self.store, changed, now).values()
        found = [push for order in orders for push in pushes_of(order) if push.since >= oldest]
        if found:
            rows = [PushRow(p.order_id, p.cause.value, to_micros(p.since), at, at) for p in found]
            with writing_of(self.store.engine) as connection:
                pushes.add_new(connection, rows)
        self._watermark = watermark

    def _due(self, now: datetime) -> list[PushRow]:
        if self.quiet.ends(now) is not None:
            return []
        with reading(self.store.engine) as connection:
            return pushes.due(connection, to_micros(now), _A_TURN)

    def _push(self, row: PushRow, now: datetime) -> bool:
        """Send one message, unless the order was accepted or is over; whether it arrived."""
        order = situations(self.store, [row.order_id], now).get(row.order_id)
        accepted = accepted_at(order, row) if order else None
        if order is None or accepted is not None or order.over_at is not None:
            self._write(replace(row, next_at=None, accepted_at=to_micros(accepted) if accepted else None))
            return False
        at, accept_by = to_micros(now), accept_until(self.playbook, now)
        push = Push(row.order_id, Cause(row.cause), from_micros(row.since))
        try:
            self.send(text_of(order, push, accept_by, is_again=row.sent > 0))
        except (OSError, ValueError) as error:
            wait = min(_FIRST_WAIT << min(row.tries, 16), _LONGEST_WAIT)
            fault = type(error).__name__
            self._write(replace(row, tries=row.tries + 1, next_at=at + wait, fault=fault))
            return False
        sent = row.sent + 1
        again = to_micros(accept_by) if sent < _MOST_SENT else None
        self._write(replace(row, tries=0, sent=sent, sent_at=at, next_at=again, fault=None))
        if row.sent == 0 and row.cause == Cause.JUDGED_DISSATISFIED:
            self._note(row, now)
        return True

    def _note(self, row: PushRow, now: datetime) -> None:
        """The push is an event of the order: it does the call centre's duty (P19)."""
        event_id = f"push {row.cause} {row.since}"
        pushed = OrderEvent(EventType.PUSHED, now, now, event_id, group="962121", duty="P19")
        self.store.add_events(row.order_id, [pushed], to_micros(now))

    def _write(self, row: PushRow) -> None:
        with writing_of(self.store.engine) as connection:
            pushes.change(connection, row)


def latest_pushes(store: Store, most: int) -> list[PushRow]:
    """The newest matters of the group, sent or not."""
    with reading(store.engine) as connection:
        return pushes.latest(connection, most)


def accept_until(playbook: Playbook, since: datetime) -> datetime:
    """By when what arose or is pushed then is to be accepted; where the limit has no date, within half an hour."""
    return playbook.limit("P17").ends(since, None, playbook.calendar) or since + _ACCEPTED_WITHIN


def accepted_at(order: Situation, row: PushRow) -> datetime | None:
    """When the order was accepted, or somebody of the street went to it, since the matter arose."""
    since = from_micros(row.since)
    found = order.events(EventType.ACCEPTED, since=since)
    found += [e for e in order.events(EventType.CONTACTED, EventType.VISITED, since=since) if e.duty == "P17"]
    return min((event.known_at for event in found), default=None)
