"""A home under torture: what was acknowledged in it, and what has to hold after every kill."""

import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from random import Random

from hotline.whole_files import tidy
from tests.serve.conftest import a_key
from tests.serve.homes import settings_of
from tests.torture.killing import Mother
from tests.torture.traffic import Ledger


@dataclass
class Torture:
    """A home, what was acknowledged in it so far, and how often a kill met a job at work."""

    home: Path
    folder: Path
    mother: Mother
    choose: Random
    ledger: Ledger = field(default_factory=Ledger)
    met: dict[str, int] = field(default_factory=dict)
    #: At which step trainings were killed.
    steps: Counter[str] = field(default_factory=Counter)
    durations: dict[str, float] = field(default_factory=dict)
    number: int = 0

    @cached_property
    def key(self) -> dict[str, str]:
        """The key of the software that writes."""
        return a_key(settings_of(self.home))

    def kill(self, job: str, by: "Callable[[Torture], bool]") -> None:
        """One kill of this job, with everything that has to hold afterwards; `by` says whether it was at work."""
        self.number += 1
        self.met[job] = self.met.get(job, 0) + by(self)
        tidy(self.home)
        left = [p for p in self.home.rglob("*.new") if "artifacts" not in str(p)]
        assert not left, f"half files are left: {left}"
        self.check_ledger()

    def moment(self, job: str) -> float:
        """A random moment in the time that the job takes, or shortly after."""
        return self.choose.uniform(0, 1.1 * self.durations.get(job, 1.0))

    def took(self, job: str, seconds: float) -> None:
        """Remember how long a job takes when nobody kills it."""
        self.durations[job] = max(seconds, self.durations.get(job, 0.0))

    def check_ledger(self) -> None:
        """Nothing acknowledged is lost, nothing is doubled, nothing is there that nobody sent."""
        with closing(sqlite3.connect(self.home / "hotline.db")) as database:
            assert database.execute("PRAGMA quick_check").fetchone() == ("ok",)
            self.ledger.check(lambda question: database.execute(question).fetchall())
