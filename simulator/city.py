"""The district: its streets, communities, property firms and project managers."""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from simulator.clock import DAY, EXTRACT_AT, FIRST_RECEIPT, NEVER, Codes, Flags, Numbers, Times
from simulator.names import STREETS, community_names, company_names, people_names

#: One community more for so many orders, within the bounds of a middling district.
_ORDERS_A_COMMUNITY, _FEWEST_COMMUNITIES, _MOST_COMMUNITIES = 800, 150, 400
COMPANIES = 32
#: A manager runs about so many communities.
_COMMUNITIES_A_MANAGER = 2.0
#: Shares of communities that change hands once in the span.
_CHANGES_MANAGER, _CHANGES_COMPANY = 0.16, 0.05
#: The firm that gets worse and the one that gets better, in standard deviations of skill.
_WORSENING, _IMPROVING = 2.0, -1.5
#: The drift begins at this share of the span and is complete at that one.
_DRIFT_FROM, _DRIFT_TO = 0.45, 0.75


@dataclass(frozen=True)
class City:
    """All that stands before the first call comes in; one place a community, company or manager.

    `*_slack` is how much worse than the average a firm or a manager works, in standard deviations.
    Columns `[:, 0]` hold before `handover_at`, columns `[:, 1]` from then on.
    """

    communities: np.ndarray
    street: Codes
    year_built: Codes
    households: Codes
    has_assembly: Flags
    has_fund_account: Flags
    company: Codes
    manager: Codes
    handover_at: Times
    companies: np.ndarray
    company_slack: Numbers
    company_drift: Numbers
    managers: np.ndarray
    manager_slack: Numbers
    manager_company: Codes

    def keepers(self, community: Codes, times: Times) -> tuple[Codes, Codes]:
        """The firm and the manager that keep each community at each time."""
        later = (times >= self.handover_at[community]).astype(np.int64)
        return self.company[community, later], self.manager[community, later]

    def slack_of_company(self, company: Codes, times: Times) -> Numbers:
        """How badly each firm works at each time: its skill and its drift over the months."""
        elapsed = (times - FIRST_RECEIPT) / (EXTRACT_AT - FIRST_RECEIPT)
        share = np.clip((elapsed - _DRIFT_FROM) / (_DRIFT_TO - _DRIFT_FROM), 0.0, 1.0)
        return self.company_slack[company] + self.company_drift[company] * share

    @property
    def is_unfunded(self) -> Flags:
        """Communities whose maintenance fund cannot be used: no assembly or no account."""
        return ~(self.has_assembly & self.has_fund_account)


def _spread(rng: np.random.Generator, count: int) -> Numbers:
    """A standard normal's quantiles in random order: the same spread in every district."""
    quantiles = [NormalDist().inv_cdf((n + 0.5) / count) for n in range(count)]
    return rng.permutation(np.array(quantiles))


def _drift(slack: Numbers) -> Numbers:
    """Two firms of middling skill change: one for the worse, one for the better."""
    drift = np.zeros(len(slack))
    by_skill = np.argsort(np.abs(slack))
    drift[by_skill[0]], drift[by_skill[1]] = _WORSENING, _IMPROVING
    return drift


def build_city(rng: np.random.Generator, orders: int) -> City:
    """A district of a size fit for so many orders."""
    count = int(np.clip(150 + orders // _ORDERS_A_COMMUNITY, _FEWEST_COMMUNITIES, _MOST_COMMUNITIES))
    teams = int(count / _COMMUNITIES_A_MANAGER)
    team_company = rng.permutation(np.arange(teams) % COMPANIES)
    team = rng.permutation(np.arange(count) % teams)
    next_team = np.where(rng.random(count) < 0.5, (team + 1) % teams, rng.permutation(team))
    chance = rng.random(count)
    changes_company = chance < _CHANGES_COMPANY
    changes_manager = (chance >= _CHANGES_COMPANY) & (chance < _CHANGES_COMPANY + _CHANGES_MANAGER)
    successor = teams + np.arange(teams)
    manager = np.stack([team, team], axis=1)
    manager[changes_company, 1] = next_team[changes_company]
    manager[changes_manager, 1] = successor[team[changes_manager]]
    manager_company = np.concatenate([team_company, team_company])
    first_day, last_day = FIRST_RECEIPT // DAY + 90, EXTRACT_AT // DAY - 60
    handover_at = rng.integers(first_day, last_day, count) * DAY + 9 * 3600
    year_built = np.clip(rng.normal(2001, 9, count), 1978, 2022).astype(np.int64)
    has_assembly = rng.random(count) < np.where(year_built < 1995, 0.62, 0.8)
    has_account = rng.random(count) < np.where(has_assembly, 0.9, 0.35)
    company_slack = _spread(rng, COMPANIES)
    return City(
        communities=community_names(rng, count),
        street=rng.permutation(np.arange(count) % len(STREETS)),
        year_built=year_built,
        households=np.clip(np.exp(rng.normal(6.6, 0.55, count)), 120, 4500).astype(np.int64),
        has_assembly=has_assembly,
        has_fund_account=has_account,
        company=manager_company[manager],
        manager=manager,
        handover_at=np.where(changes_company | changes_manager, handover_at, NEVER),
        companies=company_names(rng, COMPANIES),
        company_slack=company_slack,
        company_drift=_drift(company_slack),
        managers=people_names(rng, 2 * teams),
        manager_slack=_spread(rng, 2 * teams),
        manager_company=manager_company,
    )
