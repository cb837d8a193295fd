"""From a matrix to the log-odds of 不满意 by a ridge logistic regression."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from models.steps import level_of, steps_of

#: The regression learns from at most this many rows: beyond it gains nothing and only costs memory.
_MOST_ROWS = 30_000
#: Standardised values beyond this are cut, so that one odd order cannot swing a coefficient.
_CLIP = 4.0


@dataclass(frozen=True, eq=False)
class RidgeLogistic:
    """Logistic regression on standardised columns; a missing number stands at its median, and says so."""

    middle: np.ndarray
    scale: np.ndarray
    fill: np.ndarray
    has_missing: np.ndarray
    coefficients: np.ndarray
    intercept: float

    @classmethod
    def fit(
        cls, X: np.ndarray, y: np.ndarray, weight: np.ndarray, C: float, seed: int = 0
    ) -> "RidgeLogistic":
        """Fit one outcome on rows of a matrix with NaN; `C` is scikit-learn's inverse strength of the ridge."""
        return cls._fitted(X, y[:, None], weight, C, seed)

    @classmethod
    def of_ratings(
        cls, X: np.ndarray, rating: np.ndarray, weight: np.ndarray, C: float, seed: int = 0
    ) -> "RidgeLogistic":
        """Fit 不满意 from ratings (0–3), listening to every step of the scale."""
        return cls._fitted(X, rating[:, None] <= steps_of(rating), weight, C, seed)

    @classmethod
    def _fitted(
        cls, X: np.ndarray, steps: np.ndarray, weight: np.ndarray, C: float, seed: int
    ) -> "RidgeLogistic":
        """The mean regression of outcomes (n × steps), at the level of the first."""
        from sklearn.linear_model import LogisticRegression

        rows = np.arange(len(X))
        if len(X) > _MOST_ROWS:
            rows = np.sort(np.random.default_rng(seed).choice(len(X), _MOST_ROWS, replace=False))
        X, steps, weight = X[rows].astype(np.float64), steps[rows], weight[rows] * (len(weight) / len(rows))
        missing = np.isnan(X)
        fill = np.array(
            [np.median(c[~m]) if (~m).any() else 0.0 for c, m in zip(X.T, missing.T, strict=True)]
        )
        filled = np.where(missing, fill, X)
        squeezed = _squeeze(filled)
        middle, scale = squeezed.mean(axis=0), squeezed.std(axis=0)
        scale = np.where(scale > 1e-9, scale, 1.0)
        has_missing = np.flatnonzero(missing.any(axis=0) & ~missing.all(axis=0))
        design = np.hstack([np.clip((squeezed - middle) / scale, -_CLIP, _CLIP), missing[:, has_missing]])
        model = LogisticRegression(C=C, solver="newton-cholesky", max_iter=100, tol=1e-6)
        found = []
        for y in steps.T:
            model.fit(design, y, sample_weight=weight)
            found.append((model.coef_[0], float(model.intercept_[0])))
        coefficients, intercept = np.mean([one for one, _ in found], axis=0), found[0][1]
        if len(found) > 1:
            intercept = level_of(design @ coefficients, steps[:, 0], weight)
        return cls(middle, scale, fill, has_missing, coefficients, intercept)

    def _design(self, X: np.ndarray) -> np.ndarray:
        missing = np.isnan(X)
        squeezed = _squeeze(np.where(missing, self.fill, X.astype(np.float64)))
        standard = np.clip((squeezed - self.middle) / self.scale, -_CLIP, _CLIP)
        return np.hstack([standard, missing[:, self.has_missing]])

    def log_odds(self, X: np.ndarray) -> np.ndarray:
        """The log-odds of 不满意 a row."""
        pieces = [X[i : i + _MOST_ROWS] for i in range(0, max(len(X), 1), _MOST_ROWS)]
        # einsum sums each row by itself in the same order, so a row scores alike alone and in a batch
        return np.concatenate(
            [
                np.einsum("ij,j->i", self._design(piece), self.coefficients) + self.intercept
                for piece in pieces
            ]
        )

    def contributions(self, X: np.ndarray) -> np.ndarray:
        """What each column of the matrix adds to the log-odds, against its mean (n × columns)."""
        parts = self._design(X) * self.coefficients
        width = X.shape[1]
        own = parts[:, :width].copy()
        own[:, self.has_missing] += parts[:, width:]
        return own

    def to_json(self) -> dict[str, Any]:
        """What `from_json` reads."""
        arrays = ("middle", "scale", "fill", "has_missing", "coefficients")
        return {name: getattr(self, name).tolist() for name in arrays} | {"intercept": self.intercept}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "RidgeLogistic":
        """The regression that was stored."""
        real = {n: np.array(stored[n], dtype=np.float64) for n in ("middle", "scale", "fill", "coefficients")}
        return cls(
            has_missing=np.array(stored["has_missing"], dtype=np.int64), intercept=stored["intercept"], **real
        )


def _squeeze(values: np.ndarray) -> np.ndarray:
    """Hours and counts have long tails: a signed logarithm brings them in."""
    return np.sign(values) * np.log1p(np.abs(values))
