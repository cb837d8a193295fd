"""Which ratings are to be reckoned with: a set that holds the one that comes with a stated frequency."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from hotline.satisfaction import Rating

#: How often the set is to hold the rating that comes, whichever it is.
STATED = 0.90
#: By so much (log-odds) the dissatisfied may look better in the next window than in the worst held-out one:
#: where service improves, those who stay dissatisfied are the unforeseen ones. The others need no allowance.
_DRIFT = 0.3


@dataclass(frozen=True)
class PredictionSets:
    """Split-conformal sets that promise the stated share twice: among the truly 不满意, and among all others.

    A level is in the set if its probability is at least `least` of that level. Promised for each of the
    four levels apart, the rare middle ones would stand in almost every set. Weeks differ: the promise is
    made for the worst of the held-out windows and, for the dissatisfied, some drift beyond; every report
    measures it anew.
    """

    stated: float
    least: tuple[float, ...]

    @classmethod
    def fit(
        cls,
        probabilities: np.ndarray,
        rating: np.ndarray,
        weight: np.ndarray,
        window: np.ndarray,
        stated: float = STATED,
        drift: float = _DRIFT,
    ) -> "PredictionSets":
        """From held-out probabilities (n × 4), the ratings that came and the number of the window of each.

        A level that never came is in no set.
        """
        came = probabilities[np.arange(len(rating)), rating]
        worst = rating == Rating.DISSATISFIED
        least = [
            min(_least(came[rows & part], weight[rows & part], stated) for part in _parts(window))
            for rows in (worst, ~worst)
        ]
        present = [bool((rating == level).any()) for level in Rating]
        bounds = [_moved(least[0], drift), *(least[1:] * (len(Rating) - 1))]
        return cls(
            stated, tuple(b if there else float("inf") for b, there in zip(bounds, present, strict=True))
        )

    def members(self, probabilities: np.ndarray) -> np.ndarray:
        """Whether each level is in each set (n × 4, bool); the likeliest level always is."""
        inside = probabilities >= np.array(self.least)
        inside[np.arange(len(inside)), probabilities.argmax(axis=1)] = True
        return inside

    def to_json(self) -> dict[str, Any]:
        """What `from_json` reads; a level that never occurred is null."""
        return {"stated": self.stated, "least": [v if np.isfinite(v) else None for v in self.least]}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "PredictionSets":
        """The sets that were stored."""
        return cls(stored["stated"], tuple(float("inf") if v is None else v for v in stored["least"]))


def _least(probability: np.ndarray, weight: np.ndarray, stated: float) -> float:
    """The greatest bound that at least the stated share of orders like these will reach; 0 if they are few."""
    if not len(probability):
        return float("inf")
    values, place_of = np.unique(probability, return_inverse=True)
    reached = np.cumsum(np.bincount(place_of, weight))
    place = np.searchsorted(reached, (1 - stated) * (reached[-1] + 1) + 1e-9, side="right") - 1
    return float(values[place]) if place >= 0 else 0.0


def _parts(window: np.ndarray) -> list[np.ndarray]:
    return [window == number for number in np.unique(window)]


def _moved(probability: float, drift: float) -> float:
    """The probability with its log-odds lowered by the drift; 0 and infinity stay."""
    if not 0 < probability < 1:
        return probability
    odds = probability / (1 - probability) * np.exp(-drift)
    return float(odds / (1 + odds))
