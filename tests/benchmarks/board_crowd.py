"""Whether 200 managers who refresh 我的工单 at once are all answered: `python -m tests.benchmarks.board_crowd [--home HOME]`."""

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import httpx

from desk.access.issuing import Issuing
from hotline.policy import Role
from hotline.scope import scope_of
from serve.run import bound
from store.database import open_store
from tests.serve.homes import make_home

MANAGERS, ROUNDS, WORKERS = 200, 5, 2


def main() -> None:
    """Print how many answers there were of each status, and how long they took; exit code 1 where any is no page."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument(
        "--home", type=Path, help="a home with a champion; a district of 2,000 orders by default"
    )
    asked.add_argument("--now", help="the moment from which the service's clock goes on")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = given.home or make_home(Path(folder), orders=2_000)
        keys = _keys(home)
        with bound(0) as free:
            port = free.getsockname()[1]
        command = [sys.executable, "-m", "pipelines", "serve", "--port", str(port), "--workers", str(WORKERS)]
        command += ["--now", given.now] if given.now else []
        environment = {**os.environ, "QINGLING_HOME": str(home)}
        silent = subprocess.DEVNULL
        server = subprocess.Popen(command, env=environment, stdout=silent, stderr=silent)
        try:
            address = f"http://127.0.0.1:{port}"
            _wait_until_ready(address)
            statuses, took, size = asyncio.run(_crowd(address, keys))
        finally:
            server.terminate()
            server.wait(30)
    took.sort()
    print(
        f"{MANAGERS} managers, {ROUNDS} rounds: {dict(statuses)}; median {took[len(took) // 2]:.2f} s, "
        f"p95 {took[int(0.95 * len(took))]:.2f} s, slowest {took[-1]:.2f} s, {size:,} bytes a page at most"
    )
    sys.exit(set(statuses) != {200})


def _keys(home: Path) -> list[str]:
    """A key for each of so many managers; those of the district are shared out among them."""
    store = open_store(home)
    names = sorted({str(row) for row in store.frames()["orders"]["manager"].dropna()})
    issuing = Issuing(store.engine, "the crowd", datetime.now(UTC))
    began = time.time_ns()
    keys = [
        issuing.add_key(
            f"crowd {began} {number}",
            Role.MANAGER,
            scope_of(Role.MANAGER, managers=[names[number % len(names)]]),
        )
        for number in range(MANAGERS)
    ]
    store.close()
    return keys


def _wait_until_ready(address: str) -> None:
    until = time.monotonic() + 120
    while time.monotonic() < until:
        try:
            if httpx.get(f"{address}/readyz").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    raise SystemExit("the service did not become ready")


async def _crowd(address: str, keys: list[str]) -> tuple[Counter[int], list[float], int]:
    statuses: Counter[int] = Counter()
    took: list[float] = []
    sizes = [0]

    async def one(key: str) -> None:
        async with httpx.AsyncClient(headers={"Authorization": f"Bearer {key}"}, timeout=120) as client:
            for _ in range(ROUNDS):
                began = time.perf_counter()
                try:
                    answer = await client.get(f"{address}/my-orders")
                    statuses[answer.status_code] += 1
                    sizes.append(len(answer.content))
                except httpx.TransportError:
                    statuses[0] += 1
                took.append(time.perf_counter() - began)

    await asyncio.gather(*map(one, keys))
    return statuses, took, max(sizes)


if __name__ == "__main__":
    main()
