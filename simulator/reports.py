"""Who calls when about what: matters reported once, again and again, or by a whole house at once."""

from dataclasses import dataclass

import numpy as np

from simulator import categories
from simulator.city import City
from simulator.clock import DAY, EXTRACT_AT, FIRST_RECEIPT, HOUR, Codes, Flags, Numbers, Times

#: How many times a matter is reported in all, and the days from one report to the next (log-normal).
_REPORTS_SHARES = (0.83, 0.105, 0.045, 0.02)
_REPORT_GAP_DAYS, _REPORT_GAP_SPREAD = 21.0, 0.7
#: Share of matters that are one incident many neighbours call about; how many, and how soon each next.
_INCIDENT_SHARE, _INCIDENT_CALLERS, _INCIDENT_GAP = 0.006, (4, 14), 0.75 * HOUR
#: Orders for each caller over the span, and how unevenly callers call (of the log).
_ORDERS_A_CALLER, _CALLER_SPREAD = 2.6, 0.9
#: Old estates have more to repair.
_OLD_ESTATE_BEFORE, _OLD_ESTATE_CALLS = 1998, 1.4
#: The same caller and category within this time is the same matter again.
SAME_MATTER_DAYS = 180
#: Calls by hour of the day, and by day of the week from Monday.
_HOURS = (1, 1, 1, 1, 1, 2, 4, 8, 12, 15, 14, 11, 8, 10, 12, 11, 10, 9, 8, 9, 8, 6, 3, 2)
_WEEKDAYS = (1.15, 1.1, 1.05, 1.0, 1.0, 0.7, 0.65)
#: More matters than needed, since reports that would come after the extract fall away.
_SPARE_MATTERS = 20
#: The plum rains and the typhoons.
_RAINY_MONTHS = (6, 7, 9)


@dataclass(frozen=True)
class Reports:
    """Calls in the order of their time; callers are numbered from 0 to `callers`."""

    received: Times
    community: Codes
    caller: Codes
    category: Codes
    callers: int

    def earlier(self) -> Codes:
        """Calls of the same caller and category in the 180 days before each call."""
        matter = self.caller * len(categories.NAMES) + self.category
        order = np.lexsort((self.received, matter))
        span = np.int64(2) * (EXTRACT_AT - FIRST_RECEIPT)
        line = matter[order] * span + (self.received[order] - FIRST_RECEIPT)
        first = np.searchsorted(line, np.maximum(line - SAME_MATTER_DAYS * DAY, matter[order] * span))
        counted = np.empty(len(order), dtype=np.int64)
        counted[order] = np.arange(len(order)) - first
        return counted


@dataclass(frozen=True)
class _Matters:
    received: Times
    community: Codes
    category: Codes
    is_incident: Flags
    times: Codes


def is_rainy(times: Times) -> Flags:
    """Whether these times fall into the months of rain."""
    months = (times // DAY).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    return np.isin(months % 12 + 1, _RAINY_MONTHS)


def _arrivals(rng: np.random.Generator, category: Codes) -> Times:
    """Times of a first report: more by day and in the week, and leaks above all in the rains."""
    days = np.arange(FIRST_RECEIPT // DAY, EXTRACT_AT // DAY + 1)
    base = np.array(_WEEKDAYS)[(days + 3) % 7] * np.linspace(0.95, 1.05, len(days))
    times = np.empty(len(category), dtype=np.int64)
    for code in range(len(categories.NAMES)):
        rows = np.flatnonzero(category == code)
        share = np.where(is_rainy(days * DAY), categories.RAIN[code], 1.0) * base
        times[rows] = rng.choice(days, len(rows), p=share / share.sum()) * DAY
    hour = rng.choice(24, len(category), p=np.array(_HOURS) / sum(_HOURS))
    return times + hour * HOUR + rng.integers(0, HOUR, len(category))


def _draw_matters(rng: np.random.Generator, city: City, count: int) -> _Matters:
    weight = city.households * np.where(city.year_built < _OLD_ESTATE_BEFORE, _OLD_ESTATE_CALLS, 1.0)
    community = rng.choice(len(weight), count, p=weight / weight.sum())
    yearly = categories.WEIGHTS * (1 + (categories.RAIN - 1) * len(_RAINY_MONTHS) / 12)
    category = rng.choice(len(categories.NAMES), count, p=yearly / yearly.sum())
    is_incident = rng.random(count) < _INCIDENT_SHARE
    category = np.where(is_incident, rng.choice(categories.SHARED, count), category)
    times = 1 + rng.choice(len(_REPORTS_SHARES), count, p=_REPORTS_SHARES)
    times = np.where(is_incident, rng.integers(*_INCIDENT_CALLERS, count), times)
    return _Matters(_arrivals(rng, category), community, category, is_incident, times)


@dataclass(frozen=True)
class _Neighbourhoods:
    """The callers of each community, side by side; some call far more often than others."""

    first: Codes
    reach: Numbers

    def draw(self, rng: np.random.Generator, community: Codes) -> Codes:
        low, high = self.reach[self.first[community]], self.reach[self.first[community + 1]]
        place = low + rng.random(len(community)) * (high - low)
        caller = np.searchsorted(self.reach, place, side="right") - 1
        return np.clip(caller, self.first[community], self.first[community + 1] - 1)


def _neighbourhoods(rng: np.random.Generator, city: City, orders: int) -> _Neighbourhoods:
    share = city.households / city.households.sum()
    callers = np.maximum((share * orders / _ORDERS_A_CALLER).astype(np.int64), 3)
    first = np.concatenate([[0], np.cumsum(callers)])
    activity = np.exp(rng.normal(0, _CALLER_SPREAD, first[-1]))
    return _Neighbourhoods(first, np.concatenate([[0.0], np.cumsum(activity)]))


def draw_reports(rng: np.random.Generator, city: City, orders: int) -> Reports:
    """Exactly so many calls; an incident's later calls come from neighbours, a matter's from its caller."""
    matters = _draw_matters(rng, city, orders + _SPARE_MATTERS)
    neighbourhoods = _neighbourhoods(rng, city, orders)
    of = np.repeat(np.arange(len(matters.times)), matters.times)
    first = np.cumsum(matters.times) - matters.times
    is_first = np.arange(len(of)) == first[of]
    days = np.exp(rng.normal(np.log(_REPORT_GAP_DAYS), _REPORT_GAP_SPREAD, len(of)))
    gap = np.where(matters.is_incident[of], rng.random(len(of)) * _INCIDENT_GAP, days * DAY)
    elapsed = np.cumsum(np.where(is_first, 0, gap).astype(np.int64))
    received = matters.received[of] + elapsed - elapsed[first][of]
    reporter = neighbourhoods.draw(rng, matters.community)[of]
    neighbour = neighbourhoods.draw(rng, matters.community[of])
    caller = np.where(matters.is_incident[of] & ~is_first, neighbour, reporter)
    kept = np.flatnonzero(received < EXTRACT_AT)[:orders]
    kept = kept[np.argsort(received[kept], kind="stable")]
    community, category = matters.community[of][kept], matters.category[of][kept]
    return Reports(received[kept], community, caller[kept], category, int(neighbourhoods.first[-1]))
