"""How the order's round was closed, and what callers have heard of it since."""

import numpy as np

from features.definition import Count, Flag, Hours, Number, feature
from features.frame import OrderFrame
from features.ordering import CITY_CALLBACK, DISTRICT_CALLBACK
from features.timing import hours_between
from hotline.lifecycle import EventType, Verdict


@feature(zh="企业是否已自行回访", moved_by="firm_called")
def was_called_by_firm(orders: OrderFrame) -> Flag:
    """Whether the firm called after closing this round."""
    return orders.own(EventType.FIRM_CALLED, this_round=True).any


@feature(zh="办结到企业回访用时（小时）", moved_by="firm_called")
def hours_from_close_to_firm_call(orders: OrderFrame) -> Hours:
    """Hours from the closing to the firm's own call; NaN without both."""
    call = orders.own(EventType.FIRM_CALLED, this_round=True).known_at_last
    return hours_between(orders.own(EventType.CLOSED, this_round=True).known_at_last, call)


@feature(zh="本轮是否已办结", moved_by="closed")
def is_closed(orders: OrderFrame) -> Flag:
    """Whether this round is closed."""
    return orders.own(EventType.CLOSED, this_round=True).any


@feature(zh="是否按“解释说明”办结", moved_by="closed_explained")
def is_closed_by_explaining(orders: OrderFrame) -> Flag:
    """Whether the last closing's verdict was 解释说明; NaN while open or without a verdict."""
    closing = orders.own(EventType.CLOSED, this_round=True)
    verdict = closing.last_of(orders.chronicle.event_column("verdict"), None)
    told = verdict != None  # noqa: E711 - elementwise
    return np.where(told, verdict == Verdict.EXPLAINED.value, np.nan)


@feature(zh="是否未上门就办结", moved_by="closed")
def is_closed_unseen(orders: OrderFrame) -> Flag:
    """Whether the round was closed though nobody went to see."""
    return orders.own(EventType.CLOSED, this_round=True).any & ~orders.own(EventType.VISITED).any


@feature(zh="是否未联系就办结", moved_by="closed")
def is_closed_uncontacted(orders: OrderFrame) -> Flag:
    """Whether the round was closed though nobody contacted the citizen."""
    return orders.own(EventType.CLOSED, this_round=True).any & ~orders.own(EventType.CONTACTED).any


@feature(zh="重新交办次数", moved_by="redispatched")
def times_redispatched(orders: OrderFrame) -> Count:
    """How often the order came back after a callback."""
    return orders.own(EventType.REDISPATCHED).count


@feature(zh="962121回访评价（0不满意–3满意）", moved_by="judged")
def rating_heard_by_962121(orders: OrderFrame) -> Number:
    """The rating that 962121 heard last in this round, 0 worst; NaN without one."""
    ratings = _ratings(orders, DISTRICT_CALLBACK)
    return orders.own_rows(~np.isnan(ratings), this_round=True).last_of(ratings, np.nan)


@feature(zh="上一轮市回访评价（0不满意–3满意）", moved_by="earlier_round_rated")
def rating_of_earlier_round(orders: OrderFrame) -> Number:
    """The last rating that the city heard before this round, 0 worst; NaN in the first round."""
    ratings = _ratings(orders, CITY_CALLBACK)
    before = OrderFrame(orders.chronicle, orders.order, orders.as_of, orders.round_start - 1)
    return before.own_rows(~np.isnan(ratings)).last_of(ratings, np.nan)


def _ratings(orders: OrderFrame, kind: str) -> np.ndarray:
    """Ratings of one caller laid along the chronicle; NaN elsewhere."""
    chronicle = orders.chronicle
    calls = chronicle.is_type(kind)
    laid = np.full(len(chronicle), np.nan)
    laid[calls] = chronicle.log.callbacks["rating"].to_numpy()[chronicle.row[calls]]
    return laid


FEATURES = tuple(value for value in list(globals().values()) if isinstance(value, type(is_closed)))
