"""How far one column alone separates two outcomes, with intervals that small data cannot fool."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.metrics import auc

#: 95 % for an AUC; 99.7 % for groups, of which many are looked at.
_Z_AUC, _Z_GROUP = 1.96, 3.0
_FOLDS = 5
#: Fewer of the rarer outcome say nothing.
_LEAST_OUTCOMES = 10
#: Numbers are cut into so many bins at most, and into fewer if a bin would hold under ten.
_BINS, _LEAST_IN_BIN = 50, 10
#: A group gives the outcome away if this share of it has the outcome, hardly less than `_SURELY` truly has,
#: and its odds are so many times those of the others at the interval's near end: honest causes stay far
#: below. Its absence is the common case, and an easy category may honestly never end badly: more is asked.
_NEARLY_ALL, _SURELY = 0.95, 0.75
_ODDS_WITH, _ODDS_WITHOUT = 10.0, 30.0


@dataclass(frozen=True)
class Separation:
    """An AUC (0.5–1) with the low end of its interval, over n orders with so many of the outcome."""

    auc: float
    low: float
    n: int
    outcomes: int


@dataclass(frozen=True)
class Group:
    """Orders that say the same (`code`): how many, and the share of them with the outcome.

    `given_away` is how much of the outcome (or, where it hardly comes, of its absence) they hold; `low` the
    least share that chance leaves possible.
    """

    code: int
    n: int
    share: float
    given_away: float
    low: float


def separation(score: np.ndarray, truth: np.ndarray) -> Separation | None:
    """How well a score ranks the outcome, whichever way round; None with too few of either."""
    n, outcomes = len(truth), int(truth.sum())
    if not enough(truth):
        return None
    area = auc(truth, score)
    area = max(area, 1 - area)
    return Separation(area, lowest_auc(area, outcomes, n - outcomes), n, outcomes)


def enough(truth: np.ndarray) -> bool:
    """Whether there is enough of the outcome, and of its absence, to say anything."""
    return bool(min(truth.sum(), len(truth) - truth.sum()) >= _LEAST_OUTCOMES)


def lowest_auc(area: float, positive: int, negative: int) -> float:
    """The least true AUC that this one is compatible with (Hanley and McNeil's error at the true one).

    Unlike an interval around what was seen it does not shrink to nothing when the separation is perfect.
    """
    tried = np.linspace(0.5, 1.0, 501)
    q1, q2 = tried / (2 - tried), 2 * tried**2 / (1 + tried)
    variance = tried * (1 - tried) + (positive - 1) * (q1 - tried**2) + (negative - 1) * (q2 - tried**2)
    error = np.sqrt(variance / (positive * negative))
    return float(tried[np.flatnonzero(area - tried <= _Z_AUC * error)[0]])


def crossfitted(codes: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """For each order the smoothed share of the outcome among others that say the same.

    The others lie in other folds, so a word of its own, such as an id, says nothing.
    """
    fold = np.random.default_rng(0).permutation(len(codes)) % _FOLDS
    base = truth.mean()
    _, place = np.unique(codes, return_inverse=True)
    size = int(place.max()) + 1
    score = np.empty(len(codes))
    for number in range(_FOLDS):
        judge = fold == number
        count = np.bincount(place[~judge], minlength=size)
        hits = np.bincount(place[~judge], truth[~judge], minlength=size)
        score[judge] = ((hits + base) / (count + 1))[place[judge]]
    return score


def binned(numbers: np.ndarray) -> np.ndarray:
    """A code for each number: itself where few are different, else its bin; −1 where missing."""
    filled = ~np.isnan(numbers)
    codes = np.full(len(numbers), -1)
    if not filled.any():
        return codes
    bins = int(np.clip(filled.sum() // _LEAST_IN_BIN, 2, _BINS))
    distinct, place = np.unique(numbers[filled], return_inverse=True)
    if len(distinct) > bins:
        edges = np.unique(np.quantile(numbers[filled], np.linspace(0, 1, bins + 1)[1:-1]))
        place = np.searchsorted(edges, numbers[filled], side="right")
    codes[filled] = place
    return codes


def telling_groups(codes: np.ndarray, truth: np.ndarray) -> list[Group]:
    """The groups of equal codes that give the outcome, or its absence, away."""
    distinct, place, count = np.unique(codes, return_inverse=True, return_counts=True)
    return telling_counts(distinct, np.bincount(place, truth, minlength=len(count)), count, truth)


def telling_counts(codes: np.ndarray, hits: np.ndarray, count: np.ndarray, truth: np.ndarray) -> list[Group]:
    """Of groups with so many orders and hits, those large enough in which nearly all end alike."""
    share, (low, high) = hits / count, wilson(hits, count)
    total, rest = truth.sum(), len(truth) - count
    others_low, others_high = wilson(total - hits, np.maximum(rest, 1))
    with_it = (share >= _NEARLY_ALL) & (low >= _SURELY) & (_odds(low) >= _ODDS_WITH * _odds(others_high))
    without = (share <= 1 - _NEARLY_ALL) & (_odds(others_low) >= _ODDS_WITHOUT * _odds(high))
    held = np.where(with_it, hits / total, (count - hits) / (len(truth) - total))
    found = np.flatnonzero((with_it | without) & (rest > 0))
    return [
        Group(int(codes[i]), int(count[i]), float(share[i]), float(held[i]), float(low[i])) for i in found
    ]


def _odds(share: np.ndarray) -> np.ndarray:
    return share / np.maximum(1 - share, 1e-12)


def wilson(hits: np.ndarray, count: np.ndarray, z: float = _Z_GROUP) -> tuple[np.ndarray, np.ndarray]:
    """Wilson's interval of shares."""
    share = hits / count
    middle = (share + z**2 / (2 * count)) / (1 + z**2 / count)
    half = z * np.sqrt(share * (1 - share) / count + z**2 / (4 * count**2)) / (1 + z**2 / count)
    return np.clip(middle - half, 0, 1), np.clip(middle + half, 0, 1)


def coded(words: np.ndarray) -> np.ndarray:
    """A code for each word; −1 where there is none."""
    return pd.factorize(pd.Series(words, dtype=object))[0]
