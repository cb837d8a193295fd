"""A whole simulated district, from its first call to the files of an extract."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from simulator import extract
from simulator.aftercare import follow_up, redispatch_times
from simulator.behaviour import ORDER_SPREAD, TEMPER_SPREAD
from simulator.calls import Calls, Silence, expected_points
from simulator.caseload import open_caseload
from simulator.changes import log_changes
from simulator.chinese_text import compose_texts
from simulator.city import City, build_city
from simulator.clock import EXTRACT_AT, NEVER, Flags, WorkClock, work_clock
from simulator.event_log import hands_of, log_events
from simulator.forecasts import forecast_by_hand
from simulator.handling import handle
from simulator.intake import Intake, take_in
from simulator.truth import Rounds, write_truth

#: Each room draws from its own stream, so that a change in one leaves the others' draws as they were.
ROOMS = ("city", "intake", "lives", "texts", "entries")


@dataclass(frozen=True)
class SimulatedDistrict:
    """What was written, in counts; `rated` and `dissatisfied` count the city's ratings.

    `true_rate` is the 满意率 to be expected of all whom the city called, whether or not they answered.
    """

    out: Path
    orders: int
    events: int
    changes: int
    callbacks: int
    forecasts: int
    communities: int
    rated: int
    dissatisfied: int
    redispatched: int
    true_rate: float


def simulate(
    orders: int,
    seed: int,
    out: Path,
    progress: Callable[[str, float], None] | None = None,
    silence: Silence = Silence.MILD,
) -> SimulatedDistrict:
    """Write the extract of a district with so many orders to `out`; the same arguments, the same bytes.

    `progress` hears what is being done and the share (0–1) that lies behind; `silence` is why people do
    not answer.
    """
    if orders < 1:
        raise ValueError(f"{orders} orders: simulate at least one")
    tell = progress or (lambda step, share: None)
    rngs = {room: np.random.default_rng([seed, number]) for number, room in enumerate(ROOMS)}
    tell("the district", 0.0)
    clock = work_clock()
    city = build_city(rngs["city"], orders)
    intake = take_in(rngs["intake"], city, clock, orders)
    tell("the lives of the orders", 0.05)
    rounds = live(rngs["lives"], city, clock, intake, silence)
    tell("the callers' words", 0.15)
    texts = compose_texts(rngs["texts"], intake.true_category, intake.themes)
    tell("the files", 0.3)
    written = _write(rngs["entries"], city, clock, intake, rounds, texts, out)
    tell("done", 1.0)
    return written


def live(
    rng: np.random.Generator,
    city: City,
    clock: WorkClock,
    intake: Intake,
    silence: Silence = Silence.MILD,
) -> Rounds:
    """Both rounds: all orders first, then those that came back before the extract."""
    temper = rng.normal(0.0, TEMPER_SPREAD, intake.callers)
    hidden = temper[intake.caller] + rng.normal(0.0, ORDER_SPREAD, len(intake))
    everything = np.arange(len(intake))
    first = handle(open_caseload(rng, clock, city, intake, everything, intake.received, 1))
    care = follow_up(rng, city, clock, intake, first, hidden, silence)
    back_at = redispatch_times(rng, clock, care.city)
    back = np.flatnonzero(back_at <= EXTRACT_AT)
    second = handle(open_caseload(rng, clock, city, intake, back, back_at[back], 2))
    return [(first, care), (second, follow_up(rng, city, clock, intake, second, hidden[back], silence))]


def _write(
    rng: np.random.Generator,
    city: City,
    clock: WorkClock,
    intake: Intake,
    rounds: Rounds,
    texts: list[str],
    out: Path,
) -> SimulatedDistrict:
    out.mkdir(parents=True, exist_ok=True)
    names = extract.order_numbers(intake)
    callers = extract.caller_numbers(rng, intake.callers)
    hands = hands_of(city)
    journeys = [journey for journey, _ in rounds]
    forecasts = [forecast_by_hand(rng, clock, journey, care) for journey, care in rounds]
    events = log_events(rng, city, intake, rounds, hands)
    rated = _ratings(rounds)
    write_truth(out / "truth.csv", intake, rounds, names)
    return SimulatedDistrict(
        out=out,
        orders=extract.write_orders(out / "工单.csv", city, intake, journeys[0], names, callers, texts),
        events=extract.write_events(out / "事件.csv", events, names, hands),
        changes=extract.write_changes(out / "变更.csv", city, log_changes(city, intake, journeys), names),
        callbacks=extract.write_callbacks(out / "回访.csv", rounds, names),
        forecasts=extract.write_forecasts(out / "预判.csv", forecasts, names),
        communities=extract.write_communities(out / "小区.csv", city),
        rated=len(rated),
        dissatisfied=int((rated == 0).sum()),
        redispatched=len(journeys[1].order),
        true_rate=_true_rate(rounds),
    )


def _was_entered(calls: Calls) -> Flags:
    """Whether each call was made and entered by the time of the extract."""
    return (calls.at < NEVER) & (calls.known <= EXTRACT_AT)


def _ratings(rounds: Rounds) -> np.ndarray:
    """The city's ratings of all rounds that had been entered by the time of the extract."""
    calls = [care.city for _, care in rounds]
    return np.concatenate([c.rating[_was_entered(c) & (c.rating >= 0)] for c in calls])


def _true_rate(rounds: Rounds) -> float:
    """The 满意率 expected of everybody whom the city called, answered or not; NaN where it called nobody."""
    points = [expected_points(care.score + care.hidden)[_was_entered(care.city)] for _, care in rounds]
    everybody = np.concatenate(points)
    return float(everybody.mean()) if len(everybody) else float("nan")
