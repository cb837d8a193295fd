"""What it costs to log a score before it is given: alone, and with others that wait; flushed, and not.

`python -m tests.benchmarks.score_log`
"""

import statistics
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from unittest import mock

from sqlalchemy import event

from desk.scorer import Scored
from serve import score_log
from serve.metrics import Metrics
from serve.score_log import ScoreLog
from store.database import LoggedPrediction, Store, open_store

_ROUNDS = 200
_FEATURES = '{"feature_of_an_order": 0.123456789}' * 110  # about 4 kB, as 134 features are


def main() -> None:
    """Milliseconds an answer waits for the log, by how many ask at once."""
    print("threads  flushed  ms p50  ms p99  scores/s")
    for flushed in (True, False):
        for threads in (1, 8, 32):
            with tempfile.TemporaryDirectory(dir=".") as folder:
                store = open_store(Path(folder))
                if not flushed:
                    _without_flush(store)
                waits, seconds = _logged(store, threads)
                store.close()
            p50, p99 = statistics.median(waits), statistics.quantiles(waits, n=100)[98]
            rate = len(waits) / seconds
            print(f"{threads:7}  {flushed!s:7}  {1000 * p50:6.2f}  {1000 * p99:6.2f}  {rate:8,.0f}")


def _logged(store: Store, threads: int) -> tuple[list[float], float]:
    row = LoggedPrediction("A1", 1, 1, "7", (0.1, 0.2, 0.3, 0.4), "red", "closed", _FEATURES)
    log = ScoreLog(Metrics())
    log.start()

    def ask(_: int) -> list[float]:
        waits = []
        for _round in range(_ROUNDS):
            began = time.perf_counter()
            log.add(store, Scored((), {}), None)  # type: ignore[arg-type]
            waits.append(time.perf_counter() - began)
        return waits

    with mock.patch.object(score_log, "logged", lambda *_: [row]), ThreadPoolExecutor(threads) as pool:
        began = time.perf_counter()
        found = [wait for waits in pool.map(ask, range(threads)) for wait in waits]
        seconds = time.perf_counter() - began
    log.close()
    return found, seconds


def _without_flush(store: Store) -> None:
    store.engine.dispose()

    @event.listens_for(store.engine, "connect")
    def _unflushed(connection: Any, _record: object) -> None:
        connection.execute("PRAGMA synchronous=NORMAL")


if __name__ == "__main__":
    main()
