"""Each job killed at a random moment, and what has to hold afterwards; the long and the short form share it."""

import json
import time
from collections.abc import Callable
from pathlib import Path

import httpx

from pipelines.backup import backup
from pipelines.upgrade import upgrade
from store.backups import manifest
from store.database import open_store
from store.datasets import engine_of, row_counts
from store.schema import NEWEST_REVISION, migrate, revision_of
from tests.serve.homes import settings_of
from tests.torture.extracts import an_extract
from tests.torture.killed_learning import promoting, registering, registering_first, training
from tests.torture.torture import Torture
from tests.torture.traffic import Traffic

_OLDER = "0004"


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
    "train": training,
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
