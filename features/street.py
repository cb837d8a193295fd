"""The street and the district around an order."""

from features.definition import Ratio, Share, feature
from features.history import Past
from features.shares import (
    arrivals_ratio,
    backlog_weeks,
    dissatisfied_share,
    district_share,
)


@feature(zh="该街镇近90天回访不满意占比", moved_by="street_rated")
def street_dissatisfied_share_90d(past: Past) -> Share:
    """Share of the street's ratings in the last 90 days that were 不满意."""
    return dissatisfied_share(past, ("street",), 90)


@feature(zh="该街镇在办量相当于几周的办结量", moved_by="street_received")
def street_backlog_weeks(past: Past) -> Ratio:
    """Orders in hand in the street, in weeks of its own closings."""
    return backlog_weeks(past, ("street",))


@feature(zh="该街镇近7天来单与平时之比", moved_by="street_received")
def street_arrivals_ratio(past: Past) -> Ratio:
    """Orders of the street in the last week over its weekly mean."""
    return arrivals_ratio(past, ("street",))


@feature(zh="全区近28天回访不满意占比", moved_by="any_rated")
def district_dissatisfied_share_28d(past: Past) -> Share:
    """Share of all ratings in the last 28 days that were 不满意, drawn towards a year's."""
    return dissatisfied_share(past, (), 28, district_share(past))


@feature(zh="全区近7天来单与平时之比", moved_by="any_received")
def district_arrivals_ratio(past: Past) -> Ratio:
    """Orders in the last week over the weekly mean of the last eight."""
    return arrivals_ratio(past, ())


FEATURES = tuple(
    value for value in list(globals().values()) if isinstance(value, type(street_dissatisfied_share_90d))
)
