"""What minutes of tuning bring over the menu's choice, on later orders: `make bench-tuning`."""

import os

import numpy as np

from desk.settings import Settings
from features.catalogue import feature_set
from models.backtest import Protocol, parts, prepared
from models.judgement import Judgement
from models.metrics import auc, ranked_probability_score
from models.satisfaction_model import SatisfactionModel
from models.tuning import Tuning
from pipelines.train import history_of
from tests.benchmarks.sets import district, open_set, quiet, scratch

MINUTES = float(os.environ.get("QINGLING_BENCH_MINUTES", "3"))


def main() -> None:
    """Print a row a set and window, in markdown."""
    print(
        "| set | window | trials | outcome | AUC, menu | AUC, tuned | RPS, menu | RPS, tuned |\n|"
        + "---|" * 8
    )
    with scratch() as folder:
        for seed, orders in ((1, 5_000), (2, 20_000)):
            _compare(f"district of {orders:,}", district(orders, folder / str(seed), seed), 1)
        _compare("Olist", open_set("olist", folder), 3)


def _compare(name: str, settings: Settings, origins: int) -> None:
    dataset, history = history_of(settings)
    features = feature_set(history.chronicle.log)
    honest = Protocol.LABEL_HONEST
    training, windows = prepared(history, features, 0.2, origins, honest, None, quiet)
    for number, window in enumerate(windows):
        learn, test = parts(training, window, honest)
        tuning = Tuning(MINUTES)
        plain = _figures(Judgement.of(SatisfactionModel.fit(learn, dataset), test))
        tuned = _figures(Judgement.of(SatisfactionModel.fit(learn, dataset, search=tuning.search), test))
        print(
            f"| {name} | {number + 1} | {len(tuning.record['trials'])} | {tuning.record['outcome']} "
            f"| {plain[0]:.4f} | {tuned[0]:.4f} | {plain[1]:.5f} | {tuned[1]:.5f} |",
            flush=True,
        )


def _figures(judged: Judgement) -> np.ndarray:
    return np.array(
        [
            auc(judged.is_dissatisfied, judged.dissatisfied),
            ranked_probability_score(judged.rating, judged.probabilities, judged.weight),
        ]
    )


if __name__ == "__main__":
    main()
