"""Passwords are kept as argon2 hashes; they are looked at when someone signs in, and never else."""

import secrets
import unicodedata
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from hotline.errors import ArgumentError

SHORTEST, LONGEST = 12, 200
#: Each look takes 64 MiB for a moment; so many at once.
_AT_ONCE = BoundedSemaphore(2)
#: 120 bits: nobody guesses it, and it can be read out.
_GENERATED_BYTES = 15

_hasher = PasswordHasher()


def generated() -> str:
    """A password that nobody has used."""
    return secrets.token_urlsafe(_GENERATED_BYTES)


def hashed(password: str) -> str:
    """The hash to keep. ArgumentError where the password is too short or too long."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise ArgumentError(f"a password has {SHORTEST} to {LONGEST} characters; take a few words")
    with _AT_ONCE:
        return _hasher.hash(_same_everywhere(password))


def nobodys_hash() -> str:
    """A hash that no password fits, looked at where there is no account, so that both take as long."""
    return hashed(secrets.token_urlsafe(32))


def is_right(password: str, password_hash: str) -> bool:
    """Whether the password is the one that was hashed."""
    if len(password) > LONGEST:
        return False
    with _AT_ONCE:
        try:
            return _hasher.verify(password_hash, _same_everywhere(password))
        except (Argon2Error, InvalidHashError):
            return False


def is_outdated(password_hash: str) -> bool:
    """Whether it was made with weaker parameters than today's."""
    return _hasher.check_needs_rehash(password_hash)


def _same_everywhere(password: str) -> str:
    """The same characters whatever keyboard composed them; half a character is replaced."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "replace").decode()
