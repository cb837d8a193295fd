"""Tables brought to this version's revision, or back, a backup made first: `qingling upgrade`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from desk.settings import Settings
from hotline.errors import QinglingError
from pipelines.backup import backup
from store.backups import manifest
from store.connection import SCHEMA_PREFIX, writing_of
from store.datasets import datasets, engine_of, revision
from store.schema import NEWEST_REVISION, hold, migrate

_FOLDER = "backups"


@dataclass(frozen=True)
class Step:
    """One data set and the revisions that it goes from and to."""

    dataset: str
    before: str
    after: str


def upgrade(settings: Settings, tell: Callable[[str], None], only_tell: bool = False) -> list[Step]:
    """Bring every data set to this version's revision; nothing is done where all are."""
    return _take(settings, _forward(settings), "before-upgrade", tell, only_tell)


def go_back(settings: Settings, tell: Callable[[str], None], only_tell: bool = False) -> list[Step]:
    """Bring the tables to what they were before the last upgrade; what was accepted since stays.

    QinglingError where no upgrade left its backup.
    """
    made = sorted((settings.home / _FOLDER).glob("before-upgrade-*"))
    if not made:
        raise QinglingError(
            f"no upgrade was made here that one could go back from; see {settings.home / _FOLDER}"
        )
    before = manifest.read(made[-1]).revisions
    steps = [Step(s, now, before[s]) for s, now in _revisions(settings).items() if now > before.get(s, now)]
    return _take(settings, steps, "before-going-back", tell, only_tell)


def _forward(settings: Settings) -> list[Step]:
    found = _revisions(settings)
    newer = [name for name, now in found.items() if now > NEWEST_REVISION]
    if newer:
        raise QinglingError(f"data set {newer[0]!r} was written by a newer version; install that version")
    return [Step(name, now, NEWEST_REVISION) for name, now in found.items() if now < NEWEST_REVISION]


def _revisions(settings: Settings) -> dict[str, str]:
    """The data sets that have tables, with their revisions."""
    home, url = settings.home, settings.database_url
    found = {name: revision(home, name, url) for name in datasets(home, url)}
    return {name: now for name, now in found.items() if now is not None}


def _take(
    settings: Settings, steps: list[Step], why: str, tell: Callable[[str], None], only_tell: bool
) -> list[Step]:
    for step in steps:
        tell(f"data set {step.dataset}: tables of revision {step.before} become {step.after}")
    if not steps:
        tell("all tables are as they should be; nothing to do")
        return []
    folder = settings.home / _FOLDER / f"{why}-{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
    tell(f"before that everything is copied to {folder} (`qingling restore` brings it back)")
    if only_tell:
        return steps
    backup(settings.model_copy(update={"dataset": None}), folder)
    for step in steps:
        _migrate(settings, step)
    return steps


def _migrate(settings: Settings, step: Step) -> None:
    url = settings.database_url
    engine = engine_of(Path(settings.home), step.dataset, url)
    try:
        with writing_of(engine, bulk=True) as connection:
            hold(connection, SCHEMA_PREFIX + step.dataset if url else None)
            migrate(connection, step.after)
    finally:
        engine.dispose()
