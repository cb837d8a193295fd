"""What waiting brings: notices of delay, promised dates, extensions, urging and supervision."""

import numpy as np

from simulator.caseload import Caseload, only
from simulator.clock import DAY, HOUR, NEVER, Flags, Times

#: Notices of delay, by whether the handling takes longer than so many working days.
_LONG_WORKING_DAYS, _NOTICE_LONG, _NOTICE_SHORT = 3.0, 0.5, 0.03
#: Notices fall into the first part of the handling; some causes are said to have ended.
_NOTICE_UNTIL, _DELAY_ENDS = 0.35, 0.4
#: Promised days beside those it really takes: managers promise about what they need, and err (of the log).
_PROMISE_MARGIN, _PROMISE_ERROR = 0.08, 0.5
#: Approved extensions among delays told in time, and the working days they grant.
_EXTENDED, _EXTENDED_DAYS = 0.45, 15
_REDISPATCHED_DAYS = 3
#: The citizen's calls for each working day of waiting, at most three.
_URGES_A_DAY, _MOST_URGES = 0.045, 3
_SUPERVISED_WHEN_OVERDUE = 0.35


def tell_delays(load: Caseload, start: Times, closed: Times) -> dict[str, Times]:
    """Notices between `start` and `closed`, their promised dates, and the end of their causes."""
    days = load.clock.working_days(load.opened, closed)
    is_delayed = load.sometimes(np.where(days > _LONG_WORKING_DAYS, _NOTICE_LONG, _NOTICE_SHORT))
    told = load.between(start, closed, _NOTICE_UNTIL)
    needed = load.clock.working_days(told, closed)
    factor = np.exp(load.rng.normal(_PROMISE_MARGIN, _PROMISE_ERROR, len(load)))
    promised_days = np.maximum(np.round(needed * factor), 1).astype(np.int64)
    return {
        "delayed": only(is_delayed, told),
        "promised": only(is_delayed, load.clock.close_of_day(told, promised_days)),
        "delay_ended": only(is_delayed & load.sometimes(_DELAY_ENDS), load.between(told, closed)),
    }


def set_deadlines(load: Caseload, delayed: Times, closed: Times) -> dict[str, Times]:
    """The deadline in force at closing, and when an extension to fifteen working days was granted."""
    if load.is_again:
        standard = load.clock.close_of_day(load.opened, _REDISPATCHED_DAYS)
        return {"due": standard, "extended": np.full(len(load), NEVER)}
    standard = load.intake.due[load.order]
    latest = np.minimum(closed, standard)
    is_extended = (delayed < latest) & load.sometimes(_EXTENDED)
    granted = load.between(np.minimum(delayed, latest), latest)
    longer = load.clock.close_of_day(load.opened, _EXTENDED_DAYS)
    return {"due": np.where(is_extended, longer, standard), "extended": only(is_extended, granted)}


def urge(load: Caseload, accepted: Times, closed: Times) -> Times:
    """When the citizen called again about the order: a column for each call, at any hour."""
    days = load.clock.working_days(load.opened, closed)
    calls = load.rng.poisson(_URGES_A_DAY * days)
    share = load.rng.random((len(load), _MOST_URGES))
    at = accepted[:, None] + ((closed - accepted)[:, None] * share).astype(np.int64)
    return np.where(np.arange(_MOST_URGES) < calls[:, None], at, NEVER)


def supervise(load: Caseload, due: Times, closed: Times) -> Times:
    """When the street took an overdue order under supervision."""
    is_overdue: Flags = closed > due + DAY
    return only(
        is_overdue & load.sometimes(_SUPERVISED_WHEN_OVERDUE),
        load.between(np.minimum(due + HOUR, closed), closed, 0.6),
    )
