"""CatBoost, tuned: reads learn.parquet and test.parquet in a folder, writes chances.npy. Runs by itself."""

import itertools
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from catboost import CatBoostClassifier, Pool

_TREES, _PATIENCE, _SEEDS = 1200, 80, 3


def main(folder: Path) -> None:
    """Tune on the later part of what may be learnt from, refit on all of it, score the test once."""
    learn, test = (pd.read_parquet(folder / f"{name}.parquet") for name in ("learn", "test"))
    columns = [name for name in learn.columns if not name.startswith("__")]
    words = [name for name in columns if learn[name].dtype.kind not in "fiub"]
    edge = learn["__received"].quantile(0.75)
    early, late = learn[learn["__received"] < edge], learn[learn["__received"] >= edge]
    tried = []
    grid = itertools.product((4, 6), (0.03, 0.08), (3.0, 20.0))
    for depth, rate, l2 in grid:
        model = _model(depth, rate, l2, _TREES, 0)
        model.fit(
            _pool(early, columns, words),
            eval_set=_pool(late, columns, words),
            early_stopping_rounds=_PATIENCE,
        )
        tried.append(
            (model.get_best_score()["validation"]["Logloss"], depth, rate, l2, model.get_best_iteration() + 1)
        )
    _, depth, rate, l2, trees = min(tried)
    odds = np.zeros(len(test))
    for seed in range(_SEEDS):
        model = _model(depth, rate, l2, max(trees, 20), seed)
        model.fit(_pool(learn, columns, words))
        odds += model.predict(_pool(test, columns, words), prediction_type="RawFormulaVal") / _SEEDS
    np.save(folder / "chances.npy", 1 / (1 + np.exp(-odds)))


def _model(depth: int, rate: float, l2: float, trees: int, seed: int) -> CatBoostClassifier:
    return CatBoostClassifier(
        iterations=trees, depth=depth, learning_rate=rate, l2_leaf_reg=l2, random_seed=seed, thread_count=2,
        verbose=False, allow_writing_files=False,
    )  # fmt: skip


def _pool(rows: pd.DataFrame, columns: list[str], words: list[str]) -> Pool:
    return Pool(rows[columns], rows["__bad"].astype(int), cat_features=words, weight=rows["__weight"])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
