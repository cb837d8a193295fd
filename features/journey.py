"""What the order has been through: its own events, how many, how recent, and the silences between."""

import numpy as np
import pandas as pd

from features.definition import Category, Count, Flag, Hours, Ratio, feature
from features.frame import OrderFrame
from features.own_events import running_highest
from features.timing import closed_or_now, hours_between
from hotline.calendar import HOUR, NO_TIME
from hotline.lifecycle import EventType


@feature(zh="已发生环节数", moved_by="urged")
def events_so_far(orders: OrderFrame) -> Count:
    """Events of the order so far."""
    return orders.own_moments.count


@feature(zh="本轮环节数", moved_by="redispatched")
def events_this_round(orders: OrderFrame) -> Count:
    """Events since the receipt or the last re-dispatch."""
    return orders.own_rows(orders.chronicle.is_moment, this_round=True).count


@feature(zh="每天环节数", moved_by="urged")
def events_per_day(orders: OrderFrame) -> Ratio:
    """Events so far by the days waited (at least one)."""
    waited = np.maximum(1.0, hours_between(orders.received_at, orders.as_of) / 24)
    return orders.own_moments.count / waited


@feature(zh="多久没有新动静（小时）", moved_by="clock")
def silence_hours(orders: OrderFrame) -> Hours:
    """Hours since the order's last event."""
    return orders.own_moments.hours_since_last


@feature(zh="最长一次没有动静（小时）", moved_by="clock")
def longest_silence_hours(orders: OrderFrame) -> Hours:
    """The longest stretch without an event so far, up to now."""
    chronicle = orders.chronicle
    rows = np.flatnonzero(chronicle.is_moment)
    if not len(rows):
        return np.full(len(orders), np.nan)
    gap = np.append(0, np.diff(chronicle.known_at[rows]))
    gap[np.append(True, np.diff(chronicle.order[rows]) != 0)] = 0
    slot = np.searchsorted(rows, orders.position, side="right") - 1
    longest = running_highest(gap, chronicle.order[rows])[np.maximum(slot, 0)]
    now = orders.as_of - chronicle.known_at[rows[np.maximum(slot, 0)]]
    return np.where(slot >= 0, np.maximum(longest, now) / HOUR, np.nan)


@feature(zh="最近一个环节", moved_by="urged")
def last_event(orders: OrderFrame) -> Category:
    """Type of the order's last event."""
    chronicle = orders.chronicle
    names = np.array([*chronicle.types, ""], dtype=object)[chronicle.type]
    return orders.own_moments.last_of(names, None)


@feature(zh="催办次数", moved_by="urged")
def times_urged(orders: OrderFrame) -> Count:
    """How often the order was urged."""
    return orders.own(EventType.URGED).count


@feature(zh="最近一次催办至今（小时）", moved_by="urged")
def hours_since_urged(orders: OrderFrame) -> Hours:
    """Hours since the order was last urged."""
    return orders.own(EventType.URGED).hours_since_last


@feature(zh="督办次数", moved_by="supervised")
def times_supervised(orders: OrderFrame) -> Count:
    """How often the order was put under supervision."""
    return orders.own(EventType.SUPERVISED).count


@feature(zh="退单次数", moved_by="returned")
def times_returned(orders: OrderFrame) -> Count:
    """How often the order was sent back by whom it was dispatched to."""
    return orders.own(EventType.RETURNED).count


@feature(zh="移交与退单合计次数", moved_by="handed_over")
def times_reassigned(orders: OrderFrame) -> Count:
    """Returns, handovers and repeated dispatches together."""
    again = np.maximum(0, orders.own(EventType.DISPATCHED).count - 1)
    return orders.own(EventType.RETURNED, EventType.HANDED_OVER).count + again


@feature(zh="联系市民次数", moved_by="contacted")
def times_contacted(orders: OrderFrame) -> Count:
    """How often the citizen was contacted."""
    return orders.own(EventType.CONTACTED).count


@feature(zh="上门次数", moved_by="visited")
def times_visited(orders: OrderFrame) -> Count:
    """How often somebody went to see."""
    return orders.own(EventType.VISITED).count


@feature(zh="维修次数", moved_by="repairing")
def times_repaired(orders: OrderFrame) -> Count:
    """How many repairs were begun."""
    return orders.own(EventType.REPAIRING).count


