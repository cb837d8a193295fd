"""What follows the closing of a round: the firm's own call, 962121's, stepping in, the city's call."""

from dataclasses import dataclass

import numpy as np

from simulator.behaviour import total_score
from simulator.calls import Calls, Silence, call_back, call_times, leaning
from simulator.circumstances import circumstances, stepping_in
from simulator.city import City
from simulator.clock import NEVER, Flags, Numbers, Times, WorkClock
from simulator.intake import FIRM_DESK, Intake
from simulator.journey import Journey

#: Which closed orders somebody calls: the firm itself, 962121, the city, the city after a re-dispatch.
_FIRM_CALLS, _DISTRICT_CALLS, _CITY_CALLS, _CITY_CALLS_AGAIN = 0.42, 0.25, 0.86, 0.95
#: Median days from closing to the call, and its spread (of the log). The firm: working hours.
_CITY_DAYS, _CITY_SPREAD, _DISTRICT_DAYS, _DISTRICT_SPREAD = 8.0, 0.5, 1.6, 0.5
_FIRM_HOURS, _FIRM_SPREAD = 4.0, 0.8
#: Log-odds of stepping in: base, by what shows of the order, after a bad word to 962121, in a later round.
_STEP_IN, _STEP_IN_SCORE, _STEP_IN_HEARD_BAD, _STEP_IN_AGAIN = -3.7, 0.5, 2.8, 1.0
_STEP_IN_HOURS, _STEP_IN_SPREAD = 6.0, 0.7
#: Chance of coming back after 不满意, and after any other rating where it was not solved.
_BACK_DISSATISFIED, _BACK_UNSOLVED = 0.55, 0.4


@dataclass(frozen=True)
class Aftercare:
    """What followed the closing of one round, and the scores it ended with.

    `columns` are all causes at the city's call and `score` their sum; `early_score` is the sum before
    anybody stepped in, as 962121 met it; `hidden` is the temper and the chance that nobody observes.
    """

    firm_called: Times
    put_right: Times
    district: Calls
    city: Calls
    columns: dict[str, Numbers]
    early_score: Numbers
    score: Numbers
    hidden: Numbers

    @property
    def heard_by_district(self) -> Flags:
        """Whether 962121's rating was entered before the city called, so that it could be known then."""
        return (self.district.rating >= 0) & (self.district.known < self.city.at)


def _office_times(rng: np.random.Generator, journey: Journey, is_official: Flags) -> tuple[Times, Times]:
    """When the city and, earlier, 962121 call; NEVER where they do not."""
    count = len(journey.order)
    share = _CITY_CALLS_AGAIN if journey.number > 1 else _CITY_CALLS
    is_called = is_official & (rng.random(count) < share)
    city = np.where(is_called, call_times(rng, journey.closed, _CITY_DAYS, _CITY_SPREAD), NEVER)
    district = call_times(rng, journey.closed, _DISTRICT_DAYS, _DISTRICT_SPREAD)
    is_relayed = is_official & (rng.random(count) < _DISTRICT_CALLS) & (district < city)
    return city, np.where(is_relayed, district, NEVER)


def _firm_calls(rng: np.random.Generator, clock: WorkClock, journey: Journey, before: Times) -> Times:
    hours = _FIRM_HOURS * np.exp(rng.normal(0, _FIRM_SPREAD, len(before)))
    at = clock.after(journey.closed, hours)
    return np.where((rng.random(len(before)) < _FIRM_CALLS) & (at < before), at, NEVER)


def _step_ins(
    rng: np.random.Generator,
    clock: WorkClock,
    journey: Journey,
    firm_called: Times,
    district: Calls,
    score: Numbers,
    before: Times,
) -> Times:
    """When somebody stepped in: likelier where the order looks bad or 962121 heard so, never by temper."""
    heard_bad = (district.rating == 0) & (district.known < before)
    odds = _STEP_IN + _STEP_IN_SCORE * score + _STEP_IN_HEARD_BAD * heard_bad
    odds = odds + _STEP_IN_AGAIN * (journey.number > 1)
    start = np.where(firm_called < NEVER, firm_called, journey.closed)
    start = np.where(heard_bad, np.minimum(district.known, before), start)
    at = clock.after(start, _STEP_IN_HOURS * np.exp(rng.normal(0, _STEP_IN_SPREAD, len(start))))
    return np.where((rng.random(len(start)) < 1 / (1 + np.exp(-odds))) & (at < before), at, NEVER)


def follow_up(
    rng: np.random.Generator,
    city: City,
    clock: WorkClock,
    intake: Intake,
    journey: Journey,
    hidden: Numbers,
    silence: Silence = Silence.MILD,
) -> Aftercare:
    """Follow one round from its closing to the city's callback."""
    city_at, district_at = _office_times(rng, journey, intake.source[journey.order] != FIRM_DESK)
    firm_called = _firm_calls(rng, clock, journey, city_at)
    columns = circumstances(journey, intake, firm_called)
    early_score = total_score(columns)
    lean = leaning(silence, columns, hidden)
    district = call_back(rng, city, intake, journey, district_at, early_score + hidden, lean)
    put_right = _step_ins(rng, clock, journey, firm_called, district, early_score, city_at)
    columns = columns | stepping_in(journey, intake, put_right < NEVER)
    score = total_score(columns)
    return Aftercare(
        firm_called=firm_called,
        put_right=put_right,
        district=district,
        city=call_back(rng, city, intake, journey, city_at, score + hidden, lean),
        columns=columns,
        early_score=early_score,
        score=score,
        hidden=hidden,
    )


def redispatch_times(rng: np.random.Generator, clock: WorkClock, calls: Calls) -> Times:
    """When an order comes back after the city heard 不满意 or not solved; NEVER where it does not."""
    is_unsolved = (calls.rating > 0) & (calls.is_solved == 0)
    chance = np.where(calls.rating == 0, _BACK_DISSATISFIED, np.where(is_unsolved, _BACK_UNSOLVED, 0.0))
    comes_back = rng.random(len(chance)) < chance
    heard = np.where(comes_back, calls.known, 0)
    back = np.full(len(chance), NEVER)
    back[comes_back] = clock.after(heard[comes_back], rng.uniform(1, 12, int(comes_back.sum())))
    return back
