"""Five features as of a moment, by the house and by idiomatic pandas: equal values, side by side in one run.

Both begin from tables sorted by time and end with the values; making those tables is printed, not judged.
Pandas joins ids as it reads them, as text; a tuned one, given categories, is printed beside it.
Times are CPU seconds, the best of several turns, so that other work on the machine hardly disturbs them.
`QINGLING_BENCH_ORDERS=200000 make bench` asks the same of a whole district.
"""

import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import numpy as np
import pandas as pd
import pytest

from desk.settings import Settings
from features.chronicle import Chronicle
from features.frame import OrderFrame
from features.history import History, Past
from features.log import Log
from pipelines.ingest import ingest
from pipelines.simulate import simulate_extract
from store.database import open_store
from tests.benchmarks.pandas_features import Tables, five_features

ORDERS = int(os.environ.get("QINGLING_BENCH_ORDERS", "50000"))
TURNS = 5
T = TypeVar("T")

pytestmark = pytest.mark.bench


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Log:
    """A simulated district, ingested and read back."""
    folder = tmp_path_factory.mktemp("district")
    simulate_extract(ORDERS, 1, folder / "extract", lambda *_: None)
    settings = Settings(home=folder / "home", database_url=None, dataset=None)
    ingest(Path(folder / "extract" / "pudong.toml"), settings)
    store = open_store(settings.home)
    try:
        return Log.of(store.frames(), store.attributes())
    finally:
        store.close()


def test_five_features_take_at_most_half_the_time_of_idiomatic_pandas(log: Log) -> None:
    sorting, chronicle = timed(lambda: Chronicle.of(log))
    asked = moments(chronicle)
    questions = every_moment(chronicle, asked)
    reading, tables = timed(lambda: Tables.of(log, questions, are_categories=False))
    coding, coded = timed(lambda: Tables.of(log, questions, are_categories=True))
    ours, plain, tuned = in_turns(
        lambda: by_house(chronicle, asked), lambda: five_features(tables), lambda: five_features(coded)
    )
    for _, expected in (plain, tuned):
        pd.testing.assert_frame_equal(ours[1], expected, check_dtype=False, rtol=0, atol=0)
        np.testing.assert_allclose(share(ours[1]), share(expected), rtol=0, atol=1e-9)
    print(f"\n{ORDERS:,} orders, {len(log.events):,} events, {len(questions):,} questions, five features")
    for name, (seconds, _), before in (
        ("house", ours, sorting),
        ("pandas, ids as text", plain, reading),
        ("pandas, ids as categories", tuned, coding),
    ):
        whole = (before + seconds) / (sorting + ours[0])
        print(
            f"  {name:26} {seconds:6.3f} s, {seconds / ours[0]:4.1f} × the house;"
            f" with making its tables {before + seconds:6.3f} s, {whole:4.1f} ×"
        )
    assert plain[0] / ours[0] >= 2


def test_time_per_question_does_not_grow_when_one_community_holds_a_third_of_the_orders(log: Log) -> None:
    even, skewed = Chronicle.of(log), Chronicle.of(with_one_large_community(log, 0.3))
    asked, asked_of_skewed = moments(even), moments(skewed)
    (plain, spread), (uneven, found) = in_turns(
        lambda: by_house(even, asked), lambda: by_house(skewed, asked_of_skewed)
    )
    assert found["received"].max() > 3 * spread["received"].max(), "the district was not skewed"
    questions = len(asked)
    print(
        f"\n  µs a question: {plain / questions * 1e6:.2f} evenly, "
        f"{uneven / questions * 1e6:.2f} with 30 % in one community"
    )
    assert uneven < 1.5 * plain


def moments(chronicle: Chronicle) -> np.ndarray:
    """Where each order's moments end, as in training; of those in one instant the last."""
    position = np.flatnonzero(chronicle.is_moment)
    ends = np.diff(chronicle.order[position], append=-1) != 0
    return position[ends | (np.diff(chronicle.known_at[position], append=-1) != 0)]


def every_moment(chronicle: Chronicle, position: np.ndarray) -> pd.DataFrame:
    """The same as questions for pandas."""
    order_id = chronicle.order_ids[chronicle.order[position]]
    return pd.DataFrame({"order_id": order_id, "as_of": chronicle.known_at[position]})


def by_house(chronicle: Chronicle, position: np.ndarray) -> pd.DataFrame:
    """The counts by a history made anew of the same sorted rows: nothing is kept from the turn before."""
    rows = replace(chronicle)
    frame = OrderFrame.at_positions(rows, position)
    past = Past.of(frame, History(rows))
    rated = past.events("rated", by="company", days=90)
    return pd.DataFrame(
        {
            "rated": rated.count,
            "dissatisfied": rated.sum("dissatisfied"),
            "received": past.events("received", by="community", days=7).count,
            "in_hand": past.events("in_hand", by="company").count,
            "of_caller": past.events("received", by="caller", days=365).count,
            "urged": frame.own("urged").count,
        },
        copy=False,
    )


def share(counts: pd.DataFrame) -> pd.Series:
    """The company's share of dissatisfied ratings, drawn towards an ordinary one."""
    return (counts["dissatisfied"] + 20 * 0.15) / (counts["rated"] + 20)


def with_one_large_community(log: Log, part: float) -> Log:
    """The same log with this part of the orders moved to one community."""
    ids = log.orders["order_id"].drop_duplicates()
    moved = log.orders["order_id"].isin(set(ids.iloc[: int(len(ids) * part)].sample(frac=1, random_state=0)))
    orders = log.orders.copy()
    orders["community"] = orders["community"].where(~moved, "最大的小区")
    return replace(log, orders=orders)


def timed(task: Callable[[], T]) -> tuple[float, T]:
    """The CPU seconds of one turn, and what came of it."""
    return in_turns(task, turns=1)[0]


def in_turns(*tasks: Callable[[], T], turns: int = TURNS) -> list[tuple[float, T]]:
    """For each task its least CPU seconds and its result; they take turns, so that none has a better hour."""
    spent: list[list[float]] = [[] for _ in tasks]
    for _ in range(turns):
        found = [_clocked(task, seconds) for task, seconds in zip(tasks, spent, strict=True)]
    return list(zip(map(min, spent), found, strict=True))


def _clocked(task: Callable[[], T], seconds: list[float]) -> T:
    began = time.process_time()
    result = task()
    seconds.append(time.process_time() - began)
    return result
