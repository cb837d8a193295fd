"""What a training was made of, so that anybody can make it again: data, code, packages."""

import hashlib
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from features.log import Log

_ROOT = Path(__file__).resolve().parents[1]
_ROOMS = ("hotline", "store", "simulator", "features", "models", "desk", "pipelines", "serve")
LOCK = "requirements.lock"


def provenance(log: Log) -> dict[str, str]:
    """Fingerprints of the data as read, of this project's source and of the locked packages.

    `lock_fingerprint` is "none" where the project was installed without its lock file.
    """
    lock = lock_file()
    return {
        "data_fingerprint": log.fingerprint,
        "code_version": version("qingling"),
        "code_fingerprint": _digest(_sources()),
        "lock_fingerprint": _digest([lock]) if lock else "none",
    }


def lock_file() -> bytes | None:
    """The locked packages, where the lock file lies beside the source."""
    lock = _ROOT / LOCK
    return lock.read_bytes() if lock.exists() else None


def _sources() -> Iterator[bytes]:
    for room in _ROOMS:
        for path in sorted((_ROOT / room).rglob("*.py")):
            yield path.relative_to(_ROOT).as_posix().encode()
            yield path.read_bytes()


def _digest(parts: Iterator[bytes] | list[bytes]) -> str:
    whole = hashlib.sha256()
    for part in parts:
        whole.update(len(part).to_bytes(8, "big") + part)
    return whole.hexdigest()[:16]
