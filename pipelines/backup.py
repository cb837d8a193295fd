"""Everything that an installation could not make again, copied while it serves: `qingling backup DIR`."""

import shutil
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from desk.settings import Settings
from hotline.errors import QinglingError
from hotline.whole_files import sync_folder
from models.champion_file import FILE as CHAMPION
from models.champion_file import ChampionFile
from models.changes import FILE as CHANGES
from models.registry import Registry
from store.backups import manifest, postgresql, sqlite
from store.backups.manifest import Manifest
from store.datasets import TRACKING, datasets, engine_of, revision, row_counts
from store.extracts.pseudonyms import KEY_FILE

ARTIFACTS = "mlflow-artifacts"
#: Files under home that go along as they are.
SMALL = (CHAMPION, CHANGES, KEY_FILE, "current", "audits", "ingesting")


def backup(settings: Settings, folder: Path) -> Manifest:
    """Copy all data sets, models and the pseudonym key into a new folder; what the copy holds.

    QinglingError where the folder is there already. Cut short, it leaves a `.partial` that is no backup.
    """
    if folder.exists():
        raise QinglingError(f"{folder} is there already; a backup wants a folder of its own")
    if not settings.home.is_dir():
        raise QinglingError(f"there is nothing in {settings.home} to back up; see QINGLING_HOME")
    partial = folder.with_name(folder.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True, mode=0o700)
    _copy_models(settings.home, partial)
    url, found = settings.database_url, {}
    for name in _named(settings):
        found[name] = _copy_dataset(settings, name, partial)
    made = Manifest(
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        program=version("qingling"),
        home=str(settings.home.resolve()),
        dialect=dialect_of(url),
        revisions={name: revision(settings.home, name, url) or "" for name in found},
        counts=found,
        champion=_champion(partial),
        settings=settings.model_dump(include={"dataset", "capacity", "idempotency_hours"}),
    )
    manifest.seal(partial, made)
    partial.replace(folder)
    sync_folder(folder.parent)
    return manifest.read(folder)


def dialect_of(url: str | None) -> str:
    """Which of the two databases an address means."""
    return "postgresql" if url else "sqlite"


def _named(settings: Settings) -> list[str]:
    found = datasets(settings.home, settings.database_url)
    return [name for name in found if settings.dataset in (None, name)]


def _copy_models(home: Path, into: Path) -> None:
    """While nobody registers or promotes, so that file, alias and artefacts agree."""
    with Registry(home).held():
        for name in SMALL:
            _copy(home / name, into / name)
        if (home / TRACKING).exists():
            sqlite.copy_database(home / TRACKING, into / TRACKING)
        _copy(home / ARTIFACTS, into / ARTIFACTS)


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target)
    elif source.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target)


def _copy_dataset(settings: Settings, name: str, into: Path) -> dict[str, int]:
    if settings.database_url:
        return postgresql.dump(settings.database_url, name, into / "datasets" / name)
    copied = into / "datasets" / f"{name}.db"
    sqlite.copy_database(settings.home / f"{name}.db", copied)
    engine = engine_of(copied.parent, name, None)
    try:
        counts = row_counts(engine)
    finally:
        engine.dispose()
    sqlite.make_single(copied)
    return counts


def _champion(folder: Path) -> str | None:
    serving = ChampionFile(folder).serving()
    return serving["version"] if serving else None
