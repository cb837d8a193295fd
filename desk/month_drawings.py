"""Ratings that are still to come this month, drawn many times over."""

import numpy as np
from scipy import special, stats

from desk.rehearsal import Lessons
from desk.within_reach import Mine, moved
from features.arrays import Floats, Ints
from hotline.satisfaction import Rating

_DRAWINGS = 2_000
_AT_ONCE = 200
#: Without earlier months, ratings of rounds still to come are this many for each one opened lately, give or
#: take as much: nothing is known then.
_BLIND_SHARE = 0.05


def drawn_ratings(mine: Mine, lessons: Lessons, opened_lately: int, rng: np.random.Generator) -> Ints:
    """Ratings still to come, a drawing a row, by level.

    The shifts of a month are drawn once for all its rounds: closed ones, open ones, and those not opened yet.
    """
    month, busy = rng.standard_normal((2, _DRAWINGS))
    chance = [drift.draw(rng, busy) for drift in lessons.chance]
    levels = [drift.draw(rng, month) for drift in lessons.levels]
    total = np.zeros((_DRAWINGS, len(Rating)), dtype=np.int64)
    for start in range(0, _DRAWINGS if len(mine) else 0, _AT_ONCE):
        rows = slice(start, start + _AT_ONCE)
        rated = special.expit(mine.odds + mine.of_group([shift[rows] for shift in chance]))
        shift = mine.of_group([shift[rows] for shift in levels])
        upto = np.cumsum(moved(np.broadcast_to(mine.levels, (*shift.shape, len(Rating))), shift), axis=-1)
        drawn = rng.random(shift.shape) / rated
        level = (drawn[..., None] >= upto[..., :-1]).sum(axis=-1)
        for rating in Rating:
            total[rows, rating] = ((level == rating) & (drawn < 1.0)).sum(axis=1)
    return total + _unforeseen(lessons, opened_lately, month, rng)


def _unforeseen(lessons: Lessons, opened_lately: int, month: Floats, rng: np.random.Generator) -> Ints:
    """Drawn ratings of rounds that are not opened yet, as many as in earlier months that were as busy."""
    seen = lessons.unforeseen.sum(axis=1) / np.maximum(lessons.busy, 1)
    months = len(seen)
    if months < 2:
        share = np.full(_DRAWINGS, float(seen.mean()) if months else _BLIND_SHARE) * rng.gamma(
            1.0, 1.0, _DRAWINGS
        )
        count = rng.poisson(share * opened_lately)
    else:
        # The spread of earlier months holds the chance of their own counts: drawn again it would count twice.
        least = np.sqrt(max(seen.mean(), 0.0) / max(opened_lately, 1))
        spread = max(float(seen.std(ddof=1)), float(least)) * np.sqrt(1 + 1 / months)
        share = seen.mean() + spread * stats.t.rvs(months - 1, size=_DRAWINGS, random_state=rng)
        count = np.rint(np.maximum(share, 0.0) * opened_lately).astype(np.int64)
    known = lessons.unforeseen.sum(axis=0) + np.array([0.5, 0.2, 0.3, 2.0])
    mix = rng.dirichlet(known, _DRAWINGS)
    spread_of = lessons.levels[1]
    mix = moved(mix, spread_of.draw(rng, month) - spread_of.draw(rng, np.zeros(_DRAWINGS)))
    drawn: Ints = rng.multinomial(count, mix / mix.sum(axis=1, keepdims=True))
    return drawn
