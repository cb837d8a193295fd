"""The long form: `python -m tests.torture [--kills N] [--rows N] [--requests N] [--seed N]`, each with its figures."""

import argparse
import shutil
import tempfile
import time
from pathlib import Path
from random import Random

import structlog
from fastapi.testclient import TestClient

from serve.app import create_app
from tests.serve.conftest import a_key
from tests.serve.homes import make_home, settings_of
from tests.torture.killed_jobs import JOBS
from tests.torture.killing import a_mother
from tests.torture.spoilt_extracts import Tally, spoil_bytes, spoil_cells
from tests.torture.torture import Torture
from tests.torture.wild_requests import send_wild_requests

#: How often each job is killed, of twenty-three.
_SHARES = {
    "serve": 5,
    "ingest": 4,
    "train": 3,
    "register": 2,
    "first": 1,
    "promote": 3,
    "upgrade": 2,
    "backup": 1,
    "restore": 2,
}
_ROWS_A_FILE = 1_000


def main() -> None:
    """Everything that was asked for, one after the other; AssertionError where a promise is broken."""
    asked = argparse.ArgumentParser(description=__doc__)
    for name, number in (("kills", 200), ("rows", 20_000), ("requests", 10_000), ("seed", 1)):
        asked.add_argument(f"--{name}", type=int, default=number)
    given = asked.parse_args()
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        if given.rows:
            _spoil(folder / "spoilt", given.rows, given.seed)
        if given.kills or given.requests:
            home = make_home(folder / "district")
        if given.requests:
            _request(home, given.requests, given.seed)
        if given.kills:
            _kill(home, folder, given.kills, given.seed)


def _kill(home: Path, folder: Path, kills: int, seed: int) -> None:
    choose, began = Random(seed), time.monotonic()
    assert _SHARES.keys() == JOBS.keys()
    plan = [*JOBS, *choose.choices([*_SHARES], [*_SHARES.values()], k=max(0, kills - len(JOBS)))][:kills]
    with a_mother(folder) as mother:
        torture = Torture(home, folder, mother, choose)
        for number, job in enumerate(plan, 1):
            torture.kill(job, JOBS[job])
            print(f"\r{number}/{kills} kills", end="", flush=True)
    known, steps = torture.ledger, torture.steps
    print(
        f"\r{kills} kills in {time.monotonic() - began:.0f} s, seed {seed}; at work when killed: "
        + ", ".join(f"{job} {torture.met.get(job, 0)}/{plan.count(job)}" for job in JOBS)
    )
    print("trainings were killed at: " + ", ".join(f"{step} {count}" for step, count in steps.most_common()))
    print(
        f"acknowledged and found exactly once: {len(known.orders):,} orders, {len(known.events):,} events, "
        f"{len(known.scores):,} scores"
    )


def _spoil(folder: Path, rows: int, seed: int) -> None:
    tally, began = Tally(), time.monotonic()
    for number in range(-(-rows // (2 * _ROWS_A_FILE))):
        choose = Random(f"{seed}-{number}")
        spoil_cells(folder / "cells", choose, _ROWS_A_FILE, tally)
        for part in range(20):
            spoil_bytes(folder / f"bytes-{part}", choose, tally)
        shutil.rmtree(folder)
    print(
        f"{tally.rows:,} spoilt rows in {time.monotonic() - began:.0f} s, seed {seed}: {tally.loaded:,} loaded, "
        f"{tally.refused:,} refused, {len(tally.reasons)} reasons; {tally.files} files with spoilt bytes, "
        f"{tally.files_refused} refused whole"
    )


def _request(home: Path, requests: int, seed: int) -> None:
    app, key, began = create_app(settings_of(home)), a_key(settings_of(home)), time.monotonic()
    with TestClient(app) as client:
        until = time.monotonic() + 60
        while client.get("/readyz").status_code != 200 and time.monotonic() < until:
            time.sleep(0.05)
        tally = send_wild_requests(app, key, requests, seed)
    assert not tally.failures, "\n".join(tally.failures)
    answered = ", ".join(f"{status}: {count:,}" for status, count in sorted(tally.statuses.items()))
    print(
        f"{tally.cases:,} requests to {len(tally.operations)} operations in {time.monotonic() - began:.0f} s, "
        f"seed {seed}; {answered}"
    )
    assert not {500, 503} & tally.statuses.keys()


if __name__ == "__main__":
    main()
