"""Callers under keyed pseudonyms: the same caller is recognised, and nobody can read or guess who it is."""

import hmac
import os
from hashlib import sha256
from pathlib import Path

from store.key_file import key_of

KEY_FILE = "pseudonym.key"
KEY_VARIABLE = "QINGLING_PSEUDONYM_KEY"
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
        return cls(given.encode() if given else key_of(home / KEY_FILE))

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
