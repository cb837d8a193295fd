"""What an event costs the next score, what an open order costs with reasons, and how both grow with history.

CPU milliseconds, medians, so that other work on the machine hardly disturbs them. `QINGLING_BENCH_HOME` names a
home with a champion and a district; by default a small one is made, and then the slope says little.
"""

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from desk.opening import open_scorer
from desk.questions import Question, laid_out
from desk.scorer import Scorer
from hotline.calendar import from_micros
from hotline.order import OrderEvent
from store.database import Store
from store.log_columns import Columns, columns_of_frames
from tests.benchmarks.homes import a_home, settings_of

pytestmark = pytest.mark.bench
_ORDERS, _OPEN = 200, 20_000


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a champion, which may be written to."""
    return a_home(tmp_path_factory.mktemp("fresh"))


def test_an_event_costs_the_next_score_little(home: Path) -> None:
    began = time.process_time()
    store, scorer = open_scorer(settings_of(home))
    opened = time.process_time() - began
    chronicle = scorer.lookout.look().base.chronicle
    at = from_micros(int(chronicle.known_at.max()) + 1)
    ids = [str(name) for name in chronicle.order_ids[:: max(1, len(chronicle.order_ids) // _ORDERS)]]
    quiet = [_milliseconds(lambda i=i: scorer.score(i, at)) for i in ids]
    fresh, noticed, others = [], [], []
    for number, order_id in enumerate(ids):
        _urge(store, order_id, 2 * number, at)
        fresh.append(_milliseconds(lambda i=order_id: scorer.score(i, at)))
        others.append(_milliseconds(lambda i=ids[number - 1]: scorer.score(i, at)))
        _urge(store, order_id, 2 * number + 1, at)
        scorer.lookout.look()  # as the service does behind the answer, and every tenth of a second
        noticed.append(_milliseconds(lambda i=order_id: scorer.score(i, at)))
    print(
        f"\n{len(chronicle.order_ids):,} orders, {len(chronicle.log.events):,} events, opened in {opened:.1f} s CPU"
    )
    for told, of in (
        ("a score", quiet),
        ("the first score after an event", noticed),
        ("the same, before it is taken in", fresh),
        ("the next, of another order", others),
    ):
        print(f"  {told:32} {np.median(of):6.2f} ms CPU, {np.percentile(of, 99):6.2f} at most in 99 of 100")
    for told, of in (("taken in behind its answer", noticed), ("asked for at once", fresh)):
        print(f"  an event costs the next score {np.median(of) - np.median(quiet):6.2f} ms, {told} (aim ≤ 1)")
    store.close()
    assert np.median(fresh) < 4 * np.median(quiet)


def test_what_a_score_is_made_of(home: Path) -> None:
    store, scorer = open_scorer(settings_of(home))
    standing, model = scorer.lookout.look(), scorer.champion.model
    chronicle = standing.base.chronicle
    at = from_micros(int(chronicle.known_at.max()) + 1)
    ids = [str(name) for name in chronicle.order_ids[:: max(1, len(chronicle.order_ids) // _ORDERS)]]
    print(f"\nmedian CPU ms a question: {'features':>10}{'model':>10}{'reasons':>10}")
    features = {}
    for together in (1, 8):
        spent: list[list[float]] = [[], [], []]
        for start in range(0, len(ids) - together, together):
            asked = [Question(name, at) for name in ids[start : start + together]]
            [laid] = laid_out(standing, asked)
            told: dict[str, Any] = {}
            past = standing.past(laid.frame)
            spent[0].append(_milliseconds(lambda: told.update(model.features.compute(laid.frame, past))))  # noqa: B023
            spent[1].append(_milliseconds(lambda: model.probabilities(told)))  # noqa: B023
            matrix = model.matrix(told)
            spent[2].append(_milliseconds(lambda: model.contributions(told, matrix)))  # noqa: B023
        medians = [float(np.median(of)) / together for of in spent]
        features[together] = medians[0]
        print(f"  {together} together {'':12}" + "".join(f"{of:10.2f}" for of in medians))
    store.close()
    assert features[8] < features[1] / 3


def test_open_orders_are_rescored_with_reasons(home: Path) -> None:
    store, opened = open_scorer(settings_of(home))
    scorer = Scorer(_StillOpen(store), opened.champion)
    at = from_micros(int(scorer.lookout.look().base.chronicle.known_at.max()) + 1)
    only = store.order_ids()[-_OPEN:]
    began, computed = time.perf_counter(), time.process_time()
    found = scorer.score_open(at, only)
    wall, cpu = time.perf_counter() - began, time.process_time() - computed
    count = len(found.predictions)
    print(
        f"\n{count:,} open orders with reasons: {wall:.1f} s, {cpu:.1f} s CPU,"
        f" {_OPEN * cpu / count:.1f} s CPU for {_OPEN:,} (aim ≤ 20)"
    )
    store.close()
    assert count > 0


class _StillOpen:
    """A store in which no order was ever closed, archived or called back."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def log_columns(self) -> dict[str, Columns]:
        """The columns without what ends an order."""
        frames = self._store.frames()
        ends = frames["events"]["type"].isin(["closed", "archived"])
        stay = {"events": frames["events"][~ends], "callbacks": frames["callbacks"][:0]}
        return columns_of_frames(frames | stay)

    def communities(self) -> pd.DataFrame:
        """What is known of communities."""
        return self._store.communities()

    def rows(self, order_ids: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
        """Nothing is written."""
        return self._store.rows([])

    def watermark(self) -> int:
        """Nothing is written."""
        return 0

    def changed_since(self, watermark: int) -> tuple[list[str], int]:
        """Nothing is written."""
        return [], watermark


def _urge(store: Store, order_id: str, number: int, at: datetime) -> None:
    event = OrderEvent(type="urged", happened_at=at, known_at=at, event_id=f"bench {number} {time.time_ns()}")
    store.add_events(order_id, [event], round(at.timestamp() * 1e6))


def _milliseconds(ask: Callable[[], object]) -> float:
    began = time.thread_time()
    ask()
    return 1e3 * (time.thread_time() - began)
