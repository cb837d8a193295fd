"""Sorted histories kept in files under a home, so that the next start and the next worker need not sort.

A file is taken only if all of it fits: made by this very program for these features, whole to its last byte, and
vouched for by the database (see store/vouching.py). Anything else is passed over, and the store is read and sorted.
"""

import hashlib
import json
import logging
import shutil
import zlib
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Protocol

import pandas as pd
from sqlalchemy.exc import SQLAlchemyError

from features.history import History
from features.kept_file import read_laid, write_laid
from features.kept_history import Laid
from hotline.whole_files import alone, folder_beside, write_whole
from models.satisfaction_model import SatisfactionModel
from store.schema import NEWEST_REVISION

_LOG = logging.getLogger("desk")
#: The folder under a home.
FOLDER = "history"
_ARRAYS, _MANIFEST = "history.arrow", "manifest.json"
#: The rooms whose code decides what a sorted history holds.
_ROOMS = ("hotline", "store", "features")
#: The only library that tells a history something: which days are working days.
_CALENDAR = "chinesecalendar"
_PIECE = 1 << 22


class VouchingStore(Protocol):
    """What is asked of a store."""

    dataset: str

    def communities(self) -> pd.DataFrame:
        """What is known of communities."""

    def announce_history(self) -> str:
        """A token for a history that is about to be sorted."""

    def vouch_for(self, token: str, number: int) -> bool:
        """Whether it is still to be kept, as what was written up to a number."""

    def is_vouched(self, token: str, number: int) -> bool:
        """Whether the database holds what it was sorted from."""


@dataclass(frozen=True)
class Manifest:
    """What a kept history is: what made it, the database's token for it, and what was written until then."""

    made_of: str
    token: str
    watermark: int
    size: int
    checksum: int


@dataclass(frozen=True)
class KeptHistory:
    """A history that lies in a file, its token, and the watermark from which on things are missing."""

    history: History
    token: str
    watermark: int


class KeptHistories:
    """The kept histories of one data set, for one model."""

    def __init__(self, home: Path, store: VouchingStore, model: SatisfactionModel) -> None:
        self._folder = home / FOLDER
        self._store = store
        self._model = model
        self._made_of = made_of(model)

    def alone(self) -> AbstractContextManager[None]:
        """One process at a time: whoever waited finds what the one before has kept."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return alone(self._folder / f"{self._store.dataset}.lock")

    def newest(self) -> KeptHistory | None:
        """The newest history that fits; None where there is none. To be asked by one process at a time."""
        for folder in self._newest_first():
            try:
                if (found := self._opened(folder)) is not None:
                    return found
                _LOG.warning("a kept history does not fit, and is passed over")
            except SQLAlchemyError:
                raise
            except Exception as error:  # whatever is wrong with it: it is not needed
                _LOG.warning("a kept history cannot be read, and is passed over: %s", type(error).__name__)
        return None

    def announce(self) -> str | None:
        """A token for what is about to be read and sorted; None where the database gives none just now."""
        try:
            return self._store.announce_history()
        except SQLAlchemyError as error:
            _LOG.warning("history will not be kept: %s", type(error).__name__)
            return None

    def keep(self, history: History, token: str, watermark: int) -> KeptHistory | None:
        """Write a history down, in place of earlier ones, and open it from there; None where that cannot be.

        What is forgotten meanwhile takes the token along. Either that is seen here, or the file was there before,
        and whoever forgets removes it.
        """
        place = self._folder / f"{self._store.dataset}-{token}"
        try:
            manifest = self._write(history, token, watermark, place)
            if self._store.vouch_for(token, watermark):
                self._sweep(place)
                return self._read(place, manifest)
            _LOG.warning("history is not kept: something was forgotten meanwhile")
        except Exception as error:  # a full disk, a busy database: what was sorted serves without
            _LOG.warning("history is not kept: %s", type(error).__name__)
        shutil.rmtree(place, ignore_errors=True)
        return None

    def is_current(self, kept: KeptHistory) -> bool:
        """Whether a history may still be used: nothing in it was forgotten since."""
        return self._store.is_vouched(kept.token, kept.watermark)

    def _write(self, history: History, token: str, watermark: int, place: Path) -> Manifest:
        self._folder.mkdir(exist_ok=True, mode=0o700)
        with folder_beside(place) as fresh:
            write_laid(Laid.of(history), fresh / _ARRAYS)
            manifest = Manifest(self._made_of, token, watermark, *_size_and_checksum(fresh / _ARRAYS))
            write_whole(fresh / _MANIFEST, json.dumps(asdict(manifest)))
            fresh.replace(place)
        return manifest

    def _opened(self, folder: Path) -> KeptHistory | None:
        """None where it is of something else; some error where it is damaged."""
        manifest = Manifest(**json.loads((folder / _MANIFEST).read_text()))
        if not self._store.is_vouched(manifest.token, manifest.watermark):
            shutil.rmtree(
                folder, ignore_errors=True
            )  # it never will be again, and may hold what was forgotten
            return None
        if manifest.made_of != self._made_of:
            return None
        if _size_and_checksum(folder / _ARRAYS) != (manifest.size, manifest.checksum):
            raise ValueError("its bytes are not those that were written")
        return self._read(folder, manifest)

    def _read(self, folder: Path, manifest: Manifest) -> KeptHistory:
        laid, model = read_laid(folder / _ARRAYS), self._model
        history = laid.history(model.attributes, model.label_caller, self._store.communities())
        return KeptHistory(history, manifest.token, manifest.watermark)

    def _newest_first(self) -> list[Path]:
        found = [(path.stat().st_mtime_ns, path) for path in _folders(self._folder, self._store.dataset)]
        return [path for _, path in sorted(found, reverse=True)]

    def _sweep(self, kept: Path) -> None:
        """Remove what was kept earlier; whoever reads it keeps it to the end."""
        for folder in self._newest_first():
            if folder != kept:
                shutil.rmtree(folder, ignore_errors=True)


def remove_kept(home: Path, dataset: str) -> None:
    """Remove the kept histories of a data set, and what somebody is just writing of it."""
    folder = home / FOLDER
    for place in (*_folders(folder, dataset), *folder.glob(f".{dataset}-*")):
        shutil.rmtree(place, ignore_errors=True)


def _folders(folder: Path, dataset: str) -> list[Path]:
    """A data set's name has no hyphen, so none is taken for another's."""
    return list(folder.glob(f"{dataset}-*"))


def made_of(model: SatisfactionModel) -> str:
    """Changes with the code, the tables and the calendar that made a history, and with what a model asks of it."""
    asked = (model.features.fingerprint, model.attributes, model.label_caller, NEWEST_REVISION)
    return hashlib.sha256(f"{_code()} {version(_CALENDAR)} {asked}".encode()).hexdigest()


@cache
def _code() -> str:
    """A digest of the rooms' code."""
    found = hashlib.sha256()
    for room in _ROOMS:
        for path in sorted((Path(__file__).parents[1] / room).rglob("*.py")):
            found.update(path.read_bytes())
    return found.hexdigest()


def _size_and_checksum(path: Path) -> tuple[int, int]:
    checksum = 0
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            checksum = zlib.crc32(piece, checksum)
        return file.tell(), checksum
