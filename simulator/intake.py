"""The requests as they come in: who calls when, from where, about what, and for which time."""

from dataclasses import dataclass

import numpy as np

from simulator import categories
from simulator.city import City
from simulator.clock import (
    DAY,
    EXTRACT_AT,
    FIRST_RECEIPT,
    HOUR,
    Codes,
    Flags,
    Numbers,
    Times,
    WorkClock,
)
from simulator.phrases import THEMES

#: Sources in the order of hotline.lifecycle.Source, and their shares.
SOURCES = np.array(["12345", "962121", "企业自接"], dtype=object)
SOURCE_SHARES = (0.70, 0.20, 0.10)
FIRM_DESK = 2
PARTS = np.array(["", "自用部位", "共用部位"], dtype=object)
NO_PART, PRIVATE_PART, COMMON_PART = range(3)
#: How many times a matter is reported in all, and the days from one report to the next (log-normal).
_REPORTS_SHARES = (0.83, 0.105, 0.045, 0.02)
_REPORT_GAP_DAYS, _REPORT_GAP_SPREAD = 21.0, 0.7
#: Share of matters that are one incident many neighbours call about, and how many call.
_INCIDENT_SHARE, _INCIDENT_CALLERS = 0.006, (4, 14)
_INCIDENT_HOURS = 3.0
#: Callers known to the hotline for each household, and how unevenly they call.
_ORDERS_A_CALLER, _CALLER_SPREAD = 2.6, 0.9
#: The same caller and category within this time is the same matter again.
SAME_MATTER_DAYS = 180
#: Calls by hour of the day, and by day of the week from Monday.
_HOURS = (1, 1, 1, 1, 1, 2, 4, 8, 12, 15, 14, 11, 8, 10, 12, 11, 10, 9, 8, 9, 8, 6, 3, 2)
_WEEKDAYS = (1.15, 1.1, 1.05, 1.0, 1.0, 0.7, 0.65)
_RAINY_MONTHS = (6, 7, 9)
#: Share of orders sent to the wrong firm, and filed under the wrong category, at first.
_WRONG_COMPANY, _WRONG_CATEGORY = 0.05, 0.03
#: Petitions, and law suits, by whether the caller threatens with one.
_PETITION, _PETITION_THREATENED, _LITIGATION = 0.006, 0.12, 0.003


@dataclass(frozen=True)
class Intake:
    """The orders in the order of their receipt, one place each; what nobody sees has `true` in its name.

    `earlier_reports` counts the same caller's orders of the same category in the 180 days before.
    """

    received: Times
    community: Codes
    caller: Codes
    callers: int
    category: Codes
    true_category: Codes
    source: Codes
    part: Codes
    company: Codes
    manager: Codes
    is_misaddressed: Flags
    themes: Flags
    earlier_reports: Codes
    has_petition: Flags
    has_case: Flags
    due: Times

    def __len__(self) -> int:
        return len(self.received)


