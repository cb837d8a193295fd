"""The orders within someone's reach: what lies outside is as if it did not exist."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Engine

from desk.access.person import NotYours, OutsideScope
from desk.refusals import NoSuchOrder
from hotline.order import Order
from hotline.scope import Scope, Whereabouts, is_within
from store.whereabouts import whereabouts


@dataclass(frozen=True)
class Reach:
    """A scope applied to a store. Whose an order is, is asked as of now: a handover takes it along."""

    engine: Engine
    scope: Scope

    def check(self, order_id: str) -> None:
        """NoSuchOrder where the order is not there; NotYours, told alike, where it is somebody else's."""
        if self.scope.is_whole:
            return
        found = whereabouts(self.engine, [order_id]).get(order_id)
        if found is None:
            raise NoSuchOrder(order_id)
        if not is_within(self.scope, found):
            raise NotYours(order_id)

    def check_given(self, order: Order) -> None:
        """OutsideScope where an order that is sent is somebody else's, now or after it is written."""
        if self.scope.is_whole:
            return
        stored = whereabouts(self.engine, [order.order_id]).get(order.order_id)
        if stored is not None and not is_within(self.scope, stored):
            raise OutsideScope
        said = [getattr(order, name) for name in Whereabouts._fields]
        kept = stored or Whereabouts()
        after = Whereabouts(*(old if new is None else new for old, new in zip(kept, said, strict=True)))
        if not is_within(self.scope, after):
            raise OutsideScope

    def among(self, order_ids: Sequence[str]) -> frozenset[str]:
        """Those of the orders that are within reach; those not there are not."""
        if self.scope.is_whole:
            return frozenset(order_ids)
        found = whereabouts(self.engine, order_ids)
        return frozenset(order_id for order_id, where in found.items() if is_within(self.scope, where))
