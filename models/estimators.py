"""Two ways from a matrix to the log-odds of 不满意: boosted trees and a ridge logistic regression."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

#: The regression learns from at most this many rows: beyond it gains nothing and only costs memory.
_MOST_ROWS = 30_000
#: Below this many rows a second thread costs LightGBM more than it brings.
_FEW_ROWS = 50_000
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
        """Fit on rows of a matrix with NaN; `C` is scikit-learn's inverse strength of the ridge."""
        from sklearn.linear_model import LogisticRegression

        rows = np.arange(len(X))
        if len(X) > _MOST_ROWS:
            rows = np.sort(np.random.default_rng(seed).choice(len(X), _MOST_ROWS, replace=False))
        X, y, weight = X[rows].astype(np.float64), y[rows], weight[rows] * (len(weight) / len(rows))
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
        model = LogisticRegression(C=C, solver="newton-cholesky", max_iter=100, tol=1e-6).fit(
            design, y, sample_weight=weight
        )
        return cls(middle, scale, fill, has_missing, model.coef_[0], float(model.intercept_[0]))

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


@dataclass(frozen=True)
class TreeShape:
    """How trees are grown; small data wants few leaves, many rows in each, and several seeds."""

    leaves: int = 15
    rows_in_leaf: int = 100
    learning_rate: float = 0.05
    columns_share: float = 0.5
    rows_share: float = 0.7
    ridge: float = 10.0
    seeds: int = 1
    bins: int = 127

    def lightgbm(self, seed: int) -> dict[str, Any]:
        """The same in LightGBM's words; deterministic on one machine."""
        return {
            "objective": "binary",
            "num_leaves": self.leaves,
            "min_data_in_leaf": self.rows_in_leaf,
            "learning_rate": self.learning_rate,
            "feature_fraction": self.columns_share,
            "bagging_fraction": self.rows_share,
            "bagging_freq": 1,
            "lambda_l2": self.ridge,
            "seed": seed,
            "deterministic": True,
            "force_col_wise": True,
            "verbosity": -1,
        }


def binned(X: np.ndarray, y: np.ndarray, weight: np.ndarray, bins: int) -> Any:
    """Rows as LightGBM reads them; binning costs as much as many trees, so several growths share it."""
    import lightgbm

    return lightgbm.Dataset(
        X, y.astype(np.float64), weight=weight, params=_reading(len(X), bins), free_raw_data=True
    ).construct()


def _reading(rows: int, bins: int) -> dict[str, Any]:
    return {
        "max_bin": bins,
        "feature_pre_filter": False,
        "num_threads": 1 if rows < _FEW_ROWS else 0,
        "verbosity": -1,
    }


@dataclass(frozen=True, eq=False)
class BoostedTrees:
    """LightGBM's boosted trees; several seeds are averaged in log-odds."""

    boosters: tuple[Any, ...]
    trees: int = field(default=0)

    @classmethod
    def fit(
        cls, X: np.ndarray, y: np.ndarray, weight: np.ndarray, shape: TreeShape, trees: int, seed: int = 0
    ) -> "BoostedTrees":
        """Grow `trees` trees a seed on rows of a matrix with NaN."""
        return cls.grow(binned(X, y, weight, shape.bins), shape, trees, seed)

    @classmethod
    def grow(cls, rows: Any, shape: TreeShape, trees: int, seed: int = 0) -> "BoostedTrees":
        """The same on rows that are binned already."""
        import lightgbm

        boosters = []
        for number in range(shape.seeds):
            parameters = shape.lightgbm(seed * 1000 + number) | _reading(rows.num_data(), shape.bins)
            boosters.append(lightgbm.train(parameters, rows, num_boost_round=trees))
        return cls(tuple(boosters), trees)

    def log_odds(self, X: np.ndarray, trees: int | None = None) -> np.ndarray:
        """The log-odds of 不满意 a row, by the first `trees` trees."""
        threads = 1 if len(X) < 1000 else 0
        total = np.zeros(len(X))
        for booster in self.boosters:
            total += booster.predict(
                X, raw_score=True, num_iteration=trees or self.trees, num_threads=threads
            )
        return total / len(self.boosters)

    def contributions(self, X: np.ndarray) -> np.ndarray:
        """What each column of the matrix adds to the log-odds, against the mean (n × columns)."""
        total = np.zeros(X.shape)
        for booster in self.boosters:
            total += booster.predict(X, pred_contrib=True, num_threads=1 if len(X) < 1000 else 0)[:, :-1]
        return total / len(self.boosters)

    def to_json(self) -> dict[str, Any]:
        """What `from_json` reads."""
        return {"boosters": [booster.model_to_string() for booster in self.boosters], "trees": self.trees}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "BoostedTrees":
        """The trees that were stored, as LightGBM's own text: nothing in it can run."""
        import lightgbm

        return cls(tuple(lightgbm.Booster(model_str=text) for text in stored["boosters"]), stored["trees"])
