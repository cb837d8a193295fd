"""Small records of orders for tests: each builder says only what matters, the rest is ordinary.

>>> log = (an_order("A", company="甲") + an_event("A", "urged", at(hours=3))).log()
>>> log.events["type"].tolist()
['urged']
"""

from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count
from typing import Any

import numpy as np
import pandas as pd

from features.frame import OrderFrame
from features.history import History
from features.log import Log
from hotline.calendar import DAY, HOUR, NO_TIME, SHANGHAI, to_micros
from hotline.lifecycle import OfficialCaller
from hotline.order import Attribute, AttributeKind

#: A Monday in office hours, no holiday near.
MONDAY = to_micros(datetime(2026, 4, 13, 10, tzinfo=SHANGHAI))
_TIMES = {"known_at", "recorded_at", "happened_at", "promised_at", "received_at", "due_at"}
_NUMBERS = {"answered", "rating", "solved", "contact_confirmed"} | {
    "has_assembly",
    "has_fund_account",
    "year_built",
    "households",
}
_serial = count(1)

Row = dict[str, Any]


def at(days: float = 0, hours: float = 0) -> int:
    """A time so long after Monday ten o'clock, microseconds."""
    return MONDAY + round(days * DAY + hours * HOUR)


@dataclass(frozen=True)
class Records:
    """Rows of the four frames, to be added up and turned into a log."""

    orders: tuple[Row, ...] = ()
    events: tuple[Row, ...] = ()
    callbacks: tuple[Row, ...] = ()
    communities: tuple[Row, ...] = ()

    def __add__(self, other: "Records") -> "Records":
        return Records(
            self.orders + other.orders,
            self.events + other.events,
            self.callbacks + other.callbacks,
            self.communities + other.communities,
        )

    def of_orders(self, order_ids: set[str]) -> "Records":
        """Only what concerns these orders; communities stay."""
        return replace(
            self,
            orders=tuple(row for row in self.orders if row["order_id"] in order_ids),
            events=tuple(row for row in self.events if row["order_id"] in order_ids),
            callbacks=tuple(row for row in self.callbacks if row["order_id"] in order_ids),
        )

    def log(self, attributes: tuple[Attribute, ...] = (), label_caller: OfficialCaller | None = None) -> Log:
        """The log of these rows."""
        named = ("orders", "events", "callbacks", "communities")
        frames = {name: _frame(getattr(self, name), attributes) for name in named}
        return Log.of(frames, attributes, label_caller)


def an_order(order_id: str = "A", known_at: int = MONDAY, **fields: Any) -> Records:
    """The first revision of an order, received when it is known unless said otherwise."""
    return a_revision(order_id, known_at, **{"received_at": known_at} | fields)


def a_revision(order_id: str, known_at: int, **fields: Any) -> Records:
    """What became known of an order's fields, or changed, later."""
    return Records(orders=({"order_id": order_id, "known_at": known_at} | fields,))


def an_event(order_id: str, type: str, known_at: int, **fields: Any) -> Records:
    """Something that happened to an order."""
    named = {"event_id": f"event-{next(_serial):06d}", "happened_at": known_at} | fields
    return Records(events=({"order_id": order_id, "type": str(type), "known_at": known_at} | named,))


def a_callback(
    order_id: str, known_at: int, rating: int | None = None, by: str = "city", **fields: Any
) -> Records:
    """An official callback; answered if rated."""
    said = {"by": by, "rating": rating, "answered": float(rating is not None)} | fields
    return Records(callbacks=({"order_id": order_id, "known_at": known_at} | said,))


def a_community(name: str, known_at: int = NO_TIME, **facts: Any) -> Records:
    """What is known of a community; without a time it is known always."""
    return Records(communities=({"community": name, "known_at": known_at} | facts,))


def asked(records: Records | Log, order_id: str, as_of: int) -> tuple[OrderFrame, History]:
    """One question about an order, with everybody's history."""
    history = History.of(records if isinstance(records, Log) else records.log())
    return OrderFrame.at_times(history.chronicle, [order_id], np.array([as_of])), history


def _frame(rows: tuple[Row, ...], attributes: tuple[Attribute, ...]) -> pd.DataFrame:
    words = {a.name for a in attributes if a.kind in (AttributeKind.CATEGORY, AttributeKind.TEXT)}
    numbers = _NUMBERS | {a.name for a in attributes} - words
    names = dict.fromkeys(name for row in rows for name in row)
    return pd.DataFrame({name: _column(name, [row.get(name) for row in rows], numbers) for name in names})


def _column(name: str, values: list[Any], numbers: set[str]) -> np.ndarray:
    if name in _TIMES:
        return np.array([NO_TIME if value is None else value for value in values], dtype=np.int64)
    if name in numbers:
        return np.array([np.nan if value is None else value for value in values], dtype=np.float64)
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column
