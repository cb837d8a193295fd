"""Everybody's history as it stood at one look: what was sorted then, and what was written since."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from features.changes import Changes
from features.chronicle import Chronicle
from features.frame import OrderFrame
from features.history import History, Past
from features.log import Log
from features.order_facts import OrderFacts, facts_of
from features.own_chronicle import own_chronicle


@dataclass(frozen=True, eq=False)
class OrderNow:
    """An order written to since the sorting: its own rows (None once it is gone), and its facts."""

    chronicle: Chronicle | None
    facts: OrderFacts


@dataclass(frozen=True, eq=False)
class Standing:
    """One consistent look, never changed afterwards: a score takes everything from a single one.

    base      : all orders, sorted once
    changes   : what has to be added to it since
    changed   : the orders written to since, by id
    watermark : the store's number at that look
    """

    base: History
    changes: Changes
    changed: Mapping[str, OrderNow]
    watermark: int

    def past(self, frame: OrderFrame, *more: Changes) -> Past:
        """What these questions may see."""
        return Past(frame, ((self.base, 1),), (self.changes, *more) if self.changed else more)

    def facts_of(self, order_id: str) -> OrderFacts:
        """What one order adds to history; nothing where it was not there."""
        if order_id in self.changed:
            return self.changed[order_id].facts
        own = self._find(order_id)
        return facts_of(own, self.base.asked) if own else {}

    def _find(self, order_id: str) -> Chronicle | None:
        if order_id in self.changed:
            return self.changed[order_id].chronicle
        number = int(self.base.chronicle.order_number(np.array([order_id], dtype=object))[0])
        return own_chronicle(self.base.chronicle, number) if number >= 0 else None

    @cached_property
    def changed_together(self) -> Chronicle | None:
        """All orders written to since, as one; None where there are none."""
        return together([now.chronicle for now in self.changed.values() if now.chronicle is not None])


def together(chronicles: list[Chronicle]) -> Chronicle | None:
    """Several orders' rows as one chronicle; None where there are none."""
    return Chronicle.of(Log.joined([own.log for own in chronicles])) if chronicles else None
