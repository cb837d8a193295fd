"""How near the corrected 满意率 comes to the truth, district by district: `make bench-response`.

Every kind of silence is simulated with many seeds. The truth is what all whom the city called would be
expected to say; the naive rate is that of the rated.
"""

import os
import tempfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from desk.settings import Settings
from hotline.satisfaction import WEIGHTS
from models.metrics import Interval, auc
from models.response import Response
from models.satisfaction_rate import (
    FACTOR,
    CorrectedRate,
    Estimate,
    corrected_rate,
    expected_levels,
    extreme_rates,
    naive_rate,
)
from pipelines.ingest import ingest
from pipelines.response import calls_in_store
from pipelines.simulate import simulate_extract
from simulator.calls import Silence

SEEDS = int(os.environ.get("QINGLING_BENCH_SEEDS", "50"))
ORDERS = int(os.environ.get("QINGLING_BENCH_ORDERS", "10000"))
PROCESSES = 2
#: How much mood is allowed for: none, some, the default, much.
FACTORS = (1.0, 1.25, 1.5, FACTOR, 3.0)


@dataclass(frozen=True)
class Trial:
    """One district: its truth, the response model's AUC, and what is said of the rate, factor by factor.

    `weighted` and `expected` are what each half of the corrected rate says by itself: the ratings weighed by
    who answers, and the ratings to be expected of everybody.
    """

    truth: float
    auc: float
    naive: Estimate
    extremes: Interval
    corrected: tuple[CorrectedRate, ...]
    weighted: float
    expected: float


def trial(silence: Silence, seed: int) -> Trial:
    """Simulate, ingest and correct one district."""
    with tempfile.TemporaryDirectory() as folder:
        extract, settings = Path(folder) / "extract", Settings(home=Path(folder) / "home", dataset=None)
        district = simulate_extract(ORDERS, seed, extract, lambda step, share: None, silence)
        ingest(extract / "pudong.toml", settings)
        response = Response.learn(calls_in_store(settings)[1])
    assert response.chance is not None
    worst, best = extreme_rates(response.calls)
    rated = response.calls.is_rated
    points = np.array(WEIGHTS)[response.calls.rating[rated].astype(int)]
    return Trial(
        truth=district.true_rate,
        auc=auc(response.calls.is_rated, response.chance),
        naive=naive_rate(response.calls),
        extremes=Interval(worst.interval.low, best.interval.high),
        corrected=tuple(rate for factor in FACTORS if (rate := corrected_rate(response, factor))),
        weighted=float(np.average(points, weights=response.weight[rated])),
        expected=float((expected_levels(response.calls) @ np.array(WEIGHTS)).mean()),
    )


def share_covered(trials: list[Trial], intervals: list[Interval]) -> float:
    """In how many of the districts the interval holds the truth."""
    return float(np.mean([i.low <= t.truth <= i.high for t, i in zip(trials, intervals, strict=True)]))


def main() -> None:
    """Print the tables in markdown."""
    with ProcessPoolExecutor(PROCESSES) as pool:
        seeds = range(1, SEEDS + 1)
        found = {silence: list(pool.map(trial, [silence] * SEEDS, seeds)) for silence in Silence}
    print(
        f"{SEEDS} seeds of {ORDERS:,} orders for each kind of silence; errors in points of 满意率 (0–100)\n"
    )
    print("| silence | truth | AUC of the response model | naive error (mean, mean size) ", end="")
    print(
        "| corrected error (mean, mean size) | corrected nearer | 95 % of naive holds truth | of corrected |"
    )
    print("|" + "---|" * 8)
    for silence, trials in found.items():
        print(error_row(silence, trials))
    print("\n| silence | " + " | ".join(f"factor {factor}" for factor in FACTORS) + " | worst to best |")
    print("|" + "---|" * (len(FACTORS) + 2))
    for silence, trials in found.items():
        print(coverage_row(silence, trials))
    print("\n| silence | ratings weighed alone | ratings expected alone | both: the corrected rate |")
    print("|" + "---|" * 4)
    for silence, trials in found.items():
        print(halves_row(silence, trials))


def error_row(silence: Silence, trials: list[Trial]) -> str:
    """Errors of both rates in one kind of silence."""
    truth = np.array([t.truth for t in trials])
    naive = 100 * (np.array([t.naive.value for t in trials]) - truth)
    corrected = 100 * (np.array([t.corrected[0].rate.value for t in trials]) - truth)
    figures = [
        f"{100 * truth.mean():.1f}",
        f"{np.mean([t.auc for t in trials]):.3f}",
        f"{naive.mean():+.2f}, {np.abs(naive).mean():.2f}",
        f"{corrected.mean():+.2f}, {np.abs(corrected).mean():.2f}",
        f"{np.mean(np.abs(corrected) < np.abs(naive)):.0%}",
        f"{share_covered(trials, [t.naive.interval for t in trials]):.0%}",
        f"{share_covered(trials, [t.corrected[0].rate.interval for t in trials]):.0%}",
    ]
    return f"| {silence} | " + " | ".join(figures) + " |"


def coverage_row(silence: Silence, trials: list[Trial]) -> str:
    """How often each interval holds the truth, and how wide it is, in one kind of silence."""
    figures = []
    for number in range(len(FACTORS)):
        figures.append(_covered(trials, [t.corrected[number].allowing for t in trials]))
    figures.append(_covered(trials, [t.extremes for t in trials]))
    return f"| {silence} | " + " | ".join(figures) + " |"


def halves_row(silence: Silence, trials: list[Trial]) -> str:
    """The errors, mean and mean size, of each half of the corrected rate and of both together."""
    truth = np.array([t.truth for t in trials])
    said = [(t.weighted, t.expected, t.corrected[0].rate.value) for t in trials]
    errors = 100 * (np.array(said) - truth[:, None])
    figures = [f"{error.mean():+.2f}, {np.abs(error).mean():.2f}" for error in errors.T]
    return f"| {silence} | " + " | ".join(figures) + " |"


def _covered(trials: list[Trial], intervals: list[Interval]) -> str:
    width = 100 * np.mean([i.high - i.low for i in intervals])
    return f"{share_covered(trials, intervals):.0%} (width {width:.1f})"


if __name__ == "__main__":
    main()
