"""How often the month's forecast holds what came: `python -m tests.benchmarks.month_forecast [districts]`.

Every district is simulated anew. A model learns from the orders that were ripe when March 2026 ended, by the
house's own way, its choice fixed to the blend that is usually chosen at this size (choosing takes a minute a
district); then the months from April to September are forecast on their 1st, 10th and 20th, each from what was
known at noon of that day. The truth is what the log says of the month once it is over.
"""

import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from desk.asking import asked_of
from desk.month_forecast import MonthForecast, forecast_month
from desk.rehearsal import Part
from desk.rounds import Rounds
from desk.settings import Settings
from features.catalogue import feature_set
from features.chronicle import Chronicle
from features.history import History
from features.training_set import build_training_set, examples_of, ripe
from hotline.calendar import SHANGHAI, to_micros
from hotline.indicators import IndicatorRules, satisfaction_rate
from models.satisfaction_model import SatisfactionModel
from models.selection import Choice, only
from models.trees import TreeShape
from pipelines.ingest import ingest
from pipelines.simulate import simulate_extract
from pipelines.train import history_of

DISTRICTS, ORDERS, PROCESSES = 56, 5_000, 2
MONTHS, DAYS = range(4, 10), (1, 10, 20)
_LEARNT_UNTIL = to_micros(datetime(2026, 4, 1, tzinfo=SHANGHAI))
#: The blend that is usually chosen at this size, one seed instead of five.
CHOICE = Choice(TreeShape(8, 40, 0.05, 0.5, 0.6, 20.0, 1), 70, 0.03, 0.5)
_STATED = IndicatorRules().interval


@dataclass(frozen=True)
class Trial:
    """One forecast beside what came: the district, the month, the day, 满意率 and the number of 不满意."""

    district: int
    month: int
    day: int
    forecast: MonthForecast
    rate: float
    bad: int
    ratings: int


def district(seed: int) -> list[Trial]:
    """Simulate a district, learn from its first eleven months, and forecast the six that follow."""
    with tempfile.TemporaryDirectory() as folder:
        extract, settings = Path(folder) / "extract", Settings(home=Path(folder) / "home", dataset=None)
        simulate_extract(ORDERS, seed, extract, lambda step, share: None)
        ingest(extract / "pudong.toml", settings)
        history = history_of(settings)[1]
    part = Part(history.chronicle, asked_of(learnt(history), history))
    return [trial(part, seed, month, day) for month in MONTHS for day in DAYS]


def learnt(history: History) -> SatisfactionModel:
    """A model of what was ripe then."""
    examples = examples_of(history.chronicle)
    training = build_training_set(
        history, feature_set(history.chronicle.log), examples.take(ripe(examples, _LEARNT_UNTIL))
    )
    return SatisfactionModel.fit(training, search=only(CHOICE))


def trial(part: Part, seed: int, month: int, day: int) -> Trial:
    """One forecast and its truth."""
    at = to_micros(datetime(2026, month, day, 12, tzinfo=SHANGHAI))
    forecast = forecast_month([part], at, IndicatorRules(), seed=seed)
    levels = ratings_of(part.chronicle, forecast.begin, forecast.end)
    rate = satisfaction_rate(levels.tolist())
    assert rate is not None
    return Trial(seed, month, day, forecast, rate, int(levels[0]), int(levels.sum()))


def ratings_of(chronicle: Chronicle, begin: int, end: int) -> np.ndarray:
    """The ratings that were entered in a month, by level, looked up after its end."""
    rounds = Rounds.of(chronicle, end)
    position, rating = rounds.rated
    known = rounds.known(position)
    return np.bincount(rating[(known >= begin) & (known < end)].astype(int), minlength=4)


def main() -> None:
    """Print coverage, width and error by day of the month, in markdown."""
    districts = int(sys.argv[1]) if len(sys.argv) > 1 else DISTRICTS
    with ProcessPoolExecutor(PROCESSES) as pool:
        trials = [trial for found in pool.map(district, range(1, districts + 1)) for trial in found]
    months = len({(t.district, t.month) for t in trials})
    ratings = np.mean([t.ratings for t in trials])
    print(f"{districts} districts of {ORDERS:,} orders, {months} months, {ratings:.0f} ratings a month\n")
    print(
        f"| asked on the | {_STATED:.0%} interval of 满意率 holds | width | mean error, mean size (points) ",
        end="",
    )
    print("| of 不满意 holds | width | mean error, mean size (orders) | 满意率 so far: mean size of error |")
    print("|" + "---|" * 8)
    for day in DAYS:
        print(_row(f"{day}.", [t for t in trials if t.day == day]))
    print(_row("all", trials))
    print("\n| month | 满意率 holds | 不满意 holds | mean error of 满意率 |\n|---|---|---|---|")
    for month in MONTHS:
        of = [t for t in trials if t.month == month]
        error = 100 * np.mean([t.forecast.rate.expected - t.rate for t in of if t.forecast.rate])
        print(f"| {month} | {_held_rate(of):.1%} | {_held_bad(of):.1%} | {error:+.2f} |")


def _held_rate(trials: list[Trial]) -> float:
    ranges = [(t.forecast.rate, t.rate) for t in trials]
    return float(np.mean([r is not None and r.low <= rate <= r.high for r, rate in ranges]))


def _held_bad(trials: list[Trial]) -> float:
    return float(np.mean([t.forecast.bad.low <= t.bad <= t.forecast.bad.high for t in trials]))


def _row(name: str, trials: list[Trial]) -> str:
    rates = [t.forecast.rate for t in trials]
    off = 100 * np.array([r.expected - t.rate for t, r in zip(trials, rates, strict=True) if r])
    wide = 100 * np.mean([r.high - r.low for r in rates if r])
    bad_off = np.array([t.forecast.bad.expected - t.bad for t in trials])
    bad_wide = np.mean([t.forecast.bad.high - t.forecast.bad.low for t in trials])
    so_far = [(satisfaction_rate(t.forecast.rated), t.rate) for t in trials]
    naive = [100 * abs(value - rate) for value, rate in so_far if value is not None]
    cells = (
        f"{_held_rate(trials):.1%}",
        f"{wide:.1f}",
        f"{off.mean():+.2f}, {np.abs(off).mean():.2f}",
        f"{_held_bad(trials):.1%}",
        f"{bad_wide:.1f}",
        f"{bad_off.mean():+.2f}, {np.abs(bad_off).mean():.2f}",
        f"{np.mean(naive):.2f}" if naive else "–",
    )
    return f"| {name} | " + " | ".join(cells) + " |"


if __name__ == "__main__":
    main()
