"""How an order is handled in one round: every milestone from dispatch to closing."""

from dataclasses import dataclass

import numpy as np

from simulator import categories
from simulator.city import City
from simulator.clock import DAY, HOUR, NEVER, Codes, Flags, Numbers, Times, WorkClock
from simulator.intake import FIRM_DESK, PRIVATE_PART, Intake
from simulator.phrases import THEME_NAMES

#: What one standard deviation of a firm's or a manager's slack does to the log of every handling time.
_COMPANY_DELAY, _MANAGER_DELAY = 0.22, 0.08
#: Returns: always where the order was misaddressed, else sometimes; some come back a second time.
_RETURNED, _RETURNED_AGAIN = 0.035, 0.25
_REACHED, _VISITED_REPAIR, _VISITED_COMPLAINT = 0.93, 0.72, 0.34
_STARTS_REPAIR, _EXPLAINS, _REFERS_PRIVATE, _REPORTS_UP = 0.2, 0.4, 0.4, 0.14
#: Working days that the fund takes, and those that are lost where it cannot be used.
_FUND_DAYS, _BLOCKED_DAYS = 5.0, 4.5
#: Notices of delay: how likely by planned length, and how far beyond the notice the date lies.
_LONG_WORKING_DAYS, _NOTICE_LONG, _NOTICE_SHORT = 3.0, 0.5, 0.03
_DELAY_ENDS = 0.5
#: Approved extension to fifteen working days.
_EXTENDED, _EXTENDED_DAYS = 0.35, 15
#: Urging: calls for each working day of waiting, at most three.
URGES = 3
_URGES_A_DAY = 0.05
_SUPERVISED_WHEN_OVERDUE = 0.35
_REDISPATCH_DAYS = 3
_SOLVES = 1.75


@dataclass(frozen=True)
class Journey:
    """One round of some orders, one place each; NEVER where a milestone was not reached.

    `order` is the place of the order in the intake. `returned` and `dispatched` have a column for each
    time; `urged` for each call. `slack_*` are those of the hands that closed it.
    """

    order: Codes
    number: int
    opened: Times
    dispatched: Times
    returned: Times
    accepted: Times
    contacted: Times
    visited: Times
    repairing: Times
    delayed: Times
    promised: Times
    delay_ended: Times
    escalated: Times
    referred: Times
    fund_requested: Times
    fund_approved: Times
    explained: Times
    urged: Times
    supervised: Times
    extended: Times
    closed: Times
    contact_due: Times
    due: Times
    is_resolved: Flags
    is_structural: Flags
    company: Codes
    manager: Codes
    company_slack: Numbers
    manager_slack: Numbers


@dataclass(frozen=True)
class _Pace:
    """Draws waiting times; urgent orders wait on the clock on the wall, the others in office hours."""

    rng: np.random.Generator
    clock: WorkClock
    is_urgent: Flags
    delay: Numbers

    def after(self, times: Times, median_hours: float | Numbers, spread: float = 0.9) -> Times:
        hours = np.exp(self.rng.normal(0.0, spread, len(times)) + self.delay) * median_hours
        urgent = times + (hours * HOUR).astype(np.int64)
        return np.where(self.is_urgent, urgent, self.clock.after(times, hours))

    def sometimes(self, share: float | Numbers) -> Flags:
        return self.rng.random(len(self.delay)) < share


def _only(condition: Flags, times: Times) -> Times:
    return np.where(condition, times, NEVER)


def _within(rng: np.random.Generator, start: Times, end: Times, share: float = 1.0) -> Times:
    return start + ((end - start) * rng.random(start.shape) * share).astype(np.int64)


def _dispatches(pace: _Pace, intake: Intake, order: Codes) -> tuple[Times, Times, Times]:
    """Times of dispatch and return (a column each time), and when the order reached the right hands."""
    own = intake.source[order] == FIRM_DESK
    first = np.where(own, intake.received[order], pace.after(intake.received[order], 0.5))
    is_returned = (intake.is_misaddressed[order] | pace.sometimes(_RETURNED)) & ~own
    is_returned_again = is_returned & pace.sometimes(_RETURNED_AGAIN)
    back = pace.after(first, 2.5)
    second = pace.after(back, 1.5)
    back_again = pace.after(second, 2.5)
    third = pace.after(back_again, 1.5)
    dispatched = [_only(~own, first), _only(is_returned, second), _only(is_returned_again, third)]
    returned = [_only(is_returned, back), _only(is_returned_again, back_again)]
    assigned = np.where(is_returned_again, third, np.where(is_returned, second, first))
    return np.stack(dispatched, axis=1), np.stack(returned, axis=1), assigned


def _solve_odds(city: City, intake: Intake, order: Codes, is_structural: Flags, slack: Numbers) -> Numbers:
    odds = _SOLVES + categories.SOLVABLE[intake.true_category[order]] - 0.25 * slack
    return odds - 3.2 * is_structural - 0.5 * (intake.part[order] == PRIVATE_PART)


