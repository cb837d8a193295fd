"""Files that are written whole or not at all, and what is swept up after a writer that was killed."""

import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedWriter
from pathlib import Path

#: A file on its way into its place is called `.<name>.<digits>.new`.
_ENDING = ".new"


def write_whole(target: Path, content: bytes | str) -> None:
    """Write a file so that whoever reads it finds the old content or the new one, never a part.

    It is on the disk when this returns. OSError, and the old content, where it cannot be written.
    """
    with beside(target) as (file, fresh):
        file.write(content.encode() if isinstance(content, str) else content)
        file.flush()
        os.fsync(file.fileno())
        fresh.replace(target)
    sync_folder(target.parent)


@contextmanager
def beside(target: Path) -> Iterator[tuple[BufferedWriter, Path]]:
    """A new file in the folder of its later place; gone at the end unless it was moved there."""
    target.parent.mkdir(parents=True, exist_ok=True)
    file, fresh = _locked(target)
    try:
        with file:
            yield file, fresh
    finally:
        _remove(fresh)


@contextmanager
def folder_beside(target: Path) -> Iterator[Path]:
    """A new folder beside a later place, for what is made ready there; gone at the end with what is left in it."""
    fresh = target.with_name(f".{target.name}.{secrets.token_hex(4)}{_ENDING}")
    fresh.mkdir(parents=True, mode=0o700)
    descriptor = os.open(fresh, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield fresh
    finally:
        os.close(descriptor)
        shutil.rmtree(fresh, ignore_errors=True)


def _locked(target: Path, mode: int = 0o600) -> tuple[BufferedWriter, Path]:
    """The lock tells `tidy` that the writer lives; the system lets go of it when the writer dies."""
    while True:
        fresh = target.with_name(f".{target.name}.{secrets.token_hex(4)}{_ENDING}")
        file = os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb")
        fcntl.flock(file, fcntl.LOCK_EX)
        if os.fstat(file.fileno()).st_nlink:  # not swept up in the moment before it was locked
            return file, fresh
        file.close()


def sync_folder(folder: Path) -> None:
    """Have the names in a folder on the disk, too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove(fresh: Path) -> None:
    """The file or folder, and what a database keeps beside its file."""
    if fresh.is_dir():
        shutil.rmtree(fresh)
        return
    for kept in fresh.parent.glob(f"{fresh.name}-*"):
        kept.unlink(missing_ok=True)
    fresh.unlink(missing_ok=True)


def tidy(home: Path) -> None:
    """Sweep up what writers left that were killed, in a home and in the folders directly under it."""
    for fresh in (*home.glob(f".*{_ENDING}"), *home.glob(f"*/.*{_ENDING}")):
        try:
            descriptor = os.open(fresh, os.O_RDONLY)
        except OSError:  # gone already, or not ours
            continue
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _remove(fresh)
        except OSError:  # its writer lives, or it is not ours to remove
            continue
        finally:
            os.close(descriptor)


@contextmanager
def alone(lock: Path) -> Iterator[None]:
    """One at a time among all processes; whoever is killed lets go."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def alone_or_not(lock: Path) -> Iterator[bool]:
    """The same without waiting: whether nobody else is at it."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
