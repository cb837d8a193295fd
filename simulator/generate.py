"""A whole simulated district, from its first call to the files of an extract."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from simulator import extract
from simulator.aftercare import Aftercare, follow_up, redispatch_times
from simulator.behaviour import ORDER_SPREAD, TEMPER_SPREAD
from simulator.caseload import open_caseload
from simulator.changes import log_changes
from simulator.chinese_text import compose_texts
from simulator.city import City, build_city
from simulator.clock import EXTRACT_AT, NEVER, WorkClock, work_clock
from simulator.event_log import hands_of, log_events
from simulator.forecasts import forecast_by_hand
from simulator.handling import handle
from simulator.intake import Intake, take_in
from simulator.names import STREETS
from simulator.truth import Rounds, write_truth


@dataclass(frozen=True)
class SimulatedDistrict:
    """What was written, in counts; `rated` and `dissatisfied` count the city's ratings."""

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


def simulate(
    orders: int, seed: int, out: Path, progress: Callable[[str, float], None] | None = None
) -> SimulatedDistrict:
    """Write the extract of a district with so many orders to `out`; the same arguments, the same bytes."""
    if orders < 1:
        raise ValueError(f"{orders} orders: simulate at least one")
    report = progress or (lambda step, share: None)
    rngs = iter([np.random.default_rng([seed, room]) for room in range(10)])
    out.mkdir(parents=True, exist_ok=True)
    report("city", 0.0)
    clock = work_clock()
    city = build_city(next(rngs), orders)
    intake = take_in(next(rngs), city, clock, orders)
    report("handling", 0.1)
    rounds = _live(next(rngs), city, clock, intake)
    report("texts", 0.3)
    texts = compose_texts(next(rngs), intake.true_category, intake.themes)
    report("files", 0.5)
    written = _write(next(rngs), city, clock, intake, rounds, texts, out)
    report("done", 1.0)
    return written


def _live(rng: np.random.Generator, city: City, clock: WorkClock, intake: Intake) -> Rounds:
    """Both rounds: all orders first, then those that came back before the extract."""
    temper = rng.normal(0.0, TEMPER_SPREAD, intake.callers)
    hidden = temper[intake.caller] + rng.normal(0.0, ORDER_SPREAD, len(intake))
    everything = np.arange(len(intake))
    first = handle(open_caseload(rng, clock, city, intake, everything, intake.received, 1))
    care = follow_up(rng, city, clock, intake, first, hidden)
    back_at = redispatch_times(rng, clock, care.city)
    back = np.flatnonzero(back_at <= EXTRACT_AT)
    second = handle(open_caseload(rng, clock, city, intake, back, back_at[back], 2))
    return [(first, care), (second, follow_up(rng, city, clock, intake, second, hidden[back]))]


def _write(
    rng: np.random.Generator,
    city: City,
    clock: WorkClock,
    intake: Intake,
    rounds: Rounds,
    texts: list[str],
    out: Path,
) -> SimulatedDistrict:
    names = extract.order_numbers(intake)
    callers = extract.caller_numbers(rng, intake.callers)
    handlers = np.array([f"{street[:2]}处置员" for street in STREETS], dtype=object)
    hands = hands_of(city, handlers)
    journeys = [journey for journey, _ in rounds]
    forecasts = [forecast_by_hand(rng, clock, journey, care) for journey, care in rounds]
    events = log_events(rng, city, intake, rounds, hands)
    rated = np.concatenate([_known_ratings(care) for _, care in rounds])
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
    )


def _known_ratings(care: Aftercare) -> np.ndarray:
    is_known = (care.city.at < NEVER) & (care.city.known <= EXTRACT_AT) & (care.city.rating >= 0)
    return care.city.rating[is_known]
