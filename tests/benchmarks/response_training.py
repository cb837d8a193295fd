"""Whether weighing ratings by who answers makes better scores: `python -m tests.benchmarks.response_training`.

Models learn from the orders rated in the first 70 % of the span, with and without the weights. They are
judged just before the city's call on all later rounds that were called, the silent included, by the chance
of 不满意 that the simulator planted.
"""

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from desk.settings import Settings
from features.catalogue import feature_set
from features.frame import OrderFrame
from features.history import History
from features.training_set import TrainingSet, build_training_set, compute_columns, examples_of
from models.metrics import auc, ece
from models.response import calls_of, standing_for_all
from models.satisfaction_model import SatisfactionModel
from pipelines.ingest import ingest
from pipelines.simulate import simulate_extract
from pipelines.train import history_of
from simulator.calls import Silence

SEEDS = int(os.environ.get("QINGLING_BENCH_SEEDS", "6"))
ORDERS = int(os.environ.get("QINGLING_BENCH_ORDERS", "10000"))
_LEARNT_SHARE = 0.7


@dataclass(frozen=True)
class Fit:
    """How well scores agree with the planted chances: AUC, mean squared distance, ECE, mean difference."""

    auc: float
    distance: float
    ece: float
    bias: float

    @classmethod
    def of(cls, truth: np.ndarray, score: np.ndarray) -> "Fit":
        """Every round counts as dissatisfied by its chance and as not dissatisfied by the rest."""
        both = np.repeat([True, False], len(truth))
        ranking = auc(both, np.tile(score, 2), np.concatenate([truth, 1 - truth]))
        distance = float(np.mean((score - truth) ** 2))
        return cls(ranking, distance, ece(truth, score), float((score - truth).mean()))


def main() -> None:
    """Print one row a kind of silence and way of learning, in markdown."""
    print(f"{SEEDS} seeds of {ORDERS:,} orders; means over seeds\n")
    print("| silence | weights | AUC | distance × 1000 | ECE | mean score − truth | better AUC | nearer |")
    print("|" + "---|" * 8)
    for silence in Silence:
        pairs = [plain_and_weighted(silence, seed) for seed in range(1, SEEDS + 1)]
        better = sum(weighted.auc > plain.auc for plain, weighted in pairs)
        nearer = sum(weighted.distance < plain.distance for plain, weighted in pairs)
        print(_row(silence, "none", [plain for plain, _ in pairs], "", ""))
        found = [weighted for _, weighted in pairs]
        print(_row(silence, "who answers", found, f"{better} of {SEEDS}", f"{nearer} of {SEEDS}"), flush=True)


def _row(silence: Silence, name: str, fits: list[Fit], better: str, nearer: str) -> str:
    mean = Fit(*np.mean([[f.auc, f.distance, f.ece, f.bias] for f in fits], axis=0).tolist())
    figures = f"{mean.auc:.4f} | {1000 * mean.distance:.2f} | {mean.ece:.4f} | {mean.bias:+.4f}"
    return f"| {silence} | {name} | {figures} | {better} | {nearer} |"


def plain_and_weighted(silence: Silence, seed: int) -> tuple[Fit, Fit]:
    """Both ways of learning on one district."""
    with tempfile.TemporaryDirectory() as folder:
        extract, settings = Path(folder) / "extract", Settings(home=Path(folder) / "home", dataset=None)
        simulate_extract(ORDERS, seed, extract, lambda step, share: None, silence)
        ingest(extract / "pudong.toml", settings)
        history = history_of(settings)[1]
        table = pd.read_csv(extract / "truth.csv", encoding="utf-8-sig", dtype={"工单编号": str})
    features = feature_set(history.chronicle.log)
    examples = examples_of(history.chronicle)
    cut = np.quantile(examples.received_at, _LEARNT_SHARE)
    learnt = examples.take(examples.label_known_at < cut)
    plain = build_training_set(history, features, learnt)
    weighted = standing_for_all(history, plain)
    later = _later_calls(history, cut)
    truth, columns = _planted(table, later), compute_columns(later, history, features)

    def judged(training: TrainingSet) -> Fit:
        return Fit.of(truth, SatisfactionModel.fit(training).probabilities(columns)[:, 0])

    return judged(plain), judged(weighted)


def _later_calls(history: History, cut: float) -> OrderFrame:
    """The moments of the calls, rated or not, of orders received from `cut` on."""
    frame = calls_of(history).frame
    return frame.take(np.flatnonzero(frame.received_at >= cut))


def _planted(table: pd.DataFrame, frame: OrderFrame) -> np.ndarray:
    """The planted observable chance of 不满意 at each call."""
    rounds = 1 + frame.own("redispatched").count.astype(int)
    keys = pd.MultiIndex.from_arrays([frame.order_id, rounds])
    return table.set_index(["工单编号", "轮次"])["p_observable"].loc[keys].to_numpy()


if __name__ == "__main__":
    main()
