"""The request as the hotline's agent writes it down."""

from collections.abc import Iterable

import numpy as np

from simulator.categories import NAMES
from simulator.clock import Codes, Flags
from simulator.phrases import OPENINGS, PLACES, REQUESTS, TROUBLES
from simulator.themes import THEMES

#: Shares of texts with a number in them that must not survive the ingest: phones and identity cards.
_GIVES_PHONE, _GIVES_IDENTITY_CARD = 0.04, 0.004


def _chosen(rng: np.random.Generator, phrases: Iterable[str], count: int) -> np.ndarray:
    pool = np.array(list(phrases), dtype=object)
    return pool[rng.integers(0, len(pool), count)]


def _places(rng: np.random.Generator, count: int) -> list[str]:
    building = rng.integers(1, 60, count).tolist()
    floor = rng.integers(1, 19, count)
    room = (floor * 100 + rng.integers(1, 5, count)).tolist()
    pattern = _chosen(rng, PLACES, count)
    return [
        p.format(b=b, r=r, f=f) for p, b, r, f in zip(pattern, building, room, floor.tolist(), strict=True)
    ]


def _troubles(rng: np.random.Generator, category: Codes) -> np.ndarray:
    troubles = np.empty(len(category), dtype=object)
    for code, name in enumerate(NAMES):
        rows = np.flatnonzero(category == code)
        troubles[rows] = _chosen(rng, TROUBLES[name], len(rows))
    return troubles


def _said_themes(rng: np.random.Generator, themes: Flags) -> np.ndarray:
    """The phrases of each text's themes, one after the other, each led by a comma."""
    said = np.full(len(themes), "", dtype=object)
    for column, theme in enumerate(THEMES):
        rows = np.flatnonzero(themes[:, column])
        said[rows] += "，" + _chosen(rng, theme.phrases, len(rows))
    return said


def _numbers_given(rng: np.random.Generator, count: int) -> np.ndarray:
    """Made-up phone and identity-card numbers that some texts end with."""
    given = np.full(count, "", dtype=object)
    chance = rng.random(count)
    for row in np.flatnonzero(chance < _GIVES_PHONE):
        mobile = f"联系电话1380000{rng.integers(0, 10_000):04d}。"
        land_line = f"联系电话021-5000{rng.integers(0, 10_000):04d}。"
        given[row] = mobile if rng.random() < 0.8 else land_line
    for row in np.flatnonzero(chance > 1 - _GIVES_IDENTITY_CARD):
        given[row] = f"身份证号31011519000101{rng.integers(0, 10_000):04d}。"
    return given


def compose_texts(rng: np.random.Generator, category: Codes, themes: Flags) -> list[str]:
    """One text for each order: trouble by category, and a phrase for each theme that the caller touches."""
    count = len(category)
    parts = zip(
        _chosen(rng, OPENINGS, count),
        _places(rng, count),
        _troubles(rng, category),
        _said_themes(rng, themes),
        _chosen(rng, REQUESTS, count),
        _numbers_given(rng, count),
        strict=True,
    )
    return [
        f"{opening}{place}{trouble}{said}。{asked}{given}"
        for opening, place, trouble, said, asked, given in parts
    ]
