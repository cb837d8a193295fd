"""What a backup holds: its files with their checksums, its versions and counts; written last, so it is whole."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from hashlib import file_digest
from pathlib import Path
from typing import Any

from hotline.errors import QinglingError
from hotline.whole_files import write_whole
from store.schema import NEWEST_REVISION

FILE = "manifest.json"
#: The newest layout of backups that this version knows.
FORMAT = 1


@dataclass(frozen=True)
class Manifest:
    """`revisions` and `counts` are by data set, `files` maps a path to its checksum and size."""

    made_at: str
    program: str
    home: str
    dialect: str
    revisions: Mapping[str, str]
    counts: Mapping[str, Mapping[str, int]]
    champion: str | None
    settings: Mapping[str, Any]
    files: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    format: int = FORMAT


def seal(folder: Path, manifest: Manifest) -> None:
    """Write the manifest with the checksums of all that lies in the folder."""
    files = {name: _checksum(folder / name) for name in _names(folder)}
    write_whole(folder / FILE, json.dumps(asdict(manifest) | {"files": files}, ensure_ascii=False, indent=1))


def opened(folder: Path) -> Manifest:
    """The manifest of a backup, every file compared with it.

    QinglingError where there is none, where a newer version made it, where a file is damaged, missing or more.
    """
    manifest = read(folder)
    there = set(_names(folder))
    for name in sorted(there | manifest.files.keys()):
        if name not in there or tuple(manifest.files.get(name, ())) != _checksum(folder / name):
            raise QinglingError(f"{name} in {folder} is not what was backed up; take another backup")
    return manifest


def read(folder: Path) -> Manifest:
    """The manifest alone."""
    try:
        said = json.loads((folder / FILE).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise QinglingError(f"{folder} is no backup, or one that was cut short") from error
    revisions = said.get("revisions", {}).values() if isinstance(said, dict) else ()
    if (
        not isinstance(said, dict)
        or said.get("format", 0) > FORMAT
        or max(revisions, default="") > NEWEST_REVISION
    ):
        raise QinglingError(f"{folder} was made by a newer version than this one; install that version")
    try:
        return Manifest(**said)
    except TypeError as error:
        raise QinglingError(f"{folder} has a manifest that cannot be read; take another backup") from error


def _names(folder: Path) -> list[str]:
    found = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return sorted(name for name in found if name != FILE)


def _checksum(path: Path) -> tuple[str, int]:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest(), path.stat().st_size
