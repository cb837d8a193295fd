"""A random key in a file of its owner's, made once at its first use."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from hotline.errors import ArgumentError
from hotline.whole_files import beside, sync_folder

_KEY_BYTES = 32


def key_of(path: Path) -> bytes:
    """The key in a file; a fresh one where there is no file. ArgumentError where it holds none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        _make_key(path)
    key = path.read_bytes().strip()
    if len(key) < _KEY_BYTES:
        raise ArgumentError(f"{path} holds no key; put the right one back, or remove it to make a new one")
    return key


def _make_key(path: Path) -> None:
    """Write a fresh key beside its place and link it in, so that two beginners end up with one key."""
    with beside(path) as (file, fresh):
        file.write(f"{secrets.token_hex(_KEY_BYTES)}\n".encode())
        file.flush()
        os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(fresh, path)
    sync_folder(path.parent)