def handle(
    rng: np.random.Generator,
    city: City,
    clock: WorkClock,
    intake: Intake,
    order: Codes,
    opened: Times,
    number: int,
) -> Journey:
    """Handle these orders: round 1 from their receipt, later rounds from their re-dispatch at `opened`."""
    again = number > 1
    category = intake.true_category[order]
    company, manager = city.keepers(intake.community[order], opened)
    delay = (
        _COMPANY_DELAY * city.slack_of_company(company, opened) + _MANAGER_DELAY * city.manager_slack[manager]
    )
    pace = _Pace(rng, clock, categories.IS_URGENT[category], delay)
    nothing = np.full(len(order), NEVER)
    if again:
        dispatched, returned, assigned = nothing[:, None], nothing[:, None], opened
    else:
        dispatched, returned, assigned = _dispatches(pace, intake, order)

    accepted = pace.after(assigned, 0.4 if again else 1.0)
    contacted = _only(pace.sometimes(_REACHED), pace.after(accepted, 3.2, 1.0))
    met = np.where(contacted < NEVER, contacted, accepted)
    is_repair = categories.IS_REPAIR[category]
    visited = _only(
        pace.sometimes(np.where(is_repair, _VISITED_REPAIR, _VISITED_COMPLAINT)), pace.after(met, 3.0, 0.8)
    )
    seen = np.where(visited < NEVER, visited, met)

    needs_fund = pace.sometimes(categories.FUND[category])
    is_structural = needs_fund & city.is_unfunded[intake.community[order]]
    fund_days = (
        needs_fund
        * np.where(is_structural, _BLOCKED_DAYS, _FUND_DAYS)
        * np.exp(rng.normal(0, 0.6, len(order)))
    )
    days = categories.WORKING_DAYS[category] * (0.7 if again else 1.0)
    day_hours = clock.day_length / HOUR
    done = clock.after(pace.after(seen, days * day_hours, 0.8), fund_days * day_hours)
    closed = np.maximum(done, seen + HOUR // 2)

    planned_days = (clock.worked(closed) - clock.worked(assigned)) / clock.day_length
    is_delayed = pace.sometimes(np.where(planned_days > _LONG_WORKING_DAYS, _NOTICE_LONG, _NOTICE_SHORT))
    delayed = _only(is_delayed, _within(rng, seen, closed, 0.35))
    rest = (clock.worked(closed) - clock.worked(np.minimum(delayed, closed))) / clock.day_length
    promised_days = np.maximum(np.ceil(rest * np.exp(rng.normal(0.22, 0.45, len(order)))), 1).astype(np.int64)
    promised = _only(is_delayed, clock.close_of_day(np.minimum(delayed, closed), promised_days))
    delay_ended = _only(
        is_delayed & pace.sometimes(_DELAY_ENDS), _within(rng, np.minimum(delayed, closed), closed)
    )

    standard_due = clock.close_of_day(opened, _REDISPATCH_DAYS) if again else intake.due[order]
    is_extended = is_delayed & (delayed < standard_due) & pace.sometimes(_EXTENDED) & (not again)
    due = np.where(is_extended, clock.close_of_day(opened, _EXTENDED_DAYS), standard_due)
    waited_days = (clock.worked(closed) - clock.worked(opened)) / clock.day_length
    urges = np.minimum(rng.poisson(_URGES_A_DAY * waited_days), URGES)
    urged = _within(rng, accepted[:, None].repeat(URGES, axis=1), closed[:, None].repeat(URGES, axis=1))
    is_supervised = (closed > due + DAY) & pace.sometimes(_SUPERVISED_WHEN_OVERDUE)

    closing_company, closing_manager = city.keepers(intake.community[order], closed)
    company_slack = city.slack_of_company(closing_company, closed)
    odds = _solve_odds(city, intake, order, is_structural, company_slack)
    is_resolved = rng.random(len(order)) < 1 / (1 + np.exp(-odds))
    fund_requested = _only(needs_fund, _within(rng, seen, closed, 0.3))
    is_beyond = is_structural | (~is_repair & pace.sometimes(_REPORTS_UP))
    is_referred = (intake.part[order] == PRIVATE_PART) & pace.sometimes(_REFERS_PRIVATE)
    return Journey(
        order=order,
        number=number,
        opened=opened,
        dispatched=dispatched,
        returned=returned,
        accepted=accepted,
        contacted=contacted,
        visited=visited,
        repairing=_only(is_repair & is_resolved & pace.sometimes(_STARTS_REPAIR), _within(rng, seen, closed)),
        delayed=delayed,
        promised=promised,
        delay_ended=delay_ended,
        escalated=_only(is_beyond, _within(rng, seen, closed, 0.6)),
        referred=_only(is_referred, _within(rng, seen, closed, 0.5)),
        fund_requested=fund_requested,
        fund_approved=_only(
            needs_fund & ~is_structural, _within(rng, np.minimum(fund_requested, closed), closed)
        ),
        explained=_only(~is_resolved & pace.sometimes(_EXPLAINS), _within(rng, seen, closed)),
        urged=np.where(np.arange(URGES) < urges[:, None], urged, NEVER),
        supervised=_only(is_supervised, _within(rng, np.minimum(due + HOUR, closed), closed, 0.6)),
        extended=_only(
            is_extended, _within(rng, np.minimum(delayed, closed), np.minimum(closed, standard_due))
        ),
        closed=closed,
        contact_due=clock.close_of_day(opened, 1),
        due=due,
        is_resolved=is_resolved,
        is_structural=is_structural,
        company=closing_company,
        manager=closing_manager,
        company_slack=company_slack,
        manager_slack=city.manager_slack[closing_manager],
    )


LASTING = THEME_NAMES.index("lasting")
