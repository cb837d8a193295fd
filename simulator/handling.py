"""How an order is handled in one round: dispatched, accepted, met, seen, mended or explained, closed."""

from dataclasses import dataclass

import numpy as np

from simulator import categories
from simulator.caseload import Caseload, only
from simulator.clock import HOUR, NEVER, Flags, Numbers, Times
from simulator.delays import set_deadlines, supervise, tell_delays, urge
from simulator.intake import FIRM_DESK, PRIVATE_PART
from simulator.journey import Journey

#: Working hours (medians) of the desks' steps; the re-dispatched are accepted faster.
_DISPATCH, _RETURN, _DISPATCH_AGAIN = 0.5, 2.5, 1.5
_ACCEPT, _ACCEPT_AGAIN, _CONTACT, _VISIT = 1.0, 0.3, 2.8, 3.0
#: Returns beside those of the misaddressed; some come back a second time.
_RETURNED, _RETURNED_AGAIN = 0.035, 0.25
_REACHED, _VISITED_REPAIR, _VISITED_COMPLAINT = 0.93, 0.70, 0.32
_STARTS_REPAIR, _EXPLAINS, _REFERS_PRIVATE, _REPORTS_UP = 0.2, 0.4, 0.4, 0.14
#: Handling time: spread of its log, and how much shorter it is after a re-dispatch.
_HANDLING_SPREAD, _HANDLING_AGAIN = 0.7, 0.5
#: Working days that the fund takes, and those that are lost where it cannot be used.
_FUND_DAYS, _BLOCKED_DAYS, _FUND_SPREAD = 4.0, 4.0, 0.6
#: Log-odds of closing as resolved: an ordinary repair; with a structural block; slack; the private part.
_SOLVES, _SOLVES_BLOCKED, _SOLVES_SLACK, _SOLVES_PRIVATE = 1.75, -3.2, -0.25, -0.5
_CONTACT_WORKING_DAYS = 1


def _dispatches(load: Caseload) -> tuple[dict[str, Times], Times]:
    """Dispatches and returns, a column each time, and when the order had reached the right hands."""
    if load.is_again:
        nothing = np.full((len(load), 1), NEVER)
        return {"dispatched": nothing, "returned": nothing}, load.opened
    is_hotline = load.intake.source[load.order] != FIRM_DESK
    first = np.where(is_hotline, load.after(load.opened, _DISPATCH), load.opened)
    is_back = is_hotline & (load.intake.is_misaddressed[load.order] | load.sometimes(_RETURNED))
    is_back_again = is_back & load.sometimes(_RETURNED_AGAIN)
    back = load.after(first, _RETURN)
    second = load.after(back, _DISPATCH_AGAIN)
    back_again = load.after(second, _RETURN)
    third = load.after(back_again, _DISPATCH_AGAIN)
    steps = {
        "dispatched": np.stack(
            [only(is_hotline, first), only(is_back, second), only(is_back_again, third)], axis=1
        ),
        "returned": np.stack([only(is_back, back), only(is_back_again, back_again)], axis=1),
    }
    return steps, np.where(is_back_again, third, np.where(is_back, second, first))


def _meetings(load: Caseload, assigned: Times) -> tuple[dict[str, Times], Times]:
    """Acceptance, first contact and visit, and when the last of them was over."""
    accepted = load.after(assigned, _ACCEPT_AGAIN if load.is_again else _ACCEPT)
    contacted = only(load.sometimes(_REACHED), load.after(accepted, _CONTACT, 1.0))
    met = np.where(contacted < NEVER, contacted, accepted)
    share = np.where(categories.IS_REPAIR[load.category], _VISITED_REPAIR, _VISITED_COMPLAINT)
    visited = only(load.sometimes(share), load.after(met, _VISIT, 0.8))
    steps = {"accepted": accepted, "contacted": contacted, "visited": visited}
    return steps, np.where(visited < NEVER, visited, met)


@dataclass(frozen=True)
class _Blocks:
    needs_fund: Flags
    is_structural: Flags


def _closing_times(load: Caseload, seen: Times, blocks: _Blocks) -> Times:
    day_hours = load.clock.day_length / HOUR
    days = categories.WORKING_DAYS[load.category] * (_HANDLING_AGAIN if load.is_again else 1.0)
    done = load.after(seen, days * day_hours, _HANDLING_SPREAD)
    fund_days = np.where(blocks.is_structural, _BLOCKED_DAYS, _FUND_DAYS)
    fund_days = fund_days * np.exp(load.rng.normal(0, _FUND_SPREAD, len(load)))
    done = np.where(blocks.needs_fund, load.clock.after(done, fund_days * day_hours), done)
    return np.maximum(done, seen + HOUR // 2)


def _is_resolved(load: Caseload, blocks: _Blocks, slack: Numbers) -> Flags:
    odds = _SOLVES + categories.SOLVABLE[load.category] + _SOLVES_SLACK * slack
    odds += _SOLVES_BLOCKED * blocks.is_structural
    odds += _SOLVES_PRIVATE * (load.intake.part[load.order] == PRIVATE_PART)
    return load.sometimes(1 / (1 + np.exp(-odds)))


def _works(
    load: Caseload, seen: Times, closed: Times, blocks: _Blocks, is_resolved: Flags
) -> dict[str, Times]:
    """What was done between the visit and the closing."""
    is_repair = categories.IS_REPAIR[load.category]
    is_beyond = blocks.is_structural | (~is_repair & load.sometimes(_REPORTS_UP))
    is_private = load.intake.part[load.order] == PRIVATE_PART
    asked = load.between(seen, closed, 0.3)
    return {
        "repairing": only(
            is_repair & is_resolved & load.sometimes(_STARTS_REPAIR), load.between(seen, closed)
        ),
        "escalated": only(is_beyond, load.between(seen, closed, 0.6)),
        "referred": only(is_private & load.sometimes(_REFERS_PRIVATE), load.between(seen, closed, 0.5)),
        "fund_requested": only(blocks.needs_fund, asked),
        "fund_approved": only(blocks.needs_fund & ~blocks.is_structural, load.between(asked, closed)),
        "explained": only(~is_resolved & load.sometimes(_EXPLAINS), load.between(seen, closed)),
    }


def handle(load: Caseload) -> Journey:
    """Handle a caseload from the opening of its round to its closing."""
    dispatches, assigned = _dispatches(load)
    meetings, seen = _meetings(load, assigned)
    needs_fund = load.intake.needs_fund[load.order]
    blocks = _Blocks(needs_fund, needs_fund & load.city.is_unfunded[load.community])
    closed = _closing_times(load, seen, blocks)
    company, manager = load.city.keepers(load.community, closed)
    slack = load.city.slack_of_company(company, closed)
    is_resolved = _is_resolved(load, blocks, slack)
    delays = tell_delays(load, seen, closed)
    deadlines = set_deadlines(load, delays["delayed"], closed)
    return Journey(
        order=load.order,
        number=load.number,
        opened=load.opened,
        closed=closed,
        contact_due=load.clock.close_of_day(load.opened, _CONTACT_WORKING_DAYS),
        urged=urge(load, meetings["accepted"], closed),
        supervised=supervise(load, deadlines["due"], closed),
        is_resolved=is_resolved,
        is_structural=blocks.is_structural,
        company=company,
        manager=manager,
        company_slack=slack,
        manager_slack=load.city.manager_slack[manager],
        **dispatches,
        **meetings,
        **_works(load, seen, closed, blocks, is_resolved),
        **delays,
        **deadlines,
    )
