"""What the citizen's words foretell: a linear model on Chinese words and character pairs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

#: A term counts only if this many different callers used it, so that no name or address becomes one.
LEAST_CALLERS = 20
_MOST_TERMS = 20_000
#: Below this many rated orders, or rarer outcomes, words are not worth listening to.
_LEAST_ORDERS, _LEAST_RARER = 400, 50
_FOLDS = 5
_RIDGE = 0.3


@dataclass(frozen=True, eq=False)
class TextScore:
    """A log-odds for each text: the sum of its terms' weights, on a length-free scale."""

    weights: Mapping[str, float]
    intercept: float

    @classmethod
    def fit(cls, texts: np.ndarray, is_dissatisfied: np.ndarray, callers: np.ndarray) -> "TextScore":
        """Learn from one text an order; `callers` decide which terms are common enough to count."""
        from scipy.sparse import csr_matrix
        from sklearn.linear_model import LogisticRegression

        terms = [_terms(text) for text in texts]
        vocabulary = _common_terms(terms, callers)
        place = {term: number for number, term in enumerate(vocabulary)}
        rows = [sorted(place[t] for t in found if t in place) for found in terms]
        sizes = np.array([len(row) for row in rows])
        flat = np.array([number for row in rows for number in row], dtype=np.int64)
        values = np.repeat(1 / np.sqrt(np.maximum(sizes, 1)), sizes)
        matrix = csr_matrix(
            (values, flat, np.concatenate([[0], np.cumsum(sizes)])), (len(rows), len(vocabulary))
        )
        if not vocabulary:
            return cls({}, _logit(is_dissatisfied.mean()))
        model = LogisticRegression(C=_RIDGE, max_iter=200).fit(matrix, is_dissatisfied)
        weights = dict(zip(vocabulary, map(float, model.coef_[0]), strict=True))
        return cls(weights, float(model.intercept_[0]))

    @classmethod
    def cross_fit(
        cls, texts: np.ndarray, is_dissatisfied: np.ndarray, callers: np.ndarray
    ) -> tuple["TextScore | None", np.ndarray]:
        """The score of all texts, and for each text the score of a model that never saw its caller.

        Callers are split, not texts, so that nobody's own words come back. None with too few ratings.
        """
        rarer = min(is_dissatisfied.sum(), (~is_dissatisfied).sum())
        told = np.array([isinstance(text, str) and bool(text) for text in texts])
        if told.sum() < _LEAST_ORDERS or rarer < _LEAST_RARER:
            return None, np.full(len(texts), np.nan)
        fold = np.unique(callers.astype(str), return_inverse=True)[1] * 7919 % _FOLDS
        unseen = np.full(len(texts), np.nan)
        for number in range(_FOLDS):
            learn, judge = told & (fold != number), told & (fold == number)
            if judge.any() and is_dissatisfied[learn].any():
                unseen[judge] = cls.fit(texts[learn], is_dissatisfied[learn], callers[learn]).score(
                    texts[judge]
                )
        return cls.fit(texts[told], is_dissatisfied[told], callers[told]), unseen

    def score(self, texts: Iterable[Any]) -> np.ndarray:
        """The log-odds of each text; NaN where there is none."""
        return np.array([self._one(text) for text in texts], dtype=np.float64)

    def _one(self, text: Any) -> float:
        if not isinstance(text, str) or not text:
            return float("nan")
        known = sorted(term for term in _terms(text) if term in self.weights)
        if not known:
            return self.intercept
        return self.intercept + sum(self.weights[term] for term in known) / len(known) ** 0.5

    def to_json(self) -> dict[str, Any]:
        """What `from_json` reads."""
        return {"weights": dict(self.weights), "intercept": self.intercept}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "TextScore":
        """The score that was stored."""
        return cls(stored["weights"], stored["intercept"])


def _terms(text: str) -> set[str]:
    """The words of a text and its pairs of neighbouring characters."""
    import rjieba

    words = {word for word in rjieba.cut(text) if word.strip()}
    return words | {text[i : i + 2] for i in range(len(text) - 1)}


def _common_terms(terms: list[set[str]], callers: np.ndarray) -> list[str]:
    users: dict[str, set[object]] = {}
    for found, caller in zip(terms, callers, strict=True):
        for term in found:
            seen = users.setdefault(term, set())
            if len(seen) < LEAST_CALLERS:
                seen.add(caller)
    uses = {term: 0 for term, seen in users.items() if len(seen) >= LEAST_CALLERS}
    for found in terms:
        for term in found:
            if term in uses:
                uses[term] += 1
    return sorted(sorted(uses, key=lambda term: (-uses[term], term))[:_MOST_TERMS])


def _logit(share: float) -> float:
    share = min(max(float(share), 1e-3), 1 - 1e-3)
    return float(np.log(share / (1 - share)))
