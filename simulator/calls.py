"""Official callbacks: when an office calls, who answers, and what is said."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from hotline.satisfaction import WEIGHTS
from simulator.chance import HIDDEN_SPREAD, NO_RATING, chance_at_most, draw_ratings
from simulator.city import City
from simulator.clock import DAY, HOUR, NEVER, Codes, Flags, Numbers, Times
from simulator.intake import Intake
from simulator.journey import Journey

#: Log-odds of an answer: base, and what moves it in every district. Only what can be observed does.
_ANSWER = -0.33
_ANSWER_SMS, _ANSWER_EVENING, _ANSWER_OLD_ESTATE, _ANSWER_AGAIN = -0.35, 0.3, 0.25, 0.5
_OLD_ESTATE_BEFORE, _EVENING = 1998, 18
_BY_PHONE = 0.65
#: What more moves it where silence is observed: a unit of each cause, and a centre that keeps the overall
#: share of answers near the mild one's.
_ANSWER_CAUSES = {"is_overdue": 0.9, "is_explained": 0.7, "urges": 0.4, "is_promise_broken": 0.6}
_ANSWER_CAUSES_CENTRE = 0.42
#: What one standard deviation of the hidden part adds where silence is mood: the cross answer more.
_ANSWER_MOOD = 0.5
#: Calls are made every day between these hours, and entered with this lag.
_FIRST_HOUR, _LAST_HOUR = 9, 20
_MEAN_LAG, _LONGEST_LAG = 4 * HOUR, 20 * HOUR
#: Citizens who say that it is solved, by rating.
_SAYS_SOLVED = np.array([0.42, 0.80, 0.96, 0.99])
#: Citizens who confirm a first contact that was made, who do so without one, and who do not say.
_CONFIRMS, _CONFIRMS_NONE, _NOT_SAID = 0.95, 0.15, 0.15


class Silence(StrEnum):
    """Why people do not answer: little of it, much of it, or what nobody can observe besides."""

    MILD = "mild"
    OBSERVED = "observed"
    MOOD = "mood"


@dataclass(frozen=True)
class Calls:
    """One office's callbacks of one round; NEVER where it did not call, NO_RATING where nobody answered.

    `is_solved` and `is_contact_confirmed` are 1, 0, or −1 where nothing was said.
    """

    at: Times
    known: Times
    is_phone: Flags
    rating: Codes
    is_solved: Codes
    is_contact_confirmed: Codes


def call_times(rng: np.random.Generator, closed: Times, median_days: float, spread: float) -> Times:
    """Drawn times of calling, some days after closing, by day and in the evening."""
    days = np.exp(rng.normal(np.log(median_days), spread, len(closed)))
    day = (closed + (days * DAY).astype(np.int64)) // DAY + 1
    return day * DAY + rng.integers(_FIRST_HOUR * HOUR, _LAST_HOUR * HOUR, len(closed))


def leaning(silence: Silence, columns: Mapping[str, Numbers], hidden: Numbers) -> Numbers:
    """What a kind of silence adds to the log-odds of an answer, by the causes and the hidden part."""
    if silence is Silence.OBSERVED:
        added = [effect * columns[name] for name, effect in _ANSWER_CAUSES.items()]
        return np.sum(added, axis=0) - _ANSWER_CAUSES_CENTRE
    return hidden * (_ANSWER_MOOD / HIDDEN_SPREAD if silence is Silence.MOOD else 0.0)


def expected_points(score: Numbers) -> Numbers:
    """Points of 满意率 (0–1) to be expected for the sum of everything, hidden parts included."""
    steps = np.diff(WEIGHTS)[:, None] * [chance_at_most(score, level) for level in range(3)]
    return WEIGHTS[-1] - np.sum(steps, axis=0)


def _is_answered(
    rng: np.random.Generator,
    city: City,
    intake: Intake,
    journey: Journey,
    at: Times,
    is_phone: Flags,
    lean: Numbers,
) -> Flags:
    is_old = city.year_built[intake.community[journey.order]] < _OLD_ESTATE_BEFORE
    odds = _ANSWER + _ANSWER_SMS * ~is_phone + _ANSWER_OLD_ESTATE * is_old
    odds = odds + _ANSWER_EVENING * (at % DAY >= _EVENING * HOUR) + _ANSWER_AGAIN * (journey.number > 1)
    return (at < NEVER) & (rng.random(len(at)) < 1 / (1 + np.exp(-odds - lean)))


def call_back(
    rng: np.random.Generator,
    city: City,
    intake: Intake,
    journey: Journey,
    at: Times,
    score: Numbers,
    lean: Numbers,
) -> Calls:
    """Call at these times (NEVER: no call); `score` is the sum of everything, hidden parts included.

    `lean` is what `leaning` adds to the log-odds of an answer.
    """
    count = len(at)
    is_phone = rng.random(count) < _BY_PHONE
    is_answered = _is_answered(rng, city, intake, journey, at, is_phone, lean)
    rating = draw_ratings(rng, score)
    is_solved = rng.random(count) < _SAYS_SOLVED[rating]
    confirms = rng.random(count) < np.where(journey.contacted < NEVER, _CONFIRMS, _CONFIRMS_NONE)
    says = is_answered & (rng.random(count) >= _NOT_SAID)
    lag = np.minimum(rng.exponential(_MEAN_LAG, count), _LONGEST_LAG).astype(np.int64)
    return Calls(
        at=at,
        known=np.where(at < NEVER, at + lag, NEVER),
        is_phone=is_phone,
        rating=np.where(is_answered, rating, NO_RATING),
        is_solved=np.where(is_answered, is_solved, -1),
        is_contact_confirmed=np.where(says, confirms, -1),
    )
