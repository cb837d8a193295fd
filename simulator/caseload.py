"""The orders of one round as they lie on the desks, and how fast the hands there work."""

from dataclasses import dataclass

import numpy as np

from simulator import categories
from simulator.city import City
from simulator.clock import HOUR, NEVER, Codes, Flags, Numbers, Times, WorkClock
from simulator.intake import Intake
from simulator.reports import is_rainy

#: What one standard deviation of a firm's or a manager's slack adds to the log of every handling time.
_COMPANY_DELAY, _MANAGER_DELAY = 0.20, 0.07
#: What the season of rain adds to it where it brings more orders than usual.
_RAIN_DELAY = 0.2


@dataclass(frozen=True)
class Caseload:
    """Some orders of the intake in one round, opened at `opened`; one place each.

    `delay` is the log of how much longer than usual everything takes.
    """

    rng: np.random.Generator
    clock: WorkClock
    city: City
    intake: Intake
    order: Codes
    opened: Times
    number: int
    category: Codes
    community: Codes
    delay: Numbers

    def __len__(self) -> int:
        return len(self.order)

    @property
    def is_again(self) -> bool:
        """Whether this is a later round, after a re-dispatch."""
        return self.number > 1

    def after(self, times: Times, median_hours: float | Numbers, spread: float = 0.9) -> Times:
        """A drawn wait later: round the clock for urgent repairs, in office hours for the others."""
        hours = np.exp(self.rng.normal(0.0, spread, len(self)) + self.delay) * median_hours
        at_once = times + (hours * HOUR).astype(np.int64)
        return np.where(categories.IS_URGENT[self.category], at_once, self.clock.after(times, hours))

    def between(self, start: Times, end: Times, until: float = 1.0) -> Times:
        """A drawn moment of work within this share of the time from `start` to `end`."""
        return self.clock.between(start, end, self.rng.random(len(self)) * until)

    def sometimes(self, share: float | Numbers) -> Flags:
        """Drawn: true with this chance."""
        return self.rng.random(len(self)) < share


def only(condition: Flags, times: Times) -> Times:
    """The times where the condition holds, NEVER elsewhere."""
    return np.where(condition, times, NEVER)


def open_caseload(
    rng: np.random.Generator,
    clock: WorkClock,
    city: City,
    intake: Intake,
    order: Codes,
    opened: Times,
    number: int,
) -> Caseload:
    """These orders on the desks that keep their communities when the round opens."""
    community, category = intake.community[order], intake.true_category[order]
    company, manager = city.keepers(community, opened)
    delay = (
        _COMPANY_DELAY * city.slack_of_company(company, opened) + _MANAGER_DELAY * city.manager_slack[manager]
    )
    delay = delay + _RAIN_DELAY * (is_rainy(opened) & (categories.RAIN[category] > 1))
    return Caseload(rng, clock, city, intake, order, opened, number, category, community, delay)
