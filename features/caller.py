"""How often this caller has called before. Past ratings of a caller are no feature: nobody is marked."""

from features.definition import Count, Flag, feature
from features.history import Past

#: From the third call about the same matter the pages say so.
_THIRD = 3


@feature(zh="该来电人近90天其他工单数", moved_by="caller_received")
def caller_orders_90d(past: Past) -> Count:
    """Other orders of the same caller in the last 90 days."""
    return past.other_orders(("caller",), 90)


@feature(zh="该来电人近一年其他工单数", moved_by="caller_received")
def caller_orders_365d(past: Past) -> Count:
    """Other orders of the same caller in the last 365 days."""
    return past.other_orders(("caller",), 365)


@feature(zh="同一人同类事项近180天来电次数", moved_by="caller_received")
def caller_same_matter_180d(past: Past) -> Count:
    """Other orders of the same caller in the same category in the last 180 days."""
    return past.other_orders(("caller", "category"), 180)


@feature(zh="是否同一件事第3次或更多次来电", moved_by="caller_received_thrice")
def is_third_call(past: Past) -> Flag:
    """Whether the caller has raised the same matter at least twice before within 180 days."""
    return past.other_orders(("caller", "category"), 180) >= _THIRD - 1


@feature(zh="该来电人近一年被重新交办次数", moved_by="caller_redispatched")
def caller_redispatched_365d(past: Past) -> Count:
    """Re-dispatches of the caller's orders in the last 365 days."""
    return past.events("redispatched", by="caller", days=365).count


FEATURES = tuple(value for value in list(globals().values()) if isinstance(value, type(is_third_call)))
