"""Scores over HTTP beside mlflow's own server, the naive way and a hello, one worker each, in one run.

The naive way wants shap, in an environment of its own: `QINGLING_BENCH_NAIVE` names its Python.

The peers are handed finished feature rows; we look up the order, everybody's history as it stands, and log the
score. `QINGLING_BENCH_HOME` names a home with a champion; by default a small district is made.
"""

import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from desk.access.issuing import Issuing
from desk.opening import open_scorer
from desk.scored import Scored
from hotline.calendar import SHANGHAI, from_micros
from hotline.policy import Role
from hotline.scope import WHOLE_DISTRICT
from models.registry import Registry
from store.database import open_store
from tests.benchmarks.homes import a_home, settings_of
from tests.benchmarks.load import Ask, Measured, answer, load
from tests.benchmarks.servers import Server, free_port, serving, uvicorn

REQUESTS = int(os.environ.get("QINGLING_BENCH_REQUESTS", "600"))
TURNS, CONNECTIONS = 3, 8

pytestmark = pytest.mark.bench


@dataclass(frozen=True)
class Peer:
    """A server that runs, and what it is asked."""

    server: Server
    asks: list[Ask]

    def measured(self, requests: int) -> tuple[Measured, float]:
        """Its answers under load, and the CPU milliseconds that each took it."""
        before = self.server.cpu_seconds()
        found = load(self.server.port, self.asks, requests, CONNECTIONS)
        return found, 1e3 * (self.server.cpu_seconds() - before) / requests


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a champion, which may be written to."""
    return a_home(tmp_path_factory.mktemp("served"))


@pytest.fixture(scope="module")
def scored(home: Path) -> Scored:
    """Some orders in the midst of their lives, with their feature rows."""
    store, scorer = open_scorer(settings_of(home))
    chronicle = scorer.lookout.look().base.chronicle
    at = from_micros(int(chronicle.known_at.max()) + 1)
    some = chronicle.order_ids[:: max(1, len(chronicle.order_ids) // 1000)]
    found = Scored.joined([scorer.score(str(order_id), at) for order_id in some])
    store.close()
    return found


@pytest.fixture(scope="module")
def peers(home: Path, scored: Scored, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Peer]]:
    """All servers, side by side and idle until asked."""
    folder = tmp_path_factory.mktemp("peers")
    champion = Registry(home).champion()
    paths = [f"/api/v1/orders/{p.order_id}/score" for p in scored.predictions]
    with ExitStack() as stack:

        def start(name: str, command: list[str], port: int, ready: Ask, **environment: str) -> Server:
            log = folder / f"{name}.log"
            return stack.enter_context(serving(command, port, ready, environment, log))

        ours, hello, naive, mlflow = (free_port() for _ in range(4))
        serve = [sys.executable, "-m", "pipelines", "serve", "--port", str(ours)]
        us = start("ours", serve, ours, Ask("GET", "/readyz"), QINGLING_HOME=str(home))
        key = _key(home)
        bare = [Ask("GET", f"{path}?reasons=false", key=key) for path in paths]
        size = str(len(answer(ours, bare[0])))
        asks = {"hello": [Ask("GET", "/hello")], "naive": _matrix_rows(home, scored)}
        asks["mlflow"] = _feature_rows(scored)
        greeting = start(
            "hello",
            uvicorn("tests.benchmarks.peer_hello:app", hello),
            hello,
            asks["hello"][0],
            BENCH_BYTES=size,
        )
        served = str(home / "models" / "champion.json")
        plain = start(
            "naive",
            uvicorn(
                "tests.benchmarks.peer_naive:app",
                naive,
                os.environ.get("QINGLING_BENCH_NAIVE", sys.executable),
            ),
            naive,
            asks["naive"][0],
            BENCH_CHAMPION=served,
        )
        model = _artefact(champion.model.to_json(), folder)
        command = [sys.executable, "-m", "mlflow", "models", "serve", "-m", str(model)]
        command += ["-p", str(mlflow), "-h", "127.0.0.1", "--env-manager", "local", "--workers", "1"]
        them = start("mlflow", command, mlflow, asks["mlflow"][0])
        yield {
            "with reasons": Peer(us, [Ask("GET", path, key=key) for path in paths]),
            "without reasons": Peer(us, bare),
            "hello": Peer(greeting, asks["hello"]),
            "naive": Peer(plain, asks["naive"]),
            "mlflow": Peer(them, asks["mlflow"]),
        }


def test_scores_beside_mlflow_the_naive_way_and_a_hello(peers: dict[str, Peer]) -> None:
    turns: dict[str, list[tuple[Measured, float]]] = {name: [] for name in peers}
    for peer in peers.values():
        peer.measured(50)
    for _ in range(TURNS):
        for name, peer in peers.items():
            turns[name].append(peer.measured(REQUESTS if name != "mlflow" else REQUESTS // 4))
    print(f"\none worker each, {CONNECTIONS} connections, best of {TURNS} turns")
    best = {name: max((one for one, _ in of), key=lambda one: one.a_second) for name, of in turns.items()}
    cpu = {name: min(milliseconds for _, milliseconds in of) for name, of in turns.items()}
    for name, of in best.items():
        print(
            f"  {name:16} {of.a_second:8.0f} a second, p50 {of.p50:6.1f} ms, p99 {of.p99:6.1f} ms,"
            f" {cpu[name]:6.2f} ms CPU each"
        )
    ours, bare = best["with reasons"], best["without reasons"]
    for told, ratio, aim in (
        ("with reasons, over mlflow's server", ours.a_second / best["mlflow"].a_second, "≥ 10"),
        ("with reasons, over the naive way", ours.a_second / best["naive"].a_second, "≥ 20"),
        ("p99 with reasons, over mlflow's", ours.p99 / best["mlflow"].p99, "≤ 0.1"),
        ("without reasons, over a hello", bare.a_second / best["hello"].a_second, "≥ 0.2"),
    ):
        print(f"  {told:40} {ratio:6.2f} × (aim {aim})")
    for told, of, over in (
        ("mlflow's server, over ours", "mlflow", "with reasons"),
        ("the naive way, over ours", "naive", "with reasons"),
        ("ours without reasons, over a hello", "without reasons", "hello"),
    ):
        print(f"  CPU: {told:35} {cpu[of] / cpu[over]:6.2f} ×")
    assert ours.a_second > best["mlflow"].a_second


def _key(home: Path) -> str:
    """The key of software that may ask for any order."""
    store = open_store(home)
    issuing = Issuing(store.engine, "bench", datetime.now(SHANGHAI))
    key = issuing.add_key(f"bench {time.time_ns()}", Role.SYSTEM, WHOLE_DISTRICT)
    store.close()
    return key


def _artefact(model: str, folder: Path) -> Path:
    import mlflow

    text = folder / "model.json"
    text.write_text(model, "utf-8")
    target = folder / "artefact"
    code = Path(__file__).with_name("peer_mlflow.py")
    mlflow.pyfunc.save_model(
        target, python_model=str(code), artifacts={"model": str(text)}, pip_requirements=[]
    )
    return target


def _feature_rows(scored: Scored) -> list[Ask]:
    names = list(scored.columns)
    rows = [json.loads(scored.feature_row(n)) for n in range(len(scored.predictions))]
    for row, text in zip(rows, scored.columns["text"], strict=True):
        row["text"] = text
    bodies = ({"dataframe_split": {"columns": names, "data": [[row[n] for n in names]]}} for row in rows)
    return [Ask("POST", "/invocations", json.dumps(body).encode()) for body in bodies]


def _matrix_rows(home: Path, scored: Scored) -> list[Ask]:
    model = Registry(home).champion().model
    matrix, names = model.matrix(scored.columns), [f"c{n}" for n in range(len(model.encoding.names))]
    bodies = (
        {"columns": {n: None if np.isnan(v) else float(v) for n, v in zip(names, row, strict=True)}}
        for row in matrix
    )
    return [Ask("POST", "/score", json.dumps(body).encode()) for body in bodies]
