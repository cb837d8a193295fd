"""Killed at twenty random moments, nothing acknowledged is lost; the long form is `make torture`."""

import shutil
from pathlib import Path
from random import Random

import pytest

from tests.serve.homes import own_registry
from tests.torture.killed_jobs import JOBS
from tests.torture.killing import a_mother
from tests.torture.torture import Torture

pytestmark = pytest.mark.slow

#: Twenty kills, each kind among them.
PLAN = (
    *("serve", "ingest", "promote", "register", "upgrade", "serve", "backup", "restore", "ingest", "serve"),
    *("train", "promote", "ingest", "serve", "upgrade", "train", "backup", "serve", "promote", "serve"),
)


def test_killed_at_twenty_moments_nothing_is_lost_doubled_or_left_half(
    made_home: Path, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    shutil.copytree(made_home, home, ignore=shutil.ignore_patterns("mlflow*"))
    own_registry(home)
    with a_mother(tmp_path) as mother:
        torture = Torture(home, tmp_path, mother, Random(20261125))
        for job in PLAN:
            torture.kill(job, JOBS[job])
    assert torture.ledger.orders and torture.ledger.events and torture.ledger.scores
    assert sum(torture.met.values()) >= len(PLAN) // 2, f"most kills came too late: {torture.met}"
