"""The estate around an order: how it fares, what it lacks, and who else is calling about the same thing."""

import numpy as np

from features.definition import Count, Flag, Number, Ratio, Share, feature
from features.frame import OrderFrame
from features.history import Past
from features.journey import awaits_fund
from features.shares import (
    arrivals_ratio,
    backlog_weeks,
    dissatisfied_share,
    events_per_order,
    smoothed_share,
)
from hotline.calendar import DAY
from hotline.categories import PAID_FROM_FUND

_COMMUNITY = ("community",)
_YEAR = 365.25 * DAY
_EPOCH_YEAR = 1970


@feature(zh="该小区近180天回访不满意占比", moved_by="community_rated")
def community_dissatisfied_share_180d(past: Past) -> Share:
    """Share of the community's ratings in the last 180 days that were 不满意, drawn towards its street's."""
    street = dissatisfied_share(past, ("street",), 365)
    return dissatisfied_share(past, _COMMUNITY, 180, street)


@feature(zh="该小区同类事项近一年不满意占比", moved_by="community_rated")
def community_category_dissatisfied_share_365d(past: Past) -> Share:
    """Share of 不满意 in the community's ratings of this category, drawn towards the category's."""
    usual = dissatisfied_share(past, ("category",), 365)
    return dissatisfied_share(past, ("community", "category"), 365, usual)


@feature(zh="该小区近180天“解释说明”办结占比", moved_by="community_closed")
def community_explained_share_180d(past: Past) -> Share:
    """Share of the community's closings in the last 180 days by explaining only."""
    return smoothed_share(past, "closed", "explained", _COMMUNITY, 180)


@feature(zh="该小区近180天市民确认解决占比", moved_by="community_solved")
def community_solved_share_180d(past: Past) -> Share:
    """Share of answers in the last 180 days that called the community's matter solved."""
    return smoothed_share(past, "solved", "solved", _COMMUNITY, 180)


@feature(zh="该小区近180天重新交办频率与全区之比", moved_by="community_redispatched")
def community_redispatched_ratio_180d(past: Past) -> Ratio:
    """How often the community's orders come back, over everybody's."""
    return events_per_order(past, "redispatched", _COMMUNITY, 180)


@feature(zh="该小区在办量相当于几周的办结量", moved_by="community_received")
def community_backlog_weeks(past: Past) -> Ratio:
    """Orders in hand in the community, in weeks of its own closings."""
    return backlog_weeks(past, _COMMUNITY)


@feature(zh="该小区近7天来单与平时之比", moved_by="community_received")
def community_arrivals_ratio(past: Past) -> Ratio:
    """Orders of the community in the last week over its weekly mean."""
    return arrivals_ratio(past, _COMMUNITY)


@feature(zh="同一小区同类事项近24小时其他来单", moved_by="incident_received")
def same_incident_24h(past: Past) -> Count:
    """Other orders of the same community and category in the last 24 hours: likely one incident."""
    return past.other_orders(("community", "category"), 1)


@feature(zh="同一小区同类事项近7天其他来单", moved_by="incident_received")
def same_incident_7d(past: Past) -> Count:
    """Other orders of the same community and category in the last 7 days."""
    return past.other_orders(("community", "category"), 7)


@feature(zh="同一小区同类事项近90天其他来单", moved_by="incident_received")
def same_matter_90d(past: Past) -> Count:
    """Other orders of the same community and category in the last 90 days: the matter comes back."""
    return past.other_orders(("community", "category"), 90)


@feature(zh="小区是否成立业主大会", moved_by="has_assembly")
def community_has_assembly(past: Past) -> Flag:
    """Whether the community has an owners' assembly."""
    return past.community_fact("has_assembly")


@feature(zh="小区是否开通维修资金账户", moved_by="has_fund_account")
def community_has_fund_account(past: Past) -> Flag:
    """Whether the community's maintenance fund account is open."""
    return past.community_fact("has_fund_account")


@feature(zh="房龄（年）", moved_by="year_built")
def estate_age_years(orders: OrderFrame, past: Past) -> Number:
    """Years since the community was built."""
    return orders.as_of / _YEAR + _EPOCH_YEAR - past.community_fact("year_built")


@feature(zh="小区户数", moved_by="households")
def community_households(past: Past) -> Count:
    """Households in the community."""
    return past.community_fact("households")


@feature(zh="该小区近90天每千户来单", moved_by="community_received")
def community_orders_per_1000_households(past: Past) -> Ratio:
    """Orders of the community in the last 90 days for every 1,000 households."""
    households = past.community_fact("households")
    count = past.events("received", by=_COMMUNITY, days=90).count
    return np.where(households > 0, 1000 * count / np.where(households > 0, households, 1), np.nan)


@feature(zh="是否卡在维修资金或业主大会", moved_by="structural")
def is_structurally_blocked(orders: OrderFrame, past: Past) -> Flag:
    """Whether the repair needs the fund while assembly or account is missing, or approval is awaited."""
    assembly, account = (past.community_fact(name) for name in ("has_assembly", "has_fund_account"))
    needs_fund = np.isin(orders.word("category").astype(object), list(PAID_FROM_FUND))
    return (needs_fund & ((assembly == 0) | (account == 0))) | (awaits_fund.column(orders, past) == 1)


FEATURES = tuple(value for value in list(globals().values()) if isinstance(value, type(same_incident_7d)))
