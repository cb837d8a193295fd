"""What was drawn, by which desk, on which day: written before anybody calls, and never changed."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import Engine, insert, select
from sqlalchemy.exc import IntegrityError

from store.connection import reading, writing_of
from store.tables import drawn_orders as _orders
from store.tables import draws as _draws


@dataclass(frozen=True)
class DrawRow:
    """One desk's draw of one day, and what it went by.

    day   : in Shanghai, as 2026-11-26
    near  : orders near the cut line, of which some may not be drawn
    line  : the gain at the cut line
    """

    desk: str
    day: str
    drawn_at: int
    seed: int
    capacity: int
    share: float
    nearness: float
    agreed: str
    line: float
    near: int
    model_version: str


@dataclass(frozen=True)
class DrawnOrder:
    """What fell to one order in one round; orders with the same `head` were drawn as one.

    chance  : of the arm `call`
    p0 … p3 : the chances of the four ratings as they stood then, worst first
    """

    order_id: str
    round_at: int
    desk: str
    day: str
    drawn_at: int
    head: str
    rank: int
    arm: str
    chance: float
    kind: str
    p0: float
    p1: float
    p2: float
    p3: float


def is_drawn(engine: Engine, desk: str, day: str) -> bool:
    """Whether a desk's draw of a day was made."""
    question = select(_draws.c.day).where(_draws.c.desk == desk, _draws.c.day == day)
    with reading(engine) as connection:
        return connection.scalar(question) is not None


def record(engine: Engine, row: DrawRow, orders: Sequence[DrawnOrder]) -> bool:
    """Write a draw; False, and nothing, where the desk has drawn that day or another has drawn one of the orders."""
    try:
        with writing_of(engine) as connection:
            connection.execute(insert(_draws), asdict(row))
            if orders:
                connection.execute(insert(_orders), [asdict(order) for order in orders])
    except IntegrityError:
        return False
    return True


def drawn_since(engine: Engine, since: int) -> list[DrawnOrder]:
    """The orders drawn since a moment, the oldest first."""
    question = select(_orders).where(_orders.c.drawn_at >= since)
    with reading(engine) as connection:
        rows = connection.execute(question.order_by(_orders.c.drawn_at, _orders.c.order_id)).all()
    return [DrawnOrder(**row._mapping) for row in rows]


def draw_rows(engine: Engine) -> list[DrawRow]:
    """All draws, the oldest first."""
    with reading(engine) as connection:
        rows = connection.execute(select(_draws).order_by(_draws.c.drawn_at, _draws.c.desk)).all()
    return [DrawRow(**row._mapping) for row in rows]
