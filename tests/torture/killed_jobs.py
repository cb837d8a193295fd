"""Each job killed at a random moment, and what has to hold afterwards; the long and the short form share it."""

import json
import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from random import Random

import httpx

from hotline.whole_files import tidy
from models.registry import Registry
from pipelines.backup import backup
from pipelines.upgrade import upgrade
from store.backups import manifest
from store.database import open_store
from store.datasets import engine_of, row_counts
from store.schema import NEWEST_REVISION, migrate, revision_of
from tests.serve.conftest import a_key
from tests.serve.homes import settings_of
from tests.torture.extracts import an_extract
from tests.torture.killing import Mother
from tests.torture.traffic import Ledger, Traffic

_OLDER = "0004"


@dataclass
class Torture:
    """A home, what was acknowledged in it so far, and how often a kill met a job at work."""

    home: Path
    folder: Path
    mother: Mother
    choose: Random
    ledger: Ledger = field(default_factory=Ledger)
    met: dict[str, int] = field(default_factory=dict)
    durations: dict[str, float] = field(default_factory=dict)
    number: int = 0

    @cached_property
    def key(self) -> dict[str, str]:
        """The key of the software that writes."""
        return a_key(settings_of(self.home))

    def kill(self, job: str) -> None:
        """One kill of this job, with everything that has to hold afterwards."""
        self.number += 1
        is_met = JOBS[job](self)
        self.met[job] = self.met.get(job, 0) + is_met
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
        assert not self.ledger.strange, self.ledger.strange[:3]
        with closing(sqlite3.connect(self.home / "hotline.db")) as database:
            assert database.execute("PRAGMA quick_check").fetchone() == ("ok",)
            ask = lambda question: database.execute(question).fetchall()  # noqa: E731
            orders = {row[0] for row in ask("SELECT order_id FROM orders WHERE order_id LIKE 'K-%'")}
            revisions = ask("SELECT order_id FROM order_revisions WHERE order_id LIKE 'K-%'")
            events = ask("SELECT order_id, event_id FROM events WHERE order_id LIKE 'K-%'")
            scores = [row[0] for row in ask("SELECT order_id FROM predictions WHERE order_id LIKE 'S-%'")]
        assert self.ledger.orders <= orders <= self.ledger.sent_orders
        assert sorted(row[0] for row in revisions) == sorted(orders), "a revision is missing or doubled"
        assert self.ledger.events <= set(events) <= self.ledger.sent_events
        assert len(set(scores)) == len(scores)
        assert self.ledger.scores <= set(scores) <= self.ledger.sent_scores


def serving(torture: Torture) -> bool:
    """Live writes and scores: what was answered is kept; what was not can be sent again."""
    pid = torture.mother.begin("serve", torture.home)
    address = torture.mother.line("Qingling serves").split(" at ")[1].split()[0]
    _wait_until_ready(address)
    traffic = Traffic(address, torture.ledger, f"{torture.number}", torture.key)
    traffic.again()
    before = len(torture.ledger.orders)
    threads = traffic.start()
    time.sleep(torture.choose.uniform(0.05, 1.0))
    torture.mother.kill(pid)
    torture.mother.heard("ended")
    for thread in threads:
        thread.join(30)
    return len(torture.ledger.orders) > before


def ingesting(torture: Torture) -> bool:
    """An extract: whole orders or none; again, and it is as if nothing had happened."""
    description, rows = an_extract(torture.folder / f"x{torture.number}", torture.number, 240)
    asked = {"description": str(description), "piece": 40}
    is_met = torture.mother.killed("ingest", torture.home, torture.moment("ingest"), **asked)
    torn = list((torture.home / "ingesting").glob("*.json"))
    assert is_met or not torn, "an ingest that ended counts as cut short"
    for order_id, events in _events_of(torture.home, f"X{torture.number}-").items():
        assert events == rows[order_id], "part of an order was loaded"
    torture.took("ingest", torture.mother.through("ingest", torture.home, **asked))
    assert _events_of(torture.home, f"X{torture.number}-") == rows
    assert not list((torture.home / "ingesting").glob("*.json"))
    return is_met


def registering(torture: Torture) -> bool:
    """The end of a training: the registry stays usable, and no run is left as if it still ran."""
    is_met = torture.mother.killed("register", torture.home, torture.moment("register"))
    torture.took("register", torture.mother.through("register", torture.home))
    seen = torture.mother.told("look", torture.home)
    assert seen["is_sound"] and seen["alias"] == seen["serves"]
    with closing(sqlite3.connect(torture.home / "mlflow.db")) as database:
        assert database.execute("PRAGMA quick_check").fetchone() == ("ok",)
        running = database.execute("SELECT count(*) FROM runs WHERE status = 'RUNNING'").fetchone()
    assert running == (0,)
    return is_met


