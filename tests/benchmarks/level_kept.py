"""How much of the held-out weeks' level, and of their slope, calibration should carry on: `make bench-level`.

Estimators are fitted once a window; only their calibration is made anew for each share of the level, and for each
number of orders that hold the slope at one.
"""

import os
from dataclasses import replace

import numpy as np

from desk.settings import Settings
from features.catalogue import feature_set
from models import calibration
from models.backtest import Protocol, parts, prepared
from models.judgement import Judgement
from models.learning import calibrate
from models.metrics import brier, ece
from models.satisfaction_model import SatisfactionModel
from pipelines.train import history_of
from tests.benchmarks.sets import district, open_set, quiet, scratch

ORDERS = int(os.environ.get("QINGLING_BENCH_ORDERS", "50000"))
_SHARES = (0.0, 0.25, 0.5, 1.0)
_HOLDERS = (20.0, 100.0, 300.0)
_WAYS = [("_LEVEL_KEPT", share) for share in _SHARES] + [("_SLOPE_PRIOR", held) for held in _HOLDERS]
_SAID = {"_LEVEL_KEPT": "level kept", "_SLOPE_PRIOR": "orders that hold the slope"}


def main() -> None:
    """Print, for each share, the mean over windows of ECE over stages and of Brier, in markdown."""
    print("| data | what | so much | ECE, mean over stages | worst stage | Brier |\n|" + "---|" * 6)
    with scratch() as folder:
        _compare(f"district of {ORDERS:,}", district(ORDERS, folder), 3)
        _compare("Olist", open_set("olist", folder), 5)
        _compare("traffic_fines", open_set("traffic_fines", folder), 3)


def _compare(name: str, settings: Settings, origins: int) -> None:
    dataset, history = history_of(settings)
    features = feature_set(history.chronicle.log)
    honest = Protocol.LABEL_HONEST
    training, windows = prepared(history, features, 0.2, origins, honest, None, quiet)
    found: dict[tuple[str, float], list[tuple[float, float, float]]] = {way: [] for way in _WAYS}
    for window in windows:
        learn, test = parts(training, window, honest)
        model = SatisfactionModel.fit(learn, dataset)
        assert model.choice is not None
        for constant, value in _WAYS:
            usual = getattr(calibration, constant)
            setattr(calibration, constant, value)
            moved = calibrate(model.held, model.choice, learn.examples.rating, learn.examples.weight)
            setattr(calibration, constant, usual)
            again = replace(model, calibration=moved[0], levels=moved[2])
            found[constant, value].append(_figures(Judgement.of(again, test)))
    for (constant, value), figures in found.items():
        mean, worst, loss = np.mean(figures, axis=0)
        print(
            f"| {name} | {_SAID[constant]} | {value:g} | {mean:.4f} | {worst:.4f} | {loss:.5f} |", flush=True
        )


def _figures(judged: Judgement) -> tuple[float, float, float]:
    by_stage = [
        ece(judged.is_dissatisfied[rows], judged.dissatisfied[rows])
        for rows in judged.first_in_stage.values()
    ]
    loss = brier(judged.is_dissatisfied, judged.dissatisfied, judged.weight)
    return float(np.mean(by_stage)), max(by_stage), loss


if __name__ == "__main__":
    main()
