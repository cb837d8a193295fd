"""A backup put in the place of what is there, which is set aside and not destroyed: `qingling restore DIR`."""

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from desk.kept_histories import remove_kept
from desk.promotion.kept_verdicts import forget_verdicts
from desk.settings import Settings
from desk.unfinished import restoring
from hotline.errors import QinglingError
from hotline.whole_files import folder_beside, sync_folder
from models.registry import Registry
from pipelines.backup import ARTIFACTS, CHAMPION, SMALL, dialect_of
from store.backups import manifest, postgresql, sqlite
from store.backups.manifest import Manifest
from store.datasets import TRACKING
from store.schema import NEWEST_REVISION


@dataclass(frozen=True)
class Restored:
    """What was restored, where that which was there is kept, and the data sets whose tables are older."""

    manifest: Manifest
    aside: tuple[str, ...]
    older: tuple[str, ...]


def restore(settings: Settings, folder: Path) -> Restored:
    """Put a backup in place, all of it checked first; a running service takes it up by itself.

    QinglingError where the backup is damaged, of a newer version or of the other kind of database.
    """
    found = manifest.opened(folder)
    if found.dialect != dialect_of(settings.database_url):
        raise QinglingError(
            f"{folder} is a copy from {found.dialect}, and the settings name {dialect_of(settings.database_url)}; "
            "set or unset QINGLING_DATABASE_URL"
        )
    home, stamp = settings.home, f"{datetime.now(UTC):%y%m%d%H%M%S%f}"
    home.mkdir(parents=True, exist_ok=True)
    with folder_beside(home / "backup") as fresh:
        staged = fresh / "whole"
        _stage(settings, folder, staged, found)
        with restoring(home, folder), Registry(home).held():
            kept = _swap(settings, staged, home / "aside" / stamp, found, stamp)
    older = tuple(name for name, revision in found.revisions.items() if revision < NEWEST_REVISION)
    return Restored(found, kept, older)


def _stage(settings: Settings, folder: Path, staged: Path, found: Manifest) -> None:
    """Everything copied and tried, before anything is touched."""
    shutil.copytree(folder, staged)
    for database in staged.rglob("*.db"):
        if database.parent == staged or database.parent.name == "datasets":
            sqlite.refuse_damaged(database)
    if (staged / TRACKING).exists():
        sqlite.move_addresses(
            staged / TRACKING, f"file://{found.home}/", f"file://{settings.home.resolve()}/"
        )
    if settings.database_url:
        for name, revision in found.revisions.items():
            postgresql.stage(settings.database_url, name, staged / "datasets" / name, revision)


def _swap(settings: Settings, staged: Path, aside: Path, found: Manifest, stamp: str) -> tuple[str, ...]:
    """The champion last: its file is what makes a running service open everything anew."""
    home, kept = settings.home, []
    aside.mkdir(parents=True)
    for name in (*(small for small in SMALL if small != CHAMPION), ARTIFACTS):
        _replace(home / name, staged / name, aside / name)
    if (staged / TRACKING).exists():
        sqlite.replace_database(home / TRACKING, staged / TRACKING, aside / TRACKING)
    for name in found.revisions:
        if settings.database_url:
            schema = postgresql.swap(settings.database_url, name, stamp)
            kept += [f"schema {schema}"] if schema else []
        else:
            file = f"{name}.db"
            sqlite.replace_database(home / file, staged / "datasets" / file, aside / file)
        remove_kept(home, name)
    forget_verdicts(home)  # versions may have other models under their numbers now
    _replace(home / CHAMPION, staged / CHAMPION, aside / CHAMPION)
    if (home / CHAMPION).exists():
        (home / CHAMPION).touch()
    sync_folder(home)
    if any(aside.iterdir()):
        kept.append(str(aside))
    else:
        aside.rmdir()
    return tuple(kept)


def _replace(target: Path, fresh: Path, aside: Path) -> None:
    """A file is there at every moment; a folder is moved. What the backup does not have stays."""
    if not fresh.exists():
        return
    aside.parent.mkdir(parents=True, exist_ok=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.is_dir():
        target.replace(aside)
    elif target.exists():
        aside.hardlink_to(target)
    fresh.replace(target)
