"""The orders that a request is about: within its sender's reach, and noted for the audit log."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from desk.access.person import NotYours, OutsideScope, Person
from desk.access.reach import Reach
from hotline.order import Order
from hotline.prediction import Prediction
from serve.open_desk import OpenDesk
from serve.visit import Visit


@dataclass(frozen=True)
class SeenOrders:
    """Checks orders against a person's scope, and notes them in the visit."""

    visit: Visit
    desk: OpenDesk

    def order(self, who: Person, order_id: str) -> None:
        """An order of the store. NoSuchOrder where it is not there, or is somebody else's."""
        self.visit.about([order_id])
        try:
            self._reach(who).check(order_id)
        except NotYours:
            self.visit.is_refused = True
            raise

    def given(self, who: Person, order: Order) -> None:
        """An order that was sent. OutsideScope where it is somebody else's."""
        self.visit.about([order.order_id])
        try:
            self._reach(who).check_given(order)
        except OutsideScope:
            self.visit.is_refused = True
            raise

    def own(self, who: Person, predictions: Sequence[Prediction]) -> Sequence[Prediction]:
        """Those of the predictions that are about orders within reach."""
        reached = self._reach(who).among([prediction.order_id for prediction in predictions])
        return [prediction for prediction in predictions if prediction.order_id in reached]

    def reached(self, who: Person, order_ids: Sequence[str]) -> frozenset[str]:
        """Those of the orders that are within reach; they are noted."""
        found = frozenset(self._reach(who).among(order_ids))
        self.visit.about(order_id for order_id in order_ids if order_id in found)
        return found

    def about(self, order_ids: Iterable[str]) -> None:
        """Note the orders that the answer shows."""
        self.visit.about(order_ids)

    def _reach(self, who: Person) -> Reach:
        return Reach(self.desk.store.engine, who.scope)
