"""A lock that one process holds at a time, can hand to a child, and loses when it dies."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_LOOK_SECONDS = 0.05


@contextmanager
def hold(lock: Path, seconds: float = 1.0) -> Iterator[int | None]:
    """Hold the lock; its file, which a child may inherit, or None where another holds it for so long.

    A child that inherited the file goes on holding it after the end of this. OSError where its folder is gone.
    """
    file = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
    until = time.monotonic() + seconds
    try:
        while not _taken(file, fcntl.LOCK_EX):
            if time.monotonic() > until:
                yield None
                return
            time.sleep(_LOOK_SECONDS)
        yield file
    finally:
        os.close(file)


def is_held(lock: Path) -> bool:
    """Whether a living process holds it."""
    try:
        file = os.open(lock, os.O_RDONLY)
    except OSError:
        return False
    try:
        return not _taken(file, fcntl.LOCK_SH)
    finally:
        os.close(file)


def _taken(file: int, kind: int) -> bool:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
