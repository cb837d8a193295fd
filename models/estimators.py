"""Two ways from a matrix to the log-odds of 不满意: boosted trees and a ridge logistic regression.

Both hear all four ratings: they learn the chance of 不满意, of 一般 or worse, and of 基本满意 or worse, and
average the three log-odds, for what makes an order worse makes it worse at every step. The level is then that
of 不满意 alone. Where the scale has two levels there is one chance, and nothing to average.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from models.calibration import sigmoid

#: The regression learns from at most this many rows: beyond it gains nothing and only costs memory.
_MOST_ROWS = 30_000
#: Below this many rows a second thread costs LightGBM more than it brings.
_FEW_ROWS = 50_000
#: Standardised values beyond this are cut, so that one odd order cannot swing a coefficient.
_CLIP = 4.0
#: The level is found on about this many rows.
_LEVEL_ROWS, _NEWTON_STEPS = 20_000, 30


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


def steps_of(rating: np.ndarray) -> list[int]:
    """The levels at or below which some ratings lie and above which others do, each parting them anew.

    >>> steps_of(np.array([0, 1, 2, 3])), steps_of(np.array([0, 3, 3])), steps_of(np.array([0, 1]))
    ([0, 1, 2], [0], [0])
    """
    return [int(level) for level in np.unique(rating)[:-1]]


def level_of(log_odds: np.ndarray, y: np.ndarray, weight: np.ndarray) -> float:
    """What has to be added to log-odds so that the chances sum to the outcomes, by Newton steps."""
    added = 0.0
    for _ in range(_NEWTON_STEPS):
        p = sigmoid(log_odds + added)
        step = float(weight @ (p - y)) / max(float(weight @ (p * (1 - p))), 1e-9)
        added -= float(np.clip(step, -2.0, 2.0))
    return added


def binned(X: np.ndarray, weight: np.ndarray, bins: int) -> Any:
    """Rows as LightGBM reads them; binning costs as much as many trees, so several growths share it."""
    import lightgbm

    parameters = _reading(len(X), bins)
    label = np.zeros(len(X))
    return lightgbm.Dataset(X, label, weight=weight, params=parameters, free_raw_data=True).construct()


def _reading(rows: int, bins: int) -> dict[str, Any]:
    return {
        "max_bin": bins,
        "feature_pre_filter": False,
        "num_threads": 1 if rows < _FEW_ROWS else 0,
        "verbosity": -1,
    }


@dataclass(frozen=True, eq=False)
class BoostedTrees:
    """LightGBM's boosted trees; several seeds and steps of the scale are averaged in log-odds.

    added : what brings the average to the level of 不满意
    """

    boosters: tuple[Any, ...]
    trees: int
    added: float = 0.0

    @classmethod
    def fit(
        cls,
        X: np.ndarray,
        rating: np.ndarray,
        weight: np.ndarray,
        shape: TreeShape,
        trees: int,
        seed: int = 0,
    ) -> "BoostedTrees":
        """Grow `trees` trees a seed and step on rows of a matrix with NaN and their ratings (0–3)."""
        grown = cls.grow(binned(X, weight, shape.bins), rating, shape, trees, seed)
        return grown.levelled(X, rating, weight, trees)

    @classmethod
    def grow(
        cls, rows: Any, rating: np.ndarray, shape: TreeShape, trees: int, seed: int = 0
    ) -> "BoostedTrees":
        """The same on rows that are binned already; not brought to a level yet."""
        import lightgbm

        steps = steps_of(rating)
        boosters = []
        for level in steps:
            rows.set_label((rating <= level).astype(np.float64))
            # several steps are several looks at the same rows already
            for number in range(-(-shape.seeds // len(steps))):
                parameters = shape.lightgbm(seed * 1000 + number) | _reading(rows.num_data(), shape.bins)
                boosters.append(lightgbm.train(parameters, rows, num_boost_round=trees))
        return cls(tuple(boosters), trees)

    def levelled(self, X: np.ndarray, rating: np.ndarray, weight: np.ndarray, trees: int) -> "BoostedTrees":
        """The first `trees` trees, brought to the level of 不满意 among the rows that they grew on."""
        plain = BoostedTrees(self.boosters, trees)
        if len(steps_of(rating)) == 1:
            return plain
        some = slice(None, None, max(1, len(X) // _LEVEL_ROWS))
        added = level_of(plain.log_odds(X[some]), rating[some] == 0, weight[some])
        return BoostedTrees(self.boosters, trees, added)

    def log_odds(self, X: np.ndarray) -> np.ndarray:
        """The log-odds of 不满意 a row."""
        threads = 1 if len(X) < 1000 else 0
        total = np.zeros(len(X))
        for booster in self.boosters:
            total += booster.predict(X, raw_score=True, num_iteration=self.trees, num_threads=threads)
        return total / len(self.boosters) + self.added

    def contributions(self, X: np.ndarray) -> np.ndarray:
        """What each column of the matrix adds to the log-odds, against the mean (n × columns)."""
        total = np.zeros(X.shape)
        for booster in self.boosters:
            total += booster.predict(
                X, pred_contrib=True, num_iteration=self.trees, num_threads=1 if len(X) < 1000 else 0
            )[:, :-1]
        return total / len(self.boosters)

    def to_json(self) -> dict[str, Any]:
        """What `from_json` reads."""
        texts = [booster.model_to_string(num_iteration=self.trees) for booster in self.boosters]
        return {"boosters": texts, "trees": self.trees, "added": self.added}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "BoostedTrees":
        """The trees that were stored, as LightGBM's own text: nothing in it can run."""
        import lightgbm

        boosters = tuple(lightgbm.Booster(model_str=text) for text in stored["boosters"])
        return cls(boosters, stored["trees"], stored["added"])
