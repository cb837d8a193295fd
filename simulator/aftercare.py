"""What happens between the closing and the city's callback: the firm's own call, 962121's, stepping in."""

from dataclasses import dataclass, replace

import numpy as np

from simulator import categories
from simulator.behaviour import draw_ratings, total_score
from simulator.city import City
from simulator.clock import DAY, HOUR, NEVER, Codes, Flags, Numbers, Times, WorkClock
from simulator.intake import FIRM_DESK, Intake
from simulator.journey import Journey
from simulator.phrases import THEME_NAMES

#: Which closed orders somebody calls: the firm itself, 962121, the city.
_FIRM_CALLS, _DISTRICT_CALLS, _CITY_CALLS, _CITY_CALLS_AGAIN = 0.42, 0.3, 0.84, 0.95
#: Days from closing to the city's call (log-normal) and to 962121's.
_CITY_DAYS, _CITY_SPREAD, _DISTRICT_DAYS = 8.0, 0.5, 1.6
_BY_PHONE = 0.65
#: Log-odds of an answer: base, and what moves it.
_ANSWER_BASE, _ANSWER_SMS, _ANSWER_EVENING, _ANSWER_OLD_ESTATE, _ANSWER_AGAIN = -0.22, -0.35, 0.3, 0.25, 0.5
_OLD_ESTATE_BEFORE = 1998
#: Log-odds of stepping in: base, by score, after a bad word to 962121, in a later round.
_STEP_IN_BASE, _STEP_IN_SCORE, _STEP_IN_DISTRICT, _STEP_IN_AGAIN = -3.1, 0.55, 2.6, 1.0
#: Citizens who say solved, by rating.
_SAYS_SOLVED = np.array([0.45, 0.82, 0.96, 0.99])
_EVENING = 18


@dataclass(frozen=True)
class Calls:
    """One office's callbacks: NEVER and −1 where there was none."""

    at: Times
    known: Times
    is_phone: Flags
    rating: np.ndarray
    is_solved: np.ndarray
    is_contact_confirmed: np.ndarray


@dataclass(frozen=True)
class Aftercare:
    """What followed the closing of one round, and the scores it ended with.

    `score` holds all that can be observed; `early_score` the same before stepping in, as 962121 met it.
    """

    firm_called: Times
    put_right: Times
    district: Calls
    city: Calls
    columns: dict[str, Numbers]
    early_score: Numbers
    hidden: Numbers
    score: Numbers


def round_columns(journey: Journey, intake: Intake) -> dict[str, Numbers]:
    """Every cause as it stands at closing, by the name it has in CAUSES."""
    order = journey.order
    earlier = intake.earlier_reports[order]
    zero = np.zeros(len(order))
    flags: dict[str, np.ndarray] = {
        "is_overdue": journey.closed > journey.due,
        "is_promise_broken": journey.closed > journey.promised,
        "is_contact_late": journey.contacted > journey.contact_due,
        "returns": (journey.returned < NEVER).sum(axis=1),
        "urges": (journey.urged < NEVER).sum(axis=1),
        "is_explained": ~journey.is_resolved,
        "is_structural": journey.is_structural,
        "is_referred": journey.referred < NEVER,
        "is_visited": journey.visited < NEVER,
        "is_complaint": ~categories.IS_REPAIR[intake.true_category[order]],
        "is_second_report": earlier == 1,
        "is_third_report": earlier >= 2,
        "has_petition": intake.has_petition[order],
    }
    columns = {name: flag.astype(np.float64) for name, flag in flags.items()}
    columns |= {f"says_{name}": intake.themes[order, n].astype(float) for n, name in enumerate(THEME_NAMES)}
    columns["log_days"] = np.log1p((journey.closed - journey.opened) / DAY)
    columns["company_slack"], columns["manager_slack"] = journey.company_slack, journey.manager_slack
    columns["is_redispatched"] = zero + (journey.number > 1)
    put_right = ("put_right_repair", "put_right_service", "put_right_other", "put_right_structural")
    return columns | dict.fromkeys(("is_firm_called", *put_right), zero)


def put_right_columns(journey: Journey, intake: Intake, is_put_right: Flags) -> dict[str, Numbers]:
    """Stepping in, told apart by the kind of order it met."""
    category = intake.true_category[journey.order]
    is_repair, is_service = categories.IS_REPAIR[category], categories.IS_ABOUT_SERVICE[category]
    open_way = is_put_right & ~journey.is_structural
    return {
        "put_right_repair": (open_way & is_repair).astype(float),
        "put_right_service": (open_way & is_service).astype(float),
        "put_right_other": (open_way & ~is_repair & ~is_service).astype(float),
        "put_right_structural": (is_put_right & journey.is_structural).astype(float),
    }


