"""How long a month's figures of a whole district take: `python -m tests.benchmarks.indicator_speed [orders]`."""

import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path

from desk.indicator_facts import UNITS, facts_of
from desk.indicators import indicators_of
from desk.label_lag import label_lag
from desk.rounds import Rounds
from desk.settings import Settings
from hotline.calendar import SHANGHAI, to_micros
from hotline.indicators import IndicatorRules
from pipelines.ingest import ingest
from pipelines.simulate import simulate_extract
from pipelines.train import history_of

ORDERS = 200_000
_BEGIN, _END, _AS_OF = (to_micros(datetime(2026, month, 1, tzinfo=SHANGHAI)) for month in (8, 9, 10))


def main() -> None:
    """Print what each step takes, the second time it is asked."""
    orders = int(sys.argv[1]) if len(sys.argv) > 1 else ORDERS
    with tempfile.TemporaryDirectory() as folder:
        extract, settings = Path(folder) / "extract", Settings(home=Path(folder) / "home", dataset=None)
        simulate_extract(orders, 1, extract, lambda step, share: None)
        ingest(extract / "pudong.toml", settings)
        chronicle = history_of(settings)[1].chronicle
    rules = IndicatorRules()
    for _ in range(2):
        told, began = {}, time.perf_counter()
        rounds = [Rounds.of(chronicle, _AS_OF)]
        told["rounds as of the moment"] = time.perf_counter() - began
        facts = facts_of(rounds, _BEGIN, _END, rules)
        told["… and the facts of a month"] = time.perf_counter() - began
        figures = indicators_of(rounds, _BEGIN, _END, rules)
        label_lag(rounds, _BEGIN, _END, rules.ripe_share)
        told["… and all figures by unit and kind, and the label lag"] = time.perf_counter() - began
    units = sum(len(figures.units[unit]) for unit in UNITS)
    print(
        f"{orders:,} orders, {sum(map(len, facts.values())):,} facts in the month, {units:,} rows of units\n"
    )
    for name, seconds in told.items():
        print(f"{name}: {seconds:.2f} s")


if __name__ == "__main__":
    main()
