"""What happened to an order in one round: every milestone from dispatch to closing."""

from dataclasses import dataclass

from simulator.clock import Codes, Flags, Numbers, Times


@dataclass(frozen=True)
class Journey:
    """One round of some orders, one place each; NEVER where a milestone was not reached.

    `order` is the place of the order in the intake. `dispatched`, `returned` and `urged` have a column
    for each time it happened. `due` is the deadline in force at closing; company and manager are those
    who closed it.
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
    extended: Times
    escalated: Times
    referred: Times
    fund_requested: Times
    fund_approved: Times
    urged: Times
    supervised: Times
    explained: Times
    closed: Times
    contact_due: Times
    due: Times
    is_resolved: Flags
    is_structural: Flags
    company: Codes
    manager: Codes
    company_slack: Numbers
    manager_slack: Numbers
