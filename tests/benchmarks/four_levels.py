"""Three ways to four ordered levels, by ranked probability score: `make bench-levels`.

All three grow trees of the shape and number that training chose, on the same examples: four classes at once;
three cumulative chances, put in order; one chance of 不满意 with a map to the other levels.
"""

from dataclasses import replace

import lightgbm
import numpy as np

from desk.settings import Settings
from features.catalogue import feature_set
from features.training_set import TrainingSet
from models.backtest import Protocol, parts, prepared
from models.calibration import LevelMap
from models.estimators import BoostedTrees
from models.metrics import auc, ranked_probability_score
from models.satisfaction_model import SatisfactionModel
from pipelines.train import history_of
from tests.benchmarks.sets import district, open_set, quiet, scratch


def main() -> None:
    """Print RPS and AUC of each way, in markdown."""
    print("| data | window | examples | way | RPS | AUC of 不满意 |\n|" + "---|" * 6)
    with scratch() as folder:
        for seed in (1, 2):
            _compare(f"district {seed}, 20,000 orders", district(20_000, folder / str(seed), seed), 2)
        try:
            _compare("Olist", open_set("olist", folder), 3)
        except Exception as error:
            print(f"\nOlist left out: {error}")


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
    X, Z = model.matrix(learn.columns), model.matrix(test.columns)
    rating, weight = learn.examples.rating, learn.examples.weight
    assert model.choice is not None
    shape = replace(model.choice.shape, seeds=1)
    trees = model.choice.trees or 60

    def grown(y: np.ndarray) -> BoostedTrees:
        return BoostedTrees.fit(X, y, weight, shape, trees)

    worst = grown(rating == 0)
    cumulative = [1 / (1 + np.exp(-grown(rating <= level).log_odds(Z))) for level in range(3)]
    ordered = np.maximum.accumulate(np.column_stack(cumulative), axis=1)
    parameters = shape.lightgbm(0) | {"objective": "multiclass", "num_class": 4, "num_threads": 2}
    rows = lightgbm.Dataset(X, rating, weight=weight, params={"max_bin": shape.bins, "verbosity": -1})
    classes = lightgbm.train(parameters, rows, trees).predict(Z)
    # the map is learnt on the trees' own examples here, as the others are
    levels = LevelMap.fit(worst.log_odds(X), rating, weight)
    return {
        "four classes": np.asarray(classes),
        "cumulative": np.diff(ordered, axis=1, prepend=0.0, append=1.0),
        "rank, then map": levels.probabilities(worst.log_odds(Z)),
        "the product (blend, calibrated, map)": model.probabilities(test.columns),
    }


if __name__ == "__main__":
    main()
