"""The handler's own forecast, the human baseline: on a random tenth of the orders asked before the model's word is shown."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import blake2b

from desk.refusals import Refused
from hotline.calendar import to_micros
from hotline.satisfaction import Rating
from hotline.situation import Situation
from store.database import Store
from store.forecasts import ForecastRow

#: After so long an order that nobody foretold is shown like any other: a duty must not wait for a question.
ASKED_FOR = timedelta(hours=24)
#: Of so many orders one is asked about first.
_ONE_OF = 10


def is_drawn(order_id: str) -> bool:
    """Whether an order is of the random tenth; its number decides, so that every page and worker agrees."""
    return (
        int.from_bytes(blake2b(order_id.encode(), digest_size=8, person=b"forecast").digest()) % _ONE_OF == 0
    )


def asked_first(store: Store, orders: Iterable[Situation], now: datetime) -> frozenset[str]:
    """Those of the orders whose handler is asked before the model's word is shown: drawn, young, and not yet answered."""
    drawn = [
        order.order.order_id
        for order in orders
        if order.over_at is None
        and now - order.order.received_at <= ASKED_FOR
        and is_drawn(order.order.order_id)
    ]
    return frozenset(drawn).difference(store.latest_forecasts(drawn) if drawn else ())


def foretell(store: Store, order: Situation, key: str, rating: Rating | None, now: datetime) -> bool:
    """Write down what the handler expects the citizen to say; sent again it is written once.

    rating : None where the handler would not say; the model's word is shown from then on
    Call it in a writing transaction. Refused where the official rating has come.
    """
    if order.over_at is not None:
        raise Refused("rating", "这张工单本轮已结束，不再预判")
    seen_model = rating is None or not asked_first(store, [order], now)
    row = ForecastRow(
        order_id=order.order.order_id,
        forecast_id=f"page-{key}",
        known_at=to_micros(now),
        rating=None if rating is None else int(rating),
        seen_model=seen_model,
    )
    return store.add_forecast(row)
