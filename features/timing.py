"""The order's clocks: how long it has waited, and how its limits stand."""

import numpy as np

from features.definition import Category, Flag, Hours, Number, Ratio, feature
from features.frame import OrderFrame
from features.remembered import remembered
from features.working_time import (
    end_of_next_working_day,
    is_office_hour,
    is_working_day,
    local_hour,
    local_weekday,
    working_hours_between,
)
from hotline.calendar import HOUR, NO_TIME
from hotline.lifecycle import EventType


def hours_between(start: np.ndarray, end: np.ndarray) -> Hours:
    """Hours from start to end; NaN where either is missing."""
    missing = (start == NO_TIME) | (end == NO_TIME)
    return np.where(missing, np.nan, (end - np.where(missing, 0, start)) / HOUR)


@remembered
def closed_or_now(orders: OrderFrame) -> np.ndarray:
    """When the order was last closed in this round; the moment itself where it is not closed."""
    closing = orders.own(EventType.CLOSED, this_round=True).known_at_last
    return np.where(closing == NO_TIME, orders.as_of, closing)


@feature(zh="受理至今小时数", moved_by="clock")
def waited_hours(orders: OrderFrame) -> Hours:
    """Hours since the order was received."""
    return hours_between(orders.received_at, orders.as_of)


@feature(zh="受理至今工作小时数", moved_by="clock")
def waited_working_hours(orders: OrderFrame) -> Hours:
    """Working hours since the order was received."""
    return working_hours_between(orders.received_at, orders.as_of)


@feature(zh="处置用时（小时，未办结算到现在）", moved_by="closed")
def handling_hours(orders: OrderFrame) -> Hours:
    """Hours from receipt to the closing of this round, or to now while it is open."""
    return hours_between(orders.received_at, closed_or_now(orders))


@feature(zh="处置用时（工作小时）", moved_by="closed")
def handling_working_hours(orders: OrderFrame) -> Hours:
    """Working hours from receipt to the closing of this round, or to now while it is open."""
    return working_hours_between(orders.received_at, closed_or_now(orders))


@feature(zh="本轮处置用时（小时）", moved_by="redispatched")
def round_hours(orders: OrderFrame) -> Hours:
    """Hours from the opening of this round (receipt or re-dispatch) to its closing, or to now."""
    return hours_between(orders.chronicle.known_at[orders.round_start], closed_or_now(orders))


@feature(zh="本轮处置用时（工作小时）", moved_by="redispatched")
def round_working_hours(orders: OrderFrame) -> Hours:
    """Working hours from the opening of this round to its closing, or to now."""
    return working_hours_between(orders.chronicle.known_at[orders.round_start], closed_or_now(orders))


@feature(zh="本轮联系市民用时（小时）", moved_by="redispatched")
def round_hours_to_contact(orders: OrderFrame) -> Hours:
    """Hours from the opening of this round to its first contact, or to its closing or now without one."""
    contact = orders.own(EventType.CONTACTED, this_round=True).known_at_first
    made = np.where(contact == NO_TIME, closed_or_now(orders), contact)
    return hours_between(orders.chronicle.known_at[orders.round_start], made)


@feature(zh="办理时限长度（小时）", moved_by="due_at")
def allowed_hours(orders: OrderFrame) -> Hours:
    """Hours from receipt to the due date."""
    return hours_between(orders.received_at, orders.time("due_at"))


@feature(zh="距办理时限小时数（负数为已超期）", moved_by="due_at")
def hours_to_due(orders: OrderFrame) -> Hours:
    """Hours left to the due date when the order was closed, or now while open; negative when late."""
    return hours_between(closed_or_now(orders), orders.time("due_at"))


@feature(zh="已用时限比例", moved_by="due_at")
def due_share_used(orders: OrderFrame) -> Ratio:
    """Share of the allowed time that handling has taken so far; above 1 when late."""
    allowed = hours_between(orders.received_at, orders.time("due_at"))
    used = hours_between(orders.received_at, closed_or_now(orders))
    return np.where(allowed > 0, used / np.where(allowed > 0, allowed, 1.0), np.nan)


@feature(zh="是否超过办理时限", moved_by="due_at")
def is_late(orders: OrderFrame) -> Flag:
    """Whether the due date was missed, by the closing or by now; NaN without a due date."""
    left = hours_between(closed_or_now(orders), orders.time("due_at"))
    return np.where(np.isnan(left), np.nan, left < 0)


