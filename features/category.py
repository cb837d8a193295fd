"""What usually becomes of orders of this category, and how this one compares."""

import numpy as np

from features.definition import Category, Flag, Hours, Ratio, Share, feature
from features.frame import OrderFrame
from features.history import Past
from features.shares import arrivals_ratio, dissatisfied_share, smoothed_share
from features.timing import closed_or_now, hours_between
from features.windows import divided
from hotline.categories import PAID_FROM_FUND

_SECONDS_AN_HOUR = 3600.0


@feature(zh="事项类别", moved_by="category")
def category(orders: OrderFrame) -> Category:
    """The category of the matter, as known then."""
    return orders.word("category")


@feature(zh="同类事项近一年不满意占比", moved_by="category_rated")
def category_dissatisfied_share_365d(past: Past) -> Share:
    """Share of the category's ratings in the last 365 days that were 不满意."""
    return dissatisfied_share(past, ("category",), 365)


@feature(zh="同类事项近90天“解释说明”办结占比", moved_by="category_closed")
def category_explained_share_90d(past: Past) -> Share:
    """Share of the category's closings in the last 90 days by explaining only."""
    return smoothed_share(past, "closed", "explained", ("category",), 90)


@feature(zh="同类事项近7天来单与平时之比", moved_by="category_received")
def category_arrivals_ratio(past: Past) -> Ratio:
    """Orders of the category in the last week over its weekly mean."""
    return arrivals_ratio(past, ("category",))


@feature(zh="同类事项平均处置用时（小时）", moved_by="category_closed")
def category_usual_hours(past: Past) -> Hours:
    """Mean hours to close in the category over the last 180 days."""
    return past.events("closed", by="category", days=180).mean("seconds") / _SECONDS_AN_HOUR


@feature(zh="处置用时与同类平均之比", moved_by="closed")
def handling_over_usual(orders: OrderFrame, past: Past) -> Ratio:
    """This order's handling time over the category's mean of the last 180 days."""
    usual = past.events("closed", by="category", days=180).mean("seconds") / _SECONDS_AN_HOUR
    taken = hours_between(orders.received_at, closed_or_now(orders))
    return divided(taken, np.nan_to_num(usual))


@feature(zh="是否通常要动用维修资金的事项", moved_by="category")
def is_paid_from_fund(orders: OrderFrame) -> Flag:
    """Whether repairs of this category are usually paid from the maintenance fund."""
    return np.isin(orders.word("category").astype(object), list(PAID_FROM_FUND))


FEATURES = tuple(value for value in list(globals().values()) if isinstance(value, type(category)))
