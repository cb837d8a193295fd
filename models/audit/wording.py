"""What the words of free texts tell: pairs of neighbouring characters, counted."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from models.audit.separation import Group, telling_counts

_FOLDS = 5
#: Texts looked at, and characters from each end: enough to see a leak, quick enough for every ingest.
_MOST_TEXTS, _CHARACTERS = 3_000, 60
#: Pairs in fewer texts say nothing, and might name somebody.
_LEAST_TEXTS = 20
#: Stands for an empty text, so that emptiness is a word too.
_NOTHING = "··"


@dataclass(frozen=True, eq=False)
class Wording:
    """What was found in some of the texts: `rows` of those looked at, a score for each, telling pairs."""

    rows: np.ndarray
    score: np.ndarray
    groups: list[Group]

    @classmethod
    def of(cls, texts: np.ndarray, truth: np.ndarray) -> "Wording":
        """Each text's log-odds of the outcome as learnt on other texts, by naive Bayes over pairs."""
        rows = np.random.default_rng(0).permutation(len(texts))[:_MOST_TEXTS]
        matrix = _pairs(texts[rows])
        is_bad = truth[rows] > 0
        fold = np.arange(len(rows)) % _FOLDS
        score = np.zeros(len(rows))
        for number in range(_FOLDS):
            judge = fold == number
            sides = [~judge & is_bad, ~judge & ~is_bad]
            found = [np.asarray(matrix[np.flatnonzero(side)].sum(axis=0)).ravel() for side in sides]
            shares = [np.log((n + 1) / (side.sum() + 2)) for n, side in zip(found, sides, strict=True)]
            weight = np.where(found[0] + found[1] < _LEAST_TEXTS, 0.0, shares[0] - shares[1])
            score[judge] = matrix[np.flatnonzero(judge)] @ weight
        count = np.asarray(matrix.sum(axis=0)).ravel()
        hits = matrix.T @ is_bad.astype(float)
        common = np.flatnonzero(count >= _LEAST_TEXTS)
        return cls(rows, score, telling_counts(common, hits[common], count[common], is_bad.astype(float)))


def _pairs(texts: np.ndarray) -> Any:
    """Which pair of neighbouring characters stands in which text, as a sparse matrix of ones."""
    from scipy.sparse import csr_matrix

    place: dict[str, int] = {}
    flat: list[int] = []
    ends = [0]
    for text in texts:
        told = _ends(text)
        flat += {place.setdefault(told[i : i + 2], len(place)) for i in range(len(told) - 1)}
        ends.append(len(flat))
    return csr_matrix((np.ones(len(flat)), np.array(flat, dtype=int), ends), (len(texts), len(place)))


def _ends(text: str | None) -> str:
    """The beginning and the end of a text, where remarks are added."""
    text = text or _NOTHING
    return text if len(text) <= 2 * _CHARACTERS else text[:_CHARACTERS] + text[-_CHARACTERS:]