@feature(zh="距时限工作小时数", moved_by="due_at")
def working_hours_to_due(orders: OrderFrame) -> Hours:
    """Working hours left to the due date at the closing, or now while open."""
    return working_hours_between(closed_or_now(orders), orders.time("due_at"))


@feature(zh="受理时刻（几点）", moved_by="received_at")
def received_hour(orders: OrderFrame) -> Hours:
    """Hour of the day at receipt."""
    return local_hour(orders.received_at)


@feature(zh="受理是星期几", moved_by="received_at")
def received_weekday(orders: OrderFrame) -> Number:
    """Weekday of receipt, Monday 0."""
    return local_weekday(orders.received_at)


@feature(zh="是否在工作日受理", moved_by="received_at")
def was_received_on_working_day(orders: OrderFrame) -> Flag:
    """Whether offices worked on the day of receipt."""
    return is_working_day(orders.received_at)


@feature(zh="是否在办公时间受理", moved_by="received_at")
def was_received_in_office_hours(orders: OrderFrame) -> Flag:
    """Whether the order came in office hours."""
    return is_office_hour(orders.received_at)


@feature(zh="现在是几点", moved_by="clock")
def asked_hour(orders: OrderFrame) -> Hours:
    """Hour of the day now."""
    return local_hour(orders.as_of)


@feature(zh="先行联系用时（小时）", moved_by="contacted")
def hours_to_contact(orders: OrderFrame) -> Hours:
    """Hours from receipt to the first contact, or to now while there was none."""
    contact = orders.own(EventType.CONTACTED).known_at_first
    return hours_between(orders.received_at, np.where(contact == NO_TIME, orders.as_of, contact))


@feature(zh="先行联系是否超过1个工作日", moved_by="contacted")
def is_contact_late(orders: OrderFrame) -> Flag:
    """Whether the first contact came, or is still missing, after the close of the next working day."""
    contact = orders.own(EventType.CONTACTED).known_at_first
    made = np.where(contact == NO_TIME, orders.as_of, contact)
    return made > end_of_next_working_day(orders.received_at)


@feature(zh="派单用时（小时）", moved_by="dispatched")
def hours_to_dispatch(orders: OrderFrame) -> Hours:
    """Hours from receipt to the first dispatch."""
    return hours_between(orders.received_at, orders.own(EventType.DISPATCHED).known_at_first)


@feature(zh="受理到接单用时（小时）", moved_by="accepted")
def hours_to_accept(orders: OrderFrame) -> Hours:
    """Hours from receipt to the first acceptance."""
    return hours_between(orders.received_at, orders.own(EventType.ACCEPTED).known_at_first)


@feature(zh="上门用时（小时）", moved_by="visited")
def hours_to_visit(orders: OrderFrame) -> Hours:
    """Hours from receipt to the first visit."""
    return hours_between(orders.received_at, orders.own(EventType.VISITED).known_at_first)


@feature(zh="办结至今小时数", moved_by="closed")
def hours_since_closed(orders: OrderFrame) -> Hours:
    """Hours since the closing of this round."""
    return orders.own(EventType.CLOSED, this_round=True).hours_since_last


@feature(zh="所处阶段", moved_by="contacted")
def stage(orders: OrderFrame) -> Number:
    """Number of the stage in which the order stands, later stages higher."""
    return orders.stage


@feature(zh="在本阶段停留小时数", moved_by="contacted")
def hours_in_stage(orders: OrderFrame) -> Hours:
    """Hours since the last milestone."""
    milestone = orders.chronicle.last_milestone[orders.position]
    return hours_between(orders.chronicle.known_at[milestone], orders.as_of)


@feature(zh="来源", moved_by="source")
def source(orders: OrderFrame) -> Category:
    """How the order came in."""
    return orders.word("source")


@feature(zh="工单类型", moved_by="kind")
def kind(orders: OrderFrame) -> Category:
    """Repair or complaint."""
    return orders.word("kind")


@feature(zh="部位", moved_by="part")
def part(orders: OrderFrame) -> Category:
    """Private or shared part of the building."""
    return orders.word("part")


@feature(zh="是否涉信访", moved_by="petition_no")
def has_petition(orders: OrderFrame) -> Flag:
    """Whether a petition number is on record."""
    return orders.word("petition_no") != None  # noqa: E711 - elementwise


@feature(zh="是否涉诉讼", moved_by="case_no")
def has_case(orders: OrderFrame) -> Flag:
    """Whether a court case number is on record."""
    return orders.word("case_no") != None  # noqa: E711 - elementwise


FEATURES = tuple(value for value in list(globals().values()) if isinstance(value, type(waited_hours)))
