"""From a matrix to the log-odds of 不满意 by boosted trees."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from models.steps import level_of, steps_of

#: Below this many rows a second thread costs LightGBM more than it brings.
_FEW_ROWS = 50_000
#: The level is found on about this many rows.
_LEVEL_ROWS = 20_000


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
