"""The soak in its short form, and that it sees what it looks for; the long form is `make soak`."""

import math
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipelines.ingest import ingest
from tests.serve.homes import own_registry, settings_of
from tests.torture.soak.answers import Life, wrong_page, wrong_score, wrong_stage
from tests.torture.soak.disturbances import RECOVERY_SECONDS, SWAP_SECONDS, Disturbances, Swap
from tests.torture.soak.load import Plan
from tests.torture.soak.memory import Growth, Held
from tests.torture.soak.run import soak
from tests.torture.soak.table import lines
from tests.torture.traffic import Ledger

SHORT = Plan(
    seconds=17, measured_seconds=3, outage_seconds=2, sample=40, counted=50, swaps=(0.1, 0.65), outage=0.3
)


@pytest.mark.slow
def test_under_load_with_swaps_and_an_outage_every_answer_is_right(
    made_home: Path, tmp_path: Path, own_postgresql: Any
) -> None:
    home = Path(shutil.copytree(made_home, tmp_path / "home", ignore=shutil.ignore_patterns("mlflow*")))
    settings = settings_of(home, own_postgresql.get_uri())
    ingest(made_home.parent / "extract" / "pudong.toml", settings)
    own_registry(home)
    found = soak(settings, own_postgresql, SHORT, lambda _: None)
    assert not found.wrong, "\n".join(lines(found))
    callers = found.callers
    assert {version for _, _, version, _ in callers.given} == {"1", "2", "3"}
    assert {asked.status for asked in callers.seen} >= {200, 201, 503}
    assert len({asked.worker for asked in callers.seen}) == 2 and callers.crossed > 5
    assert (
        callers.ledger.orders and callers.ledger.events and callers.ledger.callbacks and callers.ledger.scores
    )
    assert found.again.compared >= 2 * SHORT.sample


def _score(**changes: Any) -> dict[str, Any]:
    chances = {"dissatisfied": 0.4, "fair": 0.1, "mostly_satisfied": 0.2, "satisfied": 0.3}
    score = {"order_id": "K-1", "probabilities": chances, "dissatisfied": 0.4, "reasons": []}
    return {**score, **changes}


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        (
            {"probabilities": {"dissatisfied": 0.4, "fair": 0.1, "mostly_satisfied": 0.2, "satisfied": 0.31}},
            "prob",
        ),
        ({"probabilities": {"dissatisfied": 0.4, "fair": 0.6}}, "probabilities"),
        ({"dissatisfied": 0.5}, "is told as"),
        ({"order_id": "K-2"}, "told of K-2"),
        ({"reasons": [{}]}, "reasons"),
    ],
)
def test_a_score_that_cannot_be_is_seen(changes: dict[str, Any], word: str) -> None:
    assert wrong_score(_score(), "K-1", False) is None
    assert word in str(wrong_score(_score(**changes), "K-1", False))


def test_a_stage_that_misses_an_acknowledged_event_is_seen() -> None:
    life = Life("K-1", sent=3, kept=2)
    assert [wrong_stage(stage, life, 2) for stage in ("accepted", "contacted")] == [None, None]
    assert "stands at dispatched" in str(wrong_stage("dispatched", life, 2))
    assert "stands at visited" in str(wrong_stage("visited", life, 2))


def test_a_worklist_page_out_of_order_or_with_who_was_called_back_is_seen() -> None:
    high, low = _score(), _score(order_id="K-2", dissatisfied=0.1)
    low["probabilities"] = {"dissatisfied": 0.1, "fair": 0.4, "mostly_satisfied": 0.2, "satisfied": 0.3}
    lives = {"K-1": Life("K-1", over_at=10.0)}
    assert wrong_page([high, low], lives, asked_at=9.0) is None
    assert "high to low" in str(wrong_page([low, high], lives, asked_at=9.0))
    assert "after its callback" in str(wrong_page([high, low], lives, asked_at=11.0))


def test_a_champion_that_answers_too_long_or_too_early_is_seen() -> None:
    done = Disturbances([Swap("1", -math.inf, -math.inf), Swap("2", 100.0, 101.0)])
    assert done.wrong_version("1", 104.0, 105.0) is None and done.swaps[1].late_seconds == 3.0
    assert done.wrong_version("2", 99.0, 100.5) is None
    assert "was not promoted" in str(done.wrong_version("2", 98.0, 99.0))
    assert "after its end" in str(done.wrong_version("1", 101.1 + SWAP_SECONDS, 200.0))
    assert "was not promoted" in str(done.wrong_version("3", 200.0, 200.0))


def test_refusals_are_taken_in_the_outage_and_shortly_after_only() -> None:
    done = Disturbances(outages=[(50.0, 80.0)])
    assert [done.may_refuse(at) for at in (49.9, 50.1, 79.0, 82.5, 80.1 + RECOVERY_SECONDS)] == [
        *(False, True, True, True, False)
    ]
    assert done.recovery_seconds == 2.5


def test_memory_that_grows_by_more_than_new_orders_take_is_seen() -> None:
    def growing(mib_a_minute: float, orders_a_minute: int) -> Growth:
        looks = [
            Held(60.0 * m, 300 + mib_a_minute * m, 0, 0, changed=orders_a_minute * m, sorted=1_000)
            for m in range(11)
        ]
        return Growth.of(looks, changed_bytes=2**20 / 10, sorted_bytes=1_000)

    assert growing(0, 0).is_flat
    assert not growing(4, 0).is_flat and growing(4, 0).slope == pytest.approx(4)
    assert growing(4, 40).is_flat and growing(4, 40).explained == pytest.approx(26)
    assert not growing(8, 40).is_flat


@pytest.mark.parametrize(
    ("spoil", "word"),
    [
        ("DELETE FROM events", "lost"),
        ("INSERT INTO events SELECT * FROM events", "doubled"),
        ("INSERT INTO callbacks VALUES ('K-2')", "nobody sent"),
        ("INSERT INTO order_revisions VALUES ('K-1')", "revision"),
        ("DELETE FROM predictions", "lost"),
    ],
)
def test_a_write_that_is_lost_doubled_or_made_up_is_seen(spoil: str, word: str) -> None:
    database = sqlite3.connect(":memory:")
    for table in ("orders", "order_revisions", "callbacks", "predictions"):
        database.execute(f"CREATE TABLE {table} (order_id)")
    database.execute("CREATE TABLE events (order_id, event_id)")
    database.executescript(
        "INSERT INTO orders VALUES ('K-1'); INSERT INTO order_revisions VALUES ('K-1');"
        "INSERT INTO events VALUES ('K-1', 'e0'); INSERT INTO predictions VALUES ('S-1')"
    )
    sent: dict[str, Any] = {"sent_orders": {"K-1"}, "sent_events": {("K-1", "e0")}, "sent_scores": {"S-1"}}
    ledger = Ledger(**sent, orders={"K-1"}, events={("K-1", "e0")}, scores={"S-1"})
    ask: Callable[[str], Any] = lambda question: database.execute(question).fetchall()  # noqa: E731
    ledger.check(ask)
    database.execute(spoil)
    with pytest.raises(AssertionError, match=word):
        ledger.check(ask)
