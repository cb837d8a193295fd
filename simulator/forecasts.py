"""The handlers' own expectation before the callback: the human baseline."""

from dataclasses import dataclass

import numpy as np

from simulator.aftercare import Aftercare
from simulator.clock import EXTRACT_AT, Codes, Flags, Times, WorkClock, wall
from simulator.journey import Journey

#: Share of closed orders for which a handler writes a forecast, some working hours after closing.
_FORECAST_SHARE, _HOURS = 0.25, 4.0
#: Handlers see the order as it stands, and err (standard deviation, on the scale of the score); those
#: who saw the figure of a model that was tried out near the end err less.
_ERROR, _ERROR_SEEN = 1.5, 0.9
_TRIAL_FROM, _SEEN_IN_TRIAL = wall(2026, 9, 1), 0.4
#: The felt scores above which a handler writes 基本满意, 一般, 不满意: hopeful, as handlers are.
_LEVELS = np.array([3.9, 4.7, 5.2])


@dataclass(frozen=True)
class Forecasts:
    """One forecast a place; `rating` is 0 不满意 … 3 满意."""

    order: Codes
    at: Times
    rating: Codes
    has_seen_model: Flags


def forecast_by_hand(
    rng: np.random.Generator, clock: WorkClock, journey: Journey, care: Aftercare
) -> Forecasts:
    """What the handlers expected of one round's orders, as far as written down by the extract."""
    count = len(journey.order)
    at = clock.after(journey.closed, _HOURS * rng.exponential(1.0, count))
    has_seen = (at >= _TRIAL_FROM) & (rng.random(count) < _SEEN_IN_TRIAL)
    felt = care.early_score + rng.normal(0, 1, count) * np.where(has_seen, _ERROR_SEEN, _ERROR)
    is_written = (at < care.city.at) & (at <= EXTRACT_AT) & (rng.random(count) < _FORECAST_SHARE)
    rows = np.flatnonzero(is_written)
    return Forecasts(journey.order[rows], at[rows], 3 - np.searchsorted(_LEVELS, felt[rows]), has_seen[rows])
