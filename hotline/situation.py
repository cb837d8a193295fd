"""An order as its desk knows it at a moment: what duties and queues ask it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from hotline.lifecycle import FIRMS_OWN_DESK, EventType, OfficialCaller, Verdict
from hotline.order import Callback, Order, OrderEvent
from hotline.satisfaction import Rating

#: How the street's own people sign what they did, at the beginning of the event's group.
STREET = "街镇"


@dataclass(frozen=True)
class CommunityNow:
    """What is known of the order's community; None where nobody has said."""

    has_assembly: bool | None = None
    has_fund_account: bool | None = None

    @property
    def is_blocked(self) -> bool:
        """Whether nothing can be paid from the fund, whatever is asked for."""
        return self.has_assembly is False or self.has_fund_account is False


@dataclass(frozen=True)
class Situation:
    """An order at a moment: only what was known by then, and nothing that was taken back by then.

    risks : P(不满意) as it was scored in the order's course, oldest first; none without a model
    """

    order: Order
    at: datetime
    community: CommunityNow = CommunityNow()
    risks: tuple[tuple[datetime, float], ...] = ()

    @classmethod
    def of(
        cls,
        order: Order,
        at: datetime,
        community: CommunityNow | None = None,
        risks: Iterable[tuple[datetime, float]] = (),
    ) -> "Situation":
        """The situation of an order with all that is recorded of it, cut at the moment."""
        known = [event for event in order.events if event.known_at <= at]
        gone = {event.retracts for event in known if event.type == EventType.RETRACTED}
        standing = (e for e in known if e.event_id not in gone and e.type != EventType.RETRACTED)
        events = tuple(sorted(standing, key=lambda event: (event.known_at, event.happened_at)))
        callbacks = sorted((c for c in order.callbacks if c.known_at <= at), key=lambda call: call.known_at)
        cut = replace(order, events=events, callbacks=tuple(callbacks))
        course = tuple(sorted(scored for scored in risks if scored[0] <= at))
        return cls(cut, at, community or CommunityNow(), course)

    @cached_property
    def round_start(self) -> datetime:
        """When the round in which the order stands began: the receipt or the last re-dispatch."""
        again = [event.known_at for event in self.order.events if event.type == EventType.REDISPATCHED]
        return again[-1] if again else self.order.received_at

    @property
    def is_redispatched(self) -> bool:
        """Whether the order came back after an earlier round."""
        return self.round_start != self.order.received_at

    def events(self, *types: str, since: datetime | None = None) -> list[OrderEvent]:
        """The events of these types in this round, oldest first; with `since` those known from then on."""
        start = self.round_start if since is None else max(since, self.round_start)
        return [e for e in self.order.events if e.type in types and e.known_at >= start]

    def last(self, *types: str, since: datetime | None = None) -> OrderEvent | None:
        """The last event of these types in this round."""
        found = self.events(*types, since=since)
        return found[-1] if found else None

    @cached_property
    def closing(self) -> OrderEvent | None:
        """The closing of this round, if it was closed."""
        return self.last(EventType.CLOSED)

    @property
    def is_closed_by_explaining(self) -> bool:
        """Whether it was closed as 解释说明."""
        return self.closing is not None and self.closing.verdict == Verdict.EXPLAINED

    def _heard(self, by: OfficialCaller) -> list[Callback]:
        calls = (c for c in self.order.callbacks if c.by == by and c.known_at >= self.round_start)
        return [call for call in calls if call.rating is not None]

    @cached_property
    def over_at(self) -> datetime | None:
        """When the round was over: rated by the city's callback, or archived; None while it lasts."""
        ends = [call.known_at for call in self._heard(OfficialCaller.CITY)]
        ends += [event.known_at for event in self.events(EventType.ARCHIVED)]
        return min(ends, default=None)

    @cached_property
    def judged_dissatisfied_at(self) -> datetime | None:
        """When 962121 first heard 不满意 in this round."""
        heard = self._heard(OfficialCaller.DISTRICT)
        return min((call.known_at for call in heard if call.rating is Rating.DISSATISFIED), default=None)

    def risky_since(self, limit: float) -> datetime | None:
        """Since when the risk has stood at this limit or above without a break; None where it does not."""
        since = None
        for scored_at, risk in reversed(self.risks):
            if risk < limit or scored_at < self.round_start:
                break
            since = scored_at
        return since

    @property
    def is_relayed(self) -> bool:
        """Whether 962121 or 12345 sent it, so that it will be called back."""
        return self.order.source != FIRMS_OWN_DESK

    @property
    def is_repair(self) -> bool:
        """Whether something is to be mended; orders that do not say are taken for repairs."""
        return self.order.kind in (None, "维修")

    @cached_property
    def promised_at(self) -> datetime | None:
        """The last date promised in this round."""
        promises = [event.promised_at for event in self.order.events if event.known_at >= self.round_start]
        told = [promise for promise in promises if promise is not None]
        return told[-1] if told else None


def by_street(events: Iterable[OrderEvent]) -> list[OrderEvent]:
    """Those that the street's own people did."""
    return [event for event in events if (event.group or "").startswith(STREET)]