def registering_first(torture: Torture) -> bool:
    """The very first training of a home: mlflow's tables are whole or not there."""
    home = torture.folder / f"fresh-{torture.number}"
    (home / "models").mkdir(parents=True)
    shutil.copy(torture.home / "models" / "champion.json", home / "models")
    is_met = torture.mother.killed("register", home, torture.moment("first"))
    torture.took("first", torture.mother.through("register", home))
    tidy(home)
    assert not list(home.rglob("*.new*"))
    return is_met


def promoting(torture: Torture) -> bool:
    """A promotion: the file is whole, and after the next start mlflow names the version that it has."""
    registry = Registry(torture.home)
    serving_now = registry.champion().version
    others = sorted(_versions(torture.home) - {serving_now}) or [serving_now]
    version = torture.choose.choice(others)
    is_met = torture.mother.killed("promote", torture.home, torture.moment("promote"), version=version)
    assert registry.champion().version in (serving_now, version)
    seen = torture.mother.told("look", torture.home)
    assert seen["alias"] == seen["serves"] == registry.champion().version
    torture.took("promote", torture.mother.through("promote", torture.home, version=version))
    seen = torture.mother.told("look", torture.home)
    assert seen["alias"] == seen["serves"] == version
    return is_met


def upgrading(torture: Torture) -> bool:
    """A migration: the tables are of the old revision or of the new one, and all rows are there."""
    settings = settings_of(torture.home)
    engine = engine_of(torture.home, "hotline", None)
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        migrate(connection, _OLDER)
    before = row_counts(engine)
    is_met = torture.mother.killed("upgrade", torture.home, torture.moment("upgrade"))
    with engine.connect() as connection:
        assert revision_of(connection) in (_OLDER, NEWEST_REVISION)
    began = time.monotonic()
    upgrade(settings, lambda _: None)
    torture.took("upgrade", time.monotonic() - began)
    after = row_counts(engine)
    engine.dispose()
    assert {name: after[name] for name in before} == before
    return is_met


def backing_up(torture: Torture) -> bool:
    """A backup: a whole one or none, and the next one succeeds."""
    folder = torture.folder / f"backup-{torture.number}"
    is_met = torture.mother.killed("backup", torture.home, torture.moment("backup"), folder=str(folder))
    if folder.exists():
        manifest.opened(folder)
    else:
        torture.took("backup", torture.mother.through("backup", torture.home, folder=str(folder)))
        manifest.opened(folder)
    return is_met


def restoring(torture: Torture) -> bool:
    """A restore: run again, every table is what the backup held."""
    folder = torture.folder / f"restored-{torture.number}"
    made = backup(settings_of(torture.home), folder)
    is_met = torture.mother.killed("restore", torture.home, torture.moment("restore"), folder=str(folder))
    if (torture.home / "restoring.json").exists():
        assert json.loads((torture.home / "restoring.json").read_text("utf-8"))["backup"] == str(folder)
    torture.took("restore", torture.mother.through("restore", torture.home, folder=str(folder)))
    for name, counts in made.counts.items():
        engine = engine_of(torture.home, name, None)
        assert row_counts(engine) == counts
        engine.dispose()
    assert not (torture.home / "restoring.json").exists()
    return is_met


JOBS: dict[str, Callable[[Torture], bool]] = {
    "serve": serving,
    "ingest": ingesting,
    "register": registering,
    "first": registering_first,
    "promote": promoting,
    "upgrade": upgrading,
    "backup": backing_up,
    "restore": restoring,
}


def _wait_until_ready(address: str) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            answer = httpx.get(f"{address}/readyz", timeout=20)
        except httpx.TransportError:
            answer = None
        if answer is not None and answer.status_code == 200:
            return
        time.sleep(0.02)
    raise AssertionError("the service is not ready after a minute")


def _events_of(home: Path, prefix: str) -> dict[str, list[str]]:
    store = open_store(home, "hotline")
    try:
        ids = [order_id for order_id in store.order_ids() if order_id.startswith(prefix)]
        events = store.frames(ids)["events"] if ids else None
    finally:
        store.close()
    found: dict[str, list[str]] = {order_id: [] for order_id in ids}
    for order_id, actor in (
        zip(events["order_id"], events["actor"], strict=True) if events is not None else ()
    ):
        found[order_id].append(actor)
    return {order_id: sorted(actors) for order_id, actors in found.items()}


def _versions(home: Path) -> set[str]:
    with closing(sqlite3.connect(home / "mlflow.db")) as database:
        return {str(row[0]) for row in database.execute("SELECT version FROM model_versions")}
