"""The handlers' own expectation before the callback: the human baseline."""

from dataclasses import dataclass

import numpy as np

from simulator.aftercare import Aftercare
from simulator.clock import DAY, EXTRACT_AT, HOUR, NEVER, Codes, Flags, Times
from simulator.journey import Journey

#: Share of closed orders for which a handler writes down a forecast, within a day of closing.
_FORECAST_SHARE = 0.25
#: A handler sees the order as it stands, and errs (standard deviation, on the scale of the score).
_ERROR = 1.6
#: The scores above which a handler writes 基本满意, 一般, 不满意: hopeful, as handlers are.
_LEVELS = (3.6, 4.6, 5.2)


@dataclass(frozen=True)
class Forecasts:
    """One forecast a place; `rating` is 0 不满意 … 3 满意."""

    order: Codes
    at: Times
    rating: np.ndarray
    has_seen_model: Flags


def forecast_by_hand(rng: np.random.Generator, journey: Journey, care: Aftercare) -> Forecasts:
    """What the handlers expected of one round's orders, as far as written down by the extract."""
    count = len(journey.order)
    at = journey.closed + HOUR // 2 + (rng.random(count) * DAY).astype(np.int64)
    felt = care.early_score + rng.normal(0, _ERROR, count)
    rating = 3 - np.searchsorted(np.array(_LEVELS), felt)
    is_official = (care.city.at < NEVER) & (at < care.city.at)
    rows = np.flatnonzero(is_official & (rng.random(count) < _FORECAST_SHARE) & (at <= EXTRACT_AT))
    return Forecasts(journey.order[rows], at[rows], rating[rows], np.zeros(len(rows), dtype=bool))
