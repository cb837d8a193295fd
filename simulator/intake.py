"""The orders as they stand at intake: what was written down, and what was written down wrongly."""

from dataclasses import dataclass

import numpy as np

from simulator import categories
from simulator.city import City
from simulator.clock import Codes, Flags, Times, WorkClock
from simulator.reports import draw_reports
from simulator.themes import THEME_NAMES, draw_themes

#: Sources in the order of hotline.lifecycle.Source, and their shares.
SOURCES = np.array(["12345", "962121", "企业自接"], dtype=object)
_SOURCE_SHARES = (0.70, 0.20, 0.10)
FIRM_DESK = 2
PARTS = np.array(["", "自用部位", "共用部位"], dtype=object)
NO_PART, PRIVATE_PART, COMMON_PART = range(3)
_DUE_WORKING_DAYS = 5
#: Share of orders sent to the wrong firm, and filed under the wrong category, at first.
_WRONG_COMPANY, _WRONG_CATEGORY = 0.05, 0.03
#: Petitions, those of callers who threaten with one, and law suits.
_PETITION, _PETITION_THREATENED, _LITIGATION = 0.006, 0.12, 0.003


@dataclass(frozen=True)
class Intake:
    """The orders in the order of their receipt, one place each.

    `category`, `company` and `manager` are as first written; the category proves to be `true_category`.
    `needs_fund` shows when the fund is asked for: only it can pay.
    `earlier_reports` counts the same caller's orders of the same category in the 180 days before.
    """

    received: Times
    due: Times
    community: Codes
    caller: Codes
    callers: int
    category: Codes
    true_category: Codes
    source: Codes
    part: Codes
    needs_fund: Flags
    company: Codes
    manager: Codes
    is_misaddressed: Flags
    themes: Flags
    earlier_reports: Codes
    has_petition: Flags
    has_case: Flags

    def __len__(self) -> int:
        return len(self.received)


def _parts(rng: np.random.Generator, category: Codes) -> Codes:
    chance = rng.random(len(category))
    private, common = categories.PRIVATE[category], categories.COMMON[category]
    return np.where(chance < private, PRIVATE_PART, np.where(chance < private + common, COMMON_PART, NO_PART))


def _filed_categories(rng: np.random.Generator, category: Codes) -> Codes:
    """The categories as filed: now and then another one of the same kind."""
    filed = category.copy()
    for is_kind in (categories.IS_REPAIR, ~categories.IS_REPAIR):
        rows = np.flatnonzero(is_kind[category] & (rng.random(len(category)) < _WRONG_CATEGORY))
        filed[rows] = rng.choice(np.flatnonzero(is_kind), len(rows))
    return filed


def _first_hands(
    rng: np.random.Generator, city: City, community: Codes, received: Times, is_hotline: Flags
) -> tuple[Codes, Codes, Flags]:
    """Firm and manager to whom each order first goes, and whether that is the wrong firm."""
    company, manager = city.keepers(community, received)
    elsewhere = rng.integers(0, len(city.communities), len(community))
    stray_company, stray_manager = city.keepers(elsewhere, received)
    is_wrong = is_hotline & (stray_company != company) & (rng.random(len(community)) < _WRONG_COMPANY)
    return np.where(is_wrong, stray_company, company), np.where(is_wrong, stray_manager, manager), is_wrong


def take_in(rng: np.random.Generator, city: City, clock: WorkClock, orders: int) -> Intake:
    """Exactly so many orders, received between the span's first day and the extract."""
    reports = draw_reports(rng, city, orders)
    source = rng.choice(len(SOURCES), orders, p=_SOURCE_SHARES)
    company, manager, is_misaddressed = _first_hands(
        rng, city, reports.community, reports.received, source != FIRM_DESK
    )
    earlier = reports.earlier()
    themes = draw_themes(rng, earlier)
    threatens = themes[:, THEME_NAMES.index("threat")]
    return Intake(
        received=reports.received,
        due=clock.close_of_day(reports.received, _DUE_WORKING_DAYS),
        community=reports.community,
        caller=reports.caller,
        callers=reports.callers,
        category=_filed_categories(rng, reports.category),
        true_category=reports.category,
        source=source,
        part=_parts(rng, reports.category),
        needs_fund=rng.random(orders) < categories.FUND[reports.category],
        company=company,
        manager=manager,
        is_misaddressed=is_misaddressed,
        themes=themes,
        earlier_reports=earlier,
        has_petition=rng.random(orders) < np.where(threatens, _PETITION_THREATENED, _PETITION),
        has_case=rng.random(orders) < _LITIGATION,
    )
