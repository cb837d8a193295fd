"""Callers under keyed pseudonyms: the same caller is recognised, and nobody can read or guess who it is."""

import hmac
import os
import secrets
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from hotline.whole_files import beside, sync_folder
from store.extracts.description import DescriptionError

KEY_FILE = "pseudonym.key"
KEY_VARIABLE = "QINGLING_PSEUDONYM_KEY"
_KEY_BYTES = 32
#: 80 bits: no two callers of a city share one.
_PSEUDONYM_DIGITS = 20


class Pseudonyms:
    """Gives callers their pseudonyms with one key, which stays with the installation."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    @classmethod
    def open(cls, home: Path) -> "Pseudonyms":
        """With the key of the environment, else of `<home>/pseudonym.key`, made at its first use."""
        given = os.environ.get(KEY_VARIABLE)
        return cls(given.encode() if given else _key_of(home / KEY_FILE))

    def of(self, caller: str) -> str:
        """The pseudonym of a caller, whatever blanks stand around and inside the number.

        >>> Pseudonyms(b"key").of("138 1234 5678") == Pseudonyms(b"key").of("13812345678")
        True
        """
        plain = "".join(caller.split())
        return hmac.new(self._key, plain.encode(), sha256).hexdigest()[:_PSEUDONYM_DIGITS]

    def seal(self, content: bytes) -> str:
        """A fingerprint of content that nobody without the key can try guesses on."""
        return hmac.new(self._key, content, sha256).hexdigest()


def _key_of(path: Path) -> bytes:
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        _make_key(path)
    key = path.read_bytes().strip()
    if len(key) < _KEY_BYTES:
        raise DescriptionError(f"{path} holds no key; put the right one back, or remove it to make a new one")
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