def _arrivals(rng: np.random.Generator, count: int, category: Codes) -> Times:
    """Times of receipt: more in the day and the week, and leaks above all in the rains."""
    days = np.arange(FIRST_RECEIPT // DAY, EXTRACT_AT // DAY + 1)
    dates = days.astype("datetime64[D]")
    month = dates.astype("datetime64[M]").astype(int) % 12 + 1
    base = np.array(_WEEKDAYS)[(days + 3) % 7] * np.linspace(0.95, 1.05, len(days))
    is_rainy = np.isin(month, _RAINY_MONTHS)
    times = np.empty(count, dtype=np.int64)
    for code in range(len(categories.NAMES)):
        rows = np.flatnonzero(category == code)
        share = np.where(is_rainy, categories.RAIN[code], 1.0) * base
        times[rows] = rng.choice(days, len(rows), p=share / share.sum()) * DAY
    hour = rng.choice(24, count, p=np.array(_HOURS) / sum(_HOURS))
    return times + hour * HOUR + rng.integers(0, HOUR, count)


def _pick_callers(
    rng: np.random.Generator, community: Codes, orders: int, households: Codes
) -> tuple[Codes, int]:
    """A caller of the community for each matter; some call far more often than others."""
    weight = households / households.sum()
    pool = np.maximum((weight * orders / _ORDERS_A_CALLER).astype(np.int64), 3)
    first = np.concatenate([[0], np.cumsum(pool)])
    activity = np.exp(rng.normal(0, _CALLER_SPREAD, first[-1]))
    reach = np.concatenate([[0.0], np.cumsum(activity)])
    low, high = reach[first[community]], reach[first[community + 1]]
    caller = np.searchsorted(reach, low + rng.random(len(community)) * (high - low), side="right") - 1
    return np.clip(caller, first[community], first[community + 1] - 1), int(first[-1])


@dataclass(frozen=True)
class _Reports:
    received: Times
    community: Codes
    caller: Codes
    callers: int
    category: Codes


def _reports(rng: np.random.Generator, city: City, orders: int) -> _Reports:
    """Matters, each reported once, again and again, or by a whole house at once; `orders` of them all."""
    matters = orders
    weight = city.households * np.where(city.year_built < 1998, 1.4, 1.0)
    community = rng.choice(len(weight), matters, p=weight / weight.sum())
    category = rng.choice(len(categories.NAMES), matters, p=_weights_with_rain())
    received = _arrivals(rng, matters, category)
    is_incident = rng.random(matters) < _INCIDENT_SHARE
    category[is_incident] = rng.choice(categories.SHARED, is_incident.sum())
    times = 1 + rng.choice(len(_REPORTS_SHARES), matters, p=_REPORTS_SHARES)
    times[is_incident] = rng.integers(*_INCIDENT_CALLERS, is_incident.sum())
    caller, callers = _pick_callers(rng, community, orders, city.households)
    of = np.repeat(np.arange(matters), times)
    place = np.arange(len(of)) - np.repeat(np.cumsum(times) - times, times)
    gap_days = np.exp(rng.normal(np.log(_REPORT_GAP_DAYS), _REPORT_GAP_SPREAD, len(of)))
    gap = np.where(is_incident[of], rng.random(len(of)) * _INCIDENT_HOURS * HOUR / 4, gap_days * DAY)
    gap = np.where(place > 0, gap, 0).astype(np.int64)
    elapsed = np.cumsum(gap)
    when = received[of] + elapsed - elapsed[np.cumsum(times) - times][of]
    neighbour, _ = _pick_callers(rng, community[of], orders, city.households)
    who = np.where(is_incident[of] & (place > 0), neighbour, caller[of])
    kept = np.flatnonzero(when < EXTRACT_AT)[:orders]
    kept = kept[np.argsort(when[kept], kind="stable")]
    return _Reports(when[kept], community[of][kept], who[kept], callers, category[of][kept])


def _weights_with_rain() -> Numbers:
    weights = categories.WEIGHTS * (1 + (categories.RAIN - 1) * len(_RAINY_MONTHS) / 12)
    return weights / weights.sum()


def _earlier_reports(reports: _Reports) -> Codes:
    """Orders of the same caller and category in the 180 days before each order."""
    matter = reports.caller * len(categories.NAMES) + reports.category
    order = np.lexsort((reports.received, matter))
    span = np.int64(2) * (EXTRACT_AT - FIRST_RECEIPT)
    line = matter[order] * span + (reports.received[order] - FIRST_RECEIPT)
    earliest = np.searchsorted(line, np.maximum(line - SAME_MATTER_DAYS * DAY, matter[order] * span))
    counted = np.empty(len(order), dtype=np.int64)
    counted[order] = np.arange(len(order)) - earliest
    return counted


def _themes(rng: np.random.Generator, earlier_reports: Codes) -> Flags:
    share = np.array([theme.share for theme in THEMES])
    repeated = np.array([theme.repeated for theme in THEMES])
    chance = np.where(earlier_reports[:, None] > 0, share * repeated, share)
    return rng.random(chance.shape) < chance


def _parts(rng: np.random.Generator, category: Codes) -> Codes:
    chance = rng.random(len(category))
    private, common = categories.PRIVATE[category], categories.COMMON[category]
    return np.where(chance < private, PRIVATE_PART, np.where(chance < private + common, COMMON_PART, NO_PART))


def take_in(rng: np.random.Generator, city: City, clock: WorkClock, orders: int) -> Intake:
    """Exactly so many orders, received between the span's first day and the extract."""
    reports = _reports(rng, city, orders)
    source = rng.choice(len(SOURCES), orders, p=SOURCE_SHARES)
    company, manager = city.keepers(reports.community, reports.received)
    is_misaddressed = (rng.random(orders) < _WRONG_COMPANY) & (source != FIRM_DESK)
    elsewhere = rng.integers(0, len(city.communities), orders)
    stray_company, stray_manager = city.keepers(elsewhere, reports.received)
    is_misaddressed &= stray_company != company
    is_misfiled = rng.random(orders) < _WRONG_CATEGORY
    earlier = _earlier_reports(reports)
    themes = _themes(rng, earlier)
    threatens = themes[:, [theme.name for theme in THEMES].index("threat")]
    return Intake(
        received=reports.received,
        community=reports.community,
        caller=reports.caller,
        callers=reports.callers,
        category=np.where(is_misfiled, rng.integers(0, len(categories.NAMES), orders), reports.category),
        true_category=reports.category,
        source=source,
        part=_parts(rng, reports.category),
        company=np.where(is_misaddressed, stray_company, company),
        manager=np.where(is_misaddressed, stray_manager, manager),
        is_misaddressed=is_misaddressed,
        themes=themes,
        earlier_reports=earlier,
        has_petition=rng.random(orders) < np.where(threatens, _PETITION_THREATENED, _PETITION),
        has_case=rng.random(orders) < _LITIGATION,
        due=clock.close_of_day(reports.received, 5),
    )
