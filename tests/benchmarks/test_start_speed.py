"""What a start costs a worker, sorting and from a kept history, in one run; and what its memory grows to.

`QINGLING_BENCH_HOME` names a home with a champion and a district; by default a small one is made, and then most of a
start is Python's imports.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from desk.kept_histories import FOLDER
from tests.benchmarks.homes import a_home

pytestmark = pytest.mark.bench
_STEPS = 3
_HEAD = "| worker | | s | CPU s | peak GiB | RSS GiB | its own GiB |\n|---|---|---|---|---|---|---|"


class _Worker:
    """A process that starts, and goes on when it is told to."""

    def __init__(self, name: str, home: Path) -> None:
        self.name = name
        pipe = subprocess.PIPE
        command = [sys.executable, "-m", "tests.benchmarks.started", str(home)]
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)
        self.told: list[dict[str, Any]] = []

    def hear(self) -> dict[str, Any]:
        """What it says next."""
        assert self.process.stdout
        self.told.append(json.loads(self.process.stdout.readline()))
        return self.told[-1]

    def go_on(self) -> None:
        """Let it."""
        assert self.process.stdin
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def end(self) -> None:
        """Wait for its end, and print what it said."""
        assert self.process.wait(60) == 0
        for line in self.told:
            numbers = " | ".join(f"{line[name]:.2f}" for name in ("seconds", "cpu", "peak", "rss", "uss"))
            print(f"| {self.name} | {line['when']} | {numbers} |")


def _together(*workers: _Worker) -> None:
    """All of them, step by step, so that each is measured while the others are there."""
    for _ in range(_STEPS):
        for worker in workers:
            worker.hear()
        for worker in workers:
            worker.go_on()


def test_a_start_from_a_kept_history_costs_little(tmp_path: Path) -> None:
    home = a_home(tmp_path)
    sorting = _Worker("sorts", home)
    _together(sorting)
    mapping = [_Worker(f"maps, {number} of 2", home) for number in (1, 2)]
    _together(*mapping)
    told = sorting.told[1]
    (kept,) = (home / FOLDER).glob("*/history.arrow")
    print(
        f"\n{told['orders']:,} orders, {told['rows']:,} rows, {kept.stat().st_size / 2**30:.2f} GiB kept,"
        f" load {os.getloadavg()[0]:.1f}\n\n{_HEAD}"
    )
    for worker in (sorting, *mapping):
        worker.end()
    slow, quick = (worker.told[0]["cpu"] for worker in (sorting, mapping[0]))
    print(f"\na start that sorts, over one that maps, CPU: {slow / quick:.1f}")
    assert quick < slow