@feature(zh="延期次数", moved_by="delayed")
def times_delayed(orders: OrderFrame) -> Count:
    """How often a delay was told."""
    return orders.own(EventType.DELAYED).count


@feature(zh="延期原因是否尚未消除", moved_by="delayed")
def is_delay_open(orders: OrderFrame) -> Flag:
    """Whether a delay was told whose cause has not ended."""
    told, ended = orders.own(EventType.DELAYED), orders.own(EventType.DELAY_ENDED)
    return told.any & (ended.last < told.last)


@feature(zh="上报次数", moved_by="escalated")
def times_escalated(orders: OrderFrame) -> Count:
    """How often the matter was reported upwards."""
    return orders.own(EventType.ESCALATED).count


@feature(zh="是否引导特约维修", moved_by="referred")
def was_referred(orders: OrderFrame) -> Flag:
    """Whether the citizen was guided to third-party repair."""
    return orders.own(EventType.REFERRED).any


@feature(zh="维修资金是否申请未批", moved_by="fund_requested")
def awaits_fund(orders: OrderFrame) -> Flag:
    """Whether money from the fund was asked for and not approved yet."""
    asked, approved = orders.own(EventType.FUND_REQUESTED), orders.own(EventType.FUND_APPROVED)
    return asked.any & (approved.last < asked.last)


@feature(zh="维修资金申请至今（小时）", moved_by="fund_requested")
def hours_since_fund_request(orders: OrderFrame) -> Hours:
    """Hours since money from the fund was asked for."""
    return orders.own(EventType.FUND_REQUESTED).hours_since_last


@feature(zh="是否已解释说明", moved_by="explained")
def was_explained(orders: OrderFrame) -> Flag:
    """Whether an explanation to the citizen is on record."""
    return orders.own(EventType.EXPLAINED).any


@feature(zh="是否已整改", moved_by="put_right")
def was_put_right(orders: OrderFrame) -> Flag:
    """Whether something was put right in this round."""
    return orders.own(EventType.PUT_RIGHT, this_round=True).any


@feature(zh="承诺日期是否已过而未办结", moved_by="promised_at")
def is_promise_broken(orders: OrderFrame) -> Flag:
    """Whether the last promised date passed before the closing; NaN without a promise."""
    promise = _last_promise(orders)
    return np.where(promise == NO_TIME, np.nan, closed_or_now(orders) > promise)


@feature(zh="距承诺日期小时数（负数为已过）", moved_by="promised_at")
def hours_to_promise(orders: OrderFrame) -> Hours:
    """Hours from the closing, or from now while open, to the last promised date; negative when broken."""
    return hours_between(closed_or_now(orders), _last_promise(orders))


@feature(zh="承诺次数", moved_by="promised_at")
def promises_made(orders: OrderFrame) -> Count:
    """How many dates were promised."""
    return orders.own_promises.count


def _last_promise(orders: OrderFrame) -> np.ndarray:
    return orders.own_promises.last_of(orders.chronicle.promised_at, NO_TIME)


@feature(zh="经手人数", moved_by="actor")
def actors_so_far(orders: OrderFrame) -> Count:
    """How many different people have handled the order."""
    return distinct_so_far(orders, "actor")


@feature(zh="经手部门数", moved_by="group")
def groups_so_far(orders: OrderFrame) -> Count:
    """How many different departments have handled the order."""
    return distinct_so_far(orders, "group")


@feature(zh="最近经手部门", moved_by="group")
def last_group(orders: OrderFrame) -> Category:
    """The department of the order's last event."""
    return last_word(orders, "group")


def distinct_so_far(orders: OrderFrame, name: str) -> Count:
    """How many different values a word of the events has taken within the order."""
    codes = pd.factorize(orders.chronicle.event_column(name))[0]
    return orders.own_rows(codes >= 0).distinct_of(codes)


def last_word(orders: OrderFrame, name: str) -> Category:
    """The last value of a word of the events within the order; None before the first."""
    words = orders.chronicle.event_column(name)
    return orders.own_rows(~pd.isna(words)).last_of(words, None)


FEATURES = tuple(value for value in list(globals().values()) if isinstance(value, type(times_urged)))
