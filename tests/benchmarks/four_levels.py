"""Four ways to four ordered levels, by ranked probability score: `make bench-levels`.

All grow trees of the shape and number that training chose, on the same examples: four classes at once; three
cumulative chances, put in order; one rank with a map to the levels, the rank being the log-odds of 不满意 or
the mean of those of every step of the scale. All are grown on the earlier three quarters of what may be
learnt from and calibrated on the last.
"""

from dataclasses import replace

import lightgbm
import numpy as np
from sklearn.linear_model import LogisticRegression

from desk.settings import Settings
from features.catalogue import feature_set
from features.training_set import TrainingSet
from models.backtest import Protocol, parts, prepared
from models.calibration import LevelMap
from models.learning import learn_text
from models.metrics import auc, ranked_probability_score
from models.satisfaction_model import SatisfactionModel
from models.trees import BoostedTrees
from pipelines.train import history_of
from tests.benchmarks.sets import district, quiet, scratch


def main() -> None:
    """Print RPS and AUC of each way, in markdown."""
    print("| data | window | examples | way | RPS | AUC of 不满意 |\n|" + "---|" * 6)
    with scratch() as folder:
        for seed in (1, 2, 3):
            _compare(f"district {seed}, 20,000 orders", district(20_000, folder / str(seed), seed), 2)


def _compare(name: str, settings: Settings, origins: int) -> None:
    dataset, history = history_of(settings)
    features = feature_set(history.chronicle.log)
    honest = Protocol.LABEL_HONEST
    training, windows = prepared(history, features, 0.2, origins, honest, None, quiet)
    for number, window in enumerate(windows):
        learn, test = parts(training, window, honest)
        model = SatisfactionModel.fit(learn, dataset)
        rating, weight = test.examples.rating, test.examples.weight
        for way, p in _ways(model, learn, test).items():
            rps = ranked_probability_score(rating, p, weight)
            found = auc(rating == 0, p[:, 0])
            print(f"| {name} | {number + 1} | {len(learn):,} | {way} | {rps:.5f} | {found:.4f} |", flush=True)


def _ways(model: SatisfactionModel, learn: TrainingSet, test: TrainingSet) -> dict[str, np.ndarray]:
    """Each way grows its trees on the earlier three quarters and is calibrated on the last."""
    narrow = {n: v.astype(np.float32) if v.dtype == np.float64 else v for n, v in learn.columns.items()}
    # trees learn from the scores that texts had from models which never saw their callers
    X, Z = model.encoding.matrix(narrow, learn_text(learn)[1]), model.matrix(test.columns)
    received, rating, weight = learn.examples.received_at, learn.examples.rating, learn.examples.weight
    early = received < np.quantile(received, 0.75)
    assert model.choice is not None
    shape = replace(model.choice.shape, seeds=1)
    trees = model.choice.trees or 60
    grown = [
        BoostedTrees.fit(X[early], np.where(rating[early] <= level, 0, 3), weight[early], shape, trees)
        for level in range(3)
    ]
    every_step = BoostedTrees.fit(X[early], rating[early], weight[early], shape, trees)
    parameters = shape.lightgbm(0) | {"objective": "multiclass", "num_class": 4, "num_threads": 2}
    rows = lightgbm.Dataset(
        X[early], rating[early], weight=weight[early], params={"max_bin": shape.bins, "verbosity": -1}
    )
    classes = lightgbm.train(parameters, rows, trees)
    late, said, tested = rating[~early], weight[~early], len(Z)

    def line(trees: BoostedTrees, level: int) -> np.ndarray:
        """The chance of this level or worse, after the best straight line through the log-odds."""
        z = trees.log_odds(X[~early])
        fitted = LogisticRegression(C=1e6).fit(z[:, None], late <= level, sample_weight=said)
        return np.asarray(fitted.predict_proba(trees.log_odds(Z)[:, None])[:, 1])

    lines = np.column_stack([line(trees, level) for level, trees in enumerate(grown)])
    ordered = np.maximum.accumulate(lines, axis=1)
    moved = LogisticRegression(C=1.0, max_iter=500).fit(
        np.log(classes.predict(X[~early])), late, sample_weight=said
    )

    def mapped(trees: BoostedTrees) -> np.ndarray:
        """The four levels by a map from the rank."""
        z = trees.log_odds(X[~early])
        straight = LogisticRegression(C=1e6).fit(z[:, None], late == 0, sample_weight=said)
        levels = LevelMap.fit(straight.decision_function(z[:, None]), late, said)
        return levels.probabilities(straight.decision_function(trees.log_odds(Z)[:, None]))

    four = np.zeros((tested, 4))
    four[:, moved.classes_] = moved.predict_proba(np.log(classes.predict(Z)))
    return {
        "four classes": four,
        "cumulative": np.diff(ordered, axis=1, prepend=0.0, append=1.0),
        "rank by 不满意, then map": mapped(grown[0]),
        "rank by every step, then map": mapped(every_step),
    }


if __name__ == "__main__":
    main()
