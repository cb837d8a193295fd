"""The four levels a citizen may answer at the callback, and what each costs the 满意率."""

from enum import IntEnum


class Rating(IntEnum):
    """A citizen's answer at the official callback, worst first, so that levels can be compared.

    >>> Rating.DISSATISFIED < Rating.FAIR < Rating.MOSTLY_SATISFIED < Rating.SATISFIED
    True
    >>> Rating.from_zh("基本满意").name
    'MOSTLY_SATISFIED'
    """

    DISSATISFIED = 0
    FAIR = 1
    MOSTLY_SATISFIED = 2
    SATISFIED = 3

    @property
    def zh(self) -> str:
        """The level as the hotline writes it."""
        return LEVELS_ZH[self]

    @classmethod
    def from_zh(cls, word: str) -> "Rating":
        """The level that the hotline's word names; ValueError for any other word."""
        if word not in LEVELS_ZH:
            raise ValueError(f"{word!r} is not a rating; use one of {'、'.join(LEVELS_ZH)}")
        return cls(LEVELS_ZH.index(word))


LEVELS_ZH = ("不满意", "一般", "基本满意", "满意")

#: Points of 满意率 that an order earns by its rating (practice in Shanghai; a setting).
WEIGHTS = (0.0, 0.6, 0.8, 1.0)


def expected_loss(probabilities: tuple[float, ...], weights: tuple[float, ...] = WEIGHTS) -> float:
    """Points of 满意率 (0–1) that an order is expected to lose, from its four probabilities.

    >>> round(expected_loss((0.5, 0.0, 0.0, 0.5)), 3)
    0.5
    """
    return sum(p * (1.0 - w) for p, w in zip(probabilities, weights, strict=True))
