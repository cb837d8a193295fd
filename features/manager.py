"""How the project manager who follows an order has been doing lately."""

from features.definition import Ratio, Share, feature
from features.history import Past
from features.shares import (
    arrivals_ratio,
    backlog_weeks,
    dissatisfied_share,
    events_per_order,
    relative_seconds,
    smoothed_share,
)


@feature(zh="该项目经理近90天回访不满意占比", moved_by="manager_rated")
def manager_dissatisfied_share_90d(past: Past) -> Share:
    """Share of the manager's ratings in the last 90 days that were 不满意, drawn towards a year's."""
    return dissatisfied_share(past, ("manager",), 90, dissatisfied_share(past, ("manager",), 365))


@feature(zh="该项目经理近一年回访不满意占比", moved_by="manager_rated")
def manager_dissatisfied_share_365d(past: Past) -> Share:
    """Share of the manager's ratings in the last 365 days that were 不满意."""
    return dissatisfied_share(past, ("manager",), 365)


@feature(zh="该项目经理近90天处置用时与全区之比", moved_by="manager_closed")
def manager_relative_handling_90d(past: Past) -> Ratio:
    """How long the manager's closings of the last 90 days took, over everybody's."""
    return relative_seconds(past, "closed", ("manager",), 90)


@feature(zh="该项目经理在办量相当于几周的办结量", moved_by="manager_received")
def manager_backlog_weeks(past: Past) -> Ratio:
    """Orders the manager has in hand, in weeks of its own closings."""
    return backlog_weeks(past, ("manager",))


@feature(zh="该项目经理近7天来单与平时之比", moved_by="manager_received")
def manager_arrivals_ratio(past: Past) -> Ratio:
    """Orders of the manager in the last week over its weekly mean."""
    return arrivals_ratio(past, ("manager",))


@feature(zh="该项目经理近90天先行联系及时率", moved_by="manager_contacted")
def manager_contact_in_time_share_90d(past: Past) -> Share:
    """Share of the manager's first contacts in the last 90 days made within one working day."""
    return smoothed_share(past, "contacted", "in_time", ("manager",), 90)


@feature(zh="该项目经理近90天延期频率与全区之比", moved_by="manager_delayed")
def manager_delayed_ratio_90d(past: Past) -> Ratio:
    """How often the manager's orders are delayed, over everybody's."""
    return events_per_order(past, "delayed", ("manager",), 90)


@feature(zh="该项目经理近180天“解释说明”办结占比", moved_by="manager_closed")
def manager_explained_share_180d(past: Past) -> Share:
    """Share of the manager's closings in the last 180 days by explaining only."""
    return smoothed_share(past, "closed", "explained", ("manager",), 180)


FEATURES = tuple(
    value for value in list(globals().values()) if isinstance(value, type(manager_dissatisfied_share_90d))
)