def _call_times(rng: np.random.Generator, closed: Times, median_days: float, spread: float) -> Times:
    days = np.exp(rng.normal(np.log(median_days), spread, len(closed)))
    day = (closed + (days * DAY).astype(np.int64)) // DAY + 1
    return day * DAY + 9 * HOUR + rng.integers(0, 11 * HOUR, len(closed))


def _answers(
    rng: np.random.Generator, city: City, intake: Intake, journey: Journey, called: Times, score: Numbers
) -> Calls:
    """Who answers these calls, and what they say; `score` is the sum of everything, hidden parts too."""
    count = len(called)
    is_phone = rng.random(count) < _BY_PHONE
    is_old = city.year_built[intake.community[journey.order]] < _OLD_ESTATE_BEFORE
    odds = _ANSWER_BASE + _ANSWER_SMS * ~is_phone + _ANSWER_OLD_ESTATE * is_old
    odds += _ANSWER_EVENING * (called % DAY >= _EVENING * HOUR) + _ANSWER_AGAIN * (journey.number > 1)
    is_answered = (rng.random(count) < 1 / (1 + np.exp(-odds))) & (called < NEVER)
    rating = np.where(is_answered, draw_ratings(rng, score), -1)
    is_solved = rng.random(count) < _SAYS_SOLVED[rating]
    confirms = rng.random(count) < np.where(journey.contacted < NEVER, 0.95, 0.15)
    is_silent = rng.random(count) < 0.15
    lag = np.minimum(rng.exponential(4 * HOUR, count), 20 * HOUR).astype(np.int64)
    return Calls(
        at=called,
        known=np.where(called < NEVER, called + lag, NEVER),
        is_phone=is_phone,
        rating=rating,
        is_solved=np.where(is_answered, is_solved, -1),
        is_contact_confirmed=np.where(is_answered & ~is_silent, confirms, -1),
    )


def follow_up(
    rng: np.random.Generator, city: City, clock: WorkClock, intake: Intake, journey: Journey, hidden: Numbers
) -> Aftercare:
    """Follow one round from its closing to the city's callback."""
    count, again = len(journey.order), journey.number > 1
    is_official = intake.source[journey.order] != FIRM_DESK
    closed = journey.closed
    city_share = _CITY_CALLS_AGAIN if again else _CITY_CALLS
    is_called = is_official & (rng.random(count) < city_share)
    city_at = np.where(is_called, _call_times(rng, closed, _CITY_DAYS, _CITY_SPREAD), NEVER)
    district_at = _call_times(rng, closed, _DISTRICT_DAYS, 0.5)
    is_relayed = is_official & (rng.random(count) < _DISTRICT_CALLS) & (district_at < city_at)
    district_at = np.where(is_relayed, district_at, NEVER)
    firm_at = clock.after(closed, np.exp(rng.normal(1.4, 0.8, count)))
    firm_called = np.where((rng.random(count) < _FIRM_CALLS) & (firm_at < city_at), firm_at, NEVER)

    columns = round_columns(journey, intake)
    columns["is_firm_called"] = (firm_called < NEVER).astype(float)
    early_score = total_score(columns)
    district = _answers(rng, city, intake, journey, district_at, early_score + hidden)
    heard_bad = district.rating == 0
    odds = (
        _STEP_IN_BASE + _STEP_IN_SCORE * early_score + _STEP_IN_DISTRICT * heard_bad + _STEP_IN_AGAIN * again
    )
    start = np.where(heard_bad, district.known, np.where(firm_called < NEVER, firm_called, closed))
    put_right_at = clock.after(start, np.exp(rng.normal(1.8, 0.7, count)))
    steps_in = (rng.random(count) < 1 / (1 + np.exp(-odds))) & (put_right_at < city_at)
    columns = columns | put_right_columns(journey, intake, steps_in)
    score = total_score(columns)
    return Aftercare(
        firm_called=firm_called,
        put_right=np.where(steps_in, put_right_at, NEVER),
        district=district,
        city=_answers(rng, city, intake, journey, city_at, score + hidden),
        columns=columns,
        early_score=early_score,
        hidden=hidden,
        score=score,
    )


def redispatched(rng: np.random.Generator, clock: WorkClock, calls: Calls) -> Times:
    """When an order comes back after the city heard 不满意 or not solved; NEVER where it does not."""
    chance = np.where(calls.rating == 0, 0.55, np.where(calls.is_solved == 0, 0.4, 0.0))
    comes_back = rng.random(len(calls.at)) < chance
    known = np.where(comes_back, calls.known, calls.at.min())
    return np.where(comes_back, clock.after(known, rng.uniform(1, 12, len(known))), NEVER)


__all__ = [
    "Aftercare",
    "Calls",
    "Codes",
    "follow_up",
    "put_right_columns",
    "redispatched",
    "replace",
    "round_columns",
]
