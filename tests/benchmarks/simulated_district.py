"""The main job on a simulated district, timed, beside the best that anybody could do: `make bench-district`.

Whoever knew every observable cause would rank by the simulator's `p_observable`; ours is compared with it
on the same rounds, at the last moment before the city's callback.
"""

import os
import resource
import tempfile
import time
from itertools import pairwise
from pathlib import Path

import pandas as pd

from desk.settings import Settings
from features.catalogue import feature_set
from models.backtest import Training, fit_and_judge
from models.metrics import auc
from models.registry import Registry
from pipelines.ingest import ingest
from pipelines.simulate import simulate_extract
from pipelines.train import history_of
from tests.benchmarks.open_data import in_words

ORDERS = int(os.environ.get("QINGLING_BENCH_ORDERS", "200000"))


def main() -> None:
    """Print seconds, peak memory, the stages and the comparison, in markdown."""
    with tempfile.TemporaryDirectory() as folder:
        extract, settings = Path(folder) / "extract", Settings(home=Path(folder) / "home", dataset=None)
        laps = [("simulate", time.monotonic())]
        district = simulate_extract(ORDERS, 1, extract, lambda step, share: None)
        laps.append(("ingest", time.monotonic()))
        ingest(extract / "pudong.toml", settings)
        laps.append(("read, features, backtest and final fit", time.monotonic()))
        dataset, history = history_of(settings)
        features = feature_set(history.chronicle.log)
        training = fit_and_judge(history, features, dataset, 0, lambda step: None)
        model, found = training.model, training.report
        laps.append(("register", time.monotonic()))
        Registry(settings.home).register(model, found, {"seed": 0})
        laps.append(("", time.monotonic()))
        print(f"{district.orders:,} orders, {district.events:,} events, {district.rated:,} rated\n")
        print("| step | s |\n|---|---|")
        for (name, start), (_, end) in pairwise(laps):
            print(f"| {name} | {end - start:.0f} |")
        print(f"| ingest to registered | {laps[-1][1] - laps[1][1]:.0f} |")
        print(f"\nPeak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.2f} GiB\n")
        print("| stage | n | AUC [95 %] | baseline | Brier | ECE | perfect, 95 % | recall in riskiest 10 % |")
        print("|" + "---|" * 8)
        for row in found["stages"]:
            low, high = row["auc_ci"]
            print(
                f"| {row['stage']} | {row['n']:,} | {row['auc']:.3f} [{low:.3f}, {high:.3f}] | {row['baseline_auc']:.3f} "
                f"| {row['brier']:.3f} | {row['ece']:.3f} | {row['ece_perfect_95']:.3f} | {row['recall_at_10pct']:.3f} |"
            )
        print(f"\nPrediction sets: {in_words(found['prediction_set'])}")
        ours, base, best = _against_truth(training, extract / "truth.csv")
        print(
            f"\nLast moment before the callback: {model.chosen} {ours:.4f}, logistic baseline {base:.4f}, "
            f"`p_observable` {best:.4f}"
        )


def _against_truth(training: Training, truth: Path) -> tuple[float, float, float]:
    table = pd.read_csv(truth, encoding="utf-8-sig", dtype={"工单编号": str}).set_index(["工单编号", "轮次"])
    judged, frame = training.judgement, training.test.examples.frame
    last = judged.last
    rounds = 1 + frame.take(last).own("redispatched").count.astype(int)
    keys = pd.MultiIndex.from_arrays([frame.order_id[last], rounds])
    best = table["p_observable"].reindex(keys).to_numpy()
    bad = judged.is_dissatisfied[last]
    return auc(bad, judged.dissatisfied[last]), auc(bad, judged.baseline[last]), auc(bad, best)


if __name__ == "__main__":
    main()
