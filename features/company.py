"""How the company now holding an order has been doing lately."""

from features.definition import Number, Ratio, Share, feature
from features.history import Past
from features.shares import (
    arrivals_ratio,
    backlog_weeks,
    dissatisfied_share,
    events_per_order,
    lost_points,
    relative_seconds,
    smoothed_share,
)


@feature(zh="该物业企业近90天回访不满意占比", moved_by="company_rated")
def company_dissatisfied_share_90d(past: Past) -> Share:
    """Share of the company's ratings in the last 90 days that were 不满意, drawn towards a year's."""
    return dissatisfied_share(past, ("company",), 90, dissatisfied_share(past, ("company",), 365))


@feature(zh="该物业企业近一年回访不满意占比", moved_by="company_rated")
def company_dissatisfied_share_365d(past: Past) -> Share:
    """Share of the company's ratings in the last 365 days that were 不满意."""
    return dissatisfied_share(past, ("company",), 365)


@feature(zh="该物业企业近90天处置用时与全区之比", moved_by="company_closed")
def company_relative_handling_90d(past: Past) -> Ratio:
    """How long the company's closings of the last 90 days took, over everybody's."""
    return relative_seconds(past, "closed", ("company",), 90)


@feature(zh="该物业企业在办量相当于几周的办结量", moved_by="company_received")
def company_backlog_weeks(past: Past) -> Ratio:
    """Orders the company has in hand, in weeks of its own closings."""
    return backlog_weeks(past, ("company",))


@feature(zh="该物业企业近7天来单与平时之比", moved_by="company_received")
def company_arrivals_ratio(past: Past) -> Ratio:
    """Orders of the company in the last week over its weekly mean."""
    return arrivals_ratio(past, ("company",))


@feature(zh="该物业企业近180天平均失分", moved_by="company_rated")
def company_lost_points_180d(past: Past) -> Number:
    """Points of 满意率 that the company's rated orders lost on average in the last 180 days."""
    return lost_points(past, ("company",), 180)


@feature(zh="该物业企业近90天超期办结占比", moved_by="company_closed")
def company_late_share_90d(past: Past) -> Share:
    """Share of the company's closings in the last 90 days that were late."""
    return smoothed_share(past, "closed", "late", ("company",), 90)


@feature(zh="该物业企业近90天“解释说明”办结占比", moved_by="company_closed")
def company_explained_share_90d(past: Past) -> Share:
    """Share of the company's closings in the last 90 days by explaining only."""
    return smoothed_share(past, "closed", "explained", ("company",), 90)


@feature(zh="该物业企业近90天先行联系及时率", moved_by="company_contacted")
def company_contact_in_time_share_90d(past: Past) -> Share:
    """Share of the company's first contacts in the last 90 days made within one working day."""
    return smoothed_share(past, "contacted", "in_time", ("company",), 90)


@feature(zh="该物业企业近180天承诺逾期占比", moved_by="company_promised")
def company_promise_broken_share_180d(past: Past) -> Share:
    """Share of the company's promised dates in the last 180 days that passed unclosed."""
    return smoothed_share(past, "promised", "broken", ("company",), 180)


@feature(zh="该物业企业近90天被催办频率与全区之比", moved_by="company_urged")
def company_urged_ratio_90d(past: Past) -> Ratio:
    """How often the company's orders are urged, over everybody's."""
    return events_per_order(past, "urged", ("company",), 90)


@feature(zh="该物业企业近90天退单频率与全区之比", moved_by="company_returned")
def company_returned_ratio_90d(past: Past) -> Ratio:
    """How often the company's orders are returned, over everybody's."""
    return events_per_order(past, "returned", ("company",), 90)


@feature(zh="该物业企业近180天重新交办频率与全区之比", moved_by="company_redispatched")
def company_redispatched_ratio_180d(past: Past) -> Ratio:
    """How often the company's orders come back, over everybody's."""
    return events_per_order(past, "redispatched", ("company",), 180)


@feature(zh="该物业企业近180天市民确认解决占比", moved_by="company_solved")
def company_solved_share_180d(past: Past) -> Share:
    """Share of answers in the last 180 days that called the company's matter solved."""
    return smoothed_share(past, "solved", "solved", ("company",), 180)


@feature(zh="该物业企业近90天962121回访不满意占比", moved_by="company_judged")
def company_judged_dissatisfied_share_90d(past: Past) -> Share:
    """Share of what 962121 heard about the company in the last 90 days that was 不满意."""
    return smoothed_share(past, "judged", "dissatisfied", ("company",), 90)


@feature(zh="该物业企业同类事项近一年不满意占比", moved_by="company_rated")
def company_category_dissatisfied_share_365d(past: Past) -> Share:
    """Share of 不满意 in the company's ratings of this category over a year, drawn towards the company's."""
    return dissatisfied_share(past, ("company", "category"), 365, dissatisfied_share(past, ("company",), 365))


FEATURES = tuple(
    value for value in list(globals().values()) if isinstance(value, type(company_dissatisfied_share_90d))
)
