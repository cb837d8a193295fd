"""A tuned CatBoost and AutoGluon on the same examples and columns, beside ours: `make bench-peers`.

Peers live in an environment of their own (`.venv-peers`); what they read are our feature columns (numbers
and categories as they are, the text as our out-of-fold score), what they write are chances. They choose
among what may be learnt from; the test window is scored once.
"""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from desk.settings import Settings
from features.catalogue import feature_set
from models.backtest import Protocol, parts, prepared
from models.judgement import Judgement
from models.learning import learn_text
from models.metrics import auc, brier
from models.satisfaction_model import SatisfactionModel
from pipelines.train import history_of
from tests.benchmarks.sets import district, open_set, quiet, scratch

_PEERS = {name: Path(__file__).with_name(f"peer_{name.lower()}.py") for name in ("CatBoost", "AutoGluon")}
_LOGS = {
    "production": None,
    "sepsis_1": None,
    "sepsis_2": None,
    "bpic2012_accepted": None,
    "bpic2012_cancelled": None,
    "traffic_fines": 10,
}
_DISTRICTS = {"district of 5,000": (1, 5_000), "district of 20,000": (2, 20_000)}
_ALL = (*_LOGS, "olist", *_DISTRICTS)
#: Which sets to measure; all of them by default.
_SETS = (
    os.environ.get("QINGLING_BENCH_SETS", "").split(",") if os.environ.get("QINGLING_BENCH_SETS") else _ALL
)
_DRAWS = 400


def main() -> None:
    """Print one row a set, in markdown; the last columns say what is noise."""
    print(
        "| set | protocol | orders judged | peer | ours | peer's | ours − peer's, pooled AUC [95 %] "
        "| Brier ours / peer's |\n|" + "---|" * 8
    )
    python = sys.argv[1]
    with scratch() as folder:
        for name in _SETS:
            if name in _DISTRICTS:
                seed, orders = _DISTRICTS[name]
                home = district(orders, folder / str(seed), seed)
            else:
                home = open_set(name, folder)
            protocol = Protocol.AS_PUBLISHED if name in _LOGS else Protocol.LABEL_HONEST
            _row(name, home, protocol, _LOGS.get(name), python, folder)


def _row(
    name: str, settings: Settings, protocol: Protocol, most_events: int | None, python: str, folder: Path
) -> None:
    dataset, history = history_of(settings)
    features = feature_set(history.chronicle.log)
    training, (window,) = prepared(history, features, 0.2, 1, protocol, most_events, quiet)
    learn, test = parts(training, window, protocol)
    ripe_at = learn.examples.frame.as_of if protocol is Protocol.AS_PUBLISHED else None
    model = SatisfactionModel.fit(learn, dataset, ripe_at=ripe_at)
    judged = Judgement.of(model, test)
    truth, ours = judged.is_dissatisfied, judged.dissatisfied
    _lay_out(learn, test, model, folder)
    for peer, script in _PEERS.items():
        theirs = _chances(script, python, folder)
        low, high = _interval(truth, ours, theirs, judged.order)
        change = auc(truth, ours) - auc(truth, theirs)
        print(
            f"| {name} | {protocol.value} | {len(np.unique(judged.order)):,} | {peer} | {auc(truth, ours):.4f} "
            f"| {auc(truth, theirs):.4f} | **{change:+.4f}** [{low:+.4f}, {high:+.4f}] "
            f"| {brier(truth, ours):.4f} / {brier(truth, theirs):.4f} |",
            flush=True,
        )


def _lay_out(learn: Any, test: Any, model: SatisfactionModel, folder: Path) -> None:
    """Write what peers may read: names that begin with `__` are no features."""
    _, unseen = learn_text(learn)
    score = model.text_score.score(test.columns["text"]) if model.text_score else np.full(len(test), np.nan)
    for name, part, text in (("learn", learn, unseen), ("test", test, score)):
        table = pd.DataFrame({n: part.columns[n] for n in part.feature_set.of_kind("number")})
        words = {n: pd.Series(part.columns[n]).fillna("") for n in part.feature_set.of_kind("category")}
        table = table.assign(**words, text_score=text)
        table["__bad"], table["__weight"] = part.examples.is_dissatisfied, part.examples.weight
        table["__received"], table["__order"] = part.examples.received_at, part.examples.frame.order_id
        table.to_parquet(folder / f"{name}.parquet")


def _chances(script: Path, python: str, folder: Path) -> np.ndarray:
    environment = {**os.environ, "OMP_NUM_THREADS": "2"}
    subprocess.run([python, str(script), str(folder)], check=True, env=environment)
    return np.load(folder / "chances.npy")


def _interval(
    truth: np.ndarray, ours: np.ndarray, theirs: np.ndarray, order: np.ndarray
) -> tuple[float, float]:
    """The paired bootstrap interval of the difference, drawing whole orders."""
    rng, groups = np.random.default_rng(0), int(order.max()) + 1
    drawn = []
    for _ in range(_DRAWS):
        times = np.bincount(rng.integers(groups, size=groups), minlength=groups)[order].astype(float)
        kept = times > 0
        drawn.append(auc(truth[kept], ours[kept], times[kept]) - auc(truth[kept], theirs[kept], times[kept]))
    low, high = np.nanquantile(drawn, [0.025, 0.975])
    return float(low), float(high)


if __name__ == "__main__":
    main()
