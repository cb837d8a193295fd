"""AutoGluon: reads learn.parquet and test.parquet in a folder, writes chances.npy. Runs by itself.

Bagged over five folds of whole orders, stacked, as long as `_SECONDS` allow; its neural networks need torch
and are left out.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from autogluon.tabular import TabularPredictor

_FOLDS, _SECONDS = 5, 150


def main(folder: Path) -> None:
    """Let it choose and weigh its own models on folds of orders, and score the test once."""
    learn, test = (pd.read_parquet(folder / f"{name}.parquet") for name in ("learn", "test"))
    columns = [name for name in learn.columns if not name.startswith("__")]
    words = [name for name in columns if learn[name].dtype.kind not in "fiub"]
    for table in (learn, test):
        table[words] = table[words].astype("category")
    orders = pd.factorize(learn["__order"])[0]
    fold = np.random.default_rng(0).permutation(orders.max() + 1)[orders] % _FOLDS
    rows = learn[columns].assign(
        bad=learn["__bad"].astype(int), weight=learn["__weight"].to_numpy(), fold=fold
    )
    predictor = TabularPredictor(
        label="bad",
        problem_type="binary",
        eval_metric="log_loss",
        sample_weight="weight",
        groups="fold",
        path=str(folder / "autogluon"),
        verbosity=0,
    )
    predictor.fit(
        rows,
        time_limit=_SECONDS,
        presets="best_quality",
        num_bag_sets=1,
        dynamic_stacking=False,
        ag_args_ensemble={"fold_fitting_strategy": "sequential_local"},
        num_cpus=2,
    )
    asked = test[columns].assign(weight=1.0, fold=0)
    np.save(folder / "chances.npy", predictor.predict_proba(asked)[1].to_numpy())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
