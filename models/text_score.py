"""What the citizen's words foretell: a linear model on Chinese words and character pairs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

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
    def cross_fit(
        cls, texts: np.ndarray, is_dissatisfied: np.ndarray, callers: np.ndarray
    ) -> tuple["TextScore | None", np.ndarray]:
        """The score of all texts, and for each text the score of a model that never saw its caller.

        One text an order. Callers are split, not texts, so that nobody's own words come back; as they come, not
        by their names, for pseudonyms differ from home to home. None with too few ratings.
        """
        told = np.flatnonzero([isinstance(text, str) and bool(text) for text in texts])
        unseen = np.full(len(texts), np.nan)
        y, who = is_dissatisfied[told], pd.factorize(callers[told].astype(str))[0]
        if len(told) < _LEAST_ORDERS or min(y.sum(), (~y).sum()) < _LEAST_RARER:
            return None, unseen
        table = _TermTable.of(texts[told])
        fold = who * 7919 % _FOLDS
        for number in range(_FOLDS):
            learn, judge = np.flatnonzero(fold != number), np.flatnonzero(fold == number)
            weights, intercept = table.fit(learn, y, who)
            unseen[told[judge]] = table.score(judge, weights, intercept)
        weights, intercept = table.fit(np.arange(len(told)), y, who)
        named = {table.names[n]: float(w) for n, w in enumerate(weights) if w != 0}
        return cls(named, intercept), unseen

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


@dataclass(frozen=True, eq=False)
class _TermTable:
    """Which term stands in which text, as one sparse matrix of ones."""

    names: list[str]
    matrix: Any

    @classmethod
    def of(cls, texts: Iterable[str]) -> "_TermTable":
        from scipy.sparse import csr_matrix

        place: dict[str, int] = {}
        flat: list[int] = []
        ends = [0]
        for text in texts:
            flat.extend(place.setdefault(term, len(place)) for term in sorted(_terms(text)))
            ends.append(len(flat))
        ones = np.ones(len(flat), dtype=np.float32)
        matrix = csr_matrix((ones, np.array(flat), np.array(ends)), (len(ends) - 1, len(place)))
        return cls(list(place), matrix)

    def fit(self, rows: np.ndarray, y: np.ndarray, who: np.ndarray) -> tuple[np.ndarray, float]:
        """A weight for each term (0 for those too few callers used) and the intercept."""
        from sklearn.linear_model import LogisticRegression

        weights = np.zeros(len(self.names))
        common = self._common(rows, who[rows])
        if not len(common):
            return weights, _logit(y[rows].mean())
        design = _length_free(self.matrix[rows][:, common])
        model = LogisticRegression(C=_RIDGE, max_iter=200).fit(design, y[rows])
        weights[common] = model.coef_[0]
        return weights, float(model.intercept_[0])

    def _common(self, rows: np.ndarray, who: np.ndarray) -> np.ndarray:
        entries = self.matrix[rows].tocoo()
        callers = int(who.max()) + 1
        pairs = np.sort(entries.col.astype(np.int64) * callers + who[entries.row])
        once = pairs[np.diff(pairs, prepend=-1) > 0]  # numpy's own unique hashes, many times slower
        users = np.bincount(once // callers, minlength=len(self.names))
        common = np.flatnonzero(users >= LEAST_CALLERS)
        if len(common) > _MOST_TERMS:
            common = common[np.lexsort((common, -users[common]))[:_MOST_TERMS]]
        return np.sort(common)

    def score(self, rows: np.ndarray, weights: np.ndarray, intercept: float) -> np.ndarray:
        """The log-odds of some texts."""
        known = np.flatnonzero(weights)
        return _length_free(self.matrix[rows][:, known]) @ weights[known] + intercept


def _length_free(matrix: Any) -> Any:
    """Each text's ones over the square root of how many it has."""
    from scipy.sparse import diags

    sizes = np.asarray(matrix.sum(axis=1)).ravel()
    return diags(1 / np.sqrt(np.maximum(sizes, 1))) @ matrix


def _logit(share: float) -> float:
    share = min(max(float(share), 1e-3), 1 - 1e-3)
    return float(np.log(share / (1 - share)))
