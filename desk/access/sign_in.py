"""Signing in with a password: few attempts, no hint whether the account exists."""

import hmac
import secrets
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

from sqlalchemy import Engine

from desk.access import passwords
from desk.access.asked import NotIssued, hash_of
from desk.access.known import session_hash
from hotline.calendar import DAY, MINUTE, SECOND
from hotline.errors import QinglingError
from store.access import accounts, failures

#: How long a session lasts at most, and how long it may lie idle: a shift, and a long lunch.
SESSION_LENGTH, LONGEST_IDLE = DAY // 2, 90 * MINUTE
#: Wrong passwords before the first wait: for an account, and for an address that many desks may share.
_FREE_FOR_ACCOUNT, _FREE_FOR_ADDRESS = 5, 20
_FIRST_WAIT, _LONGEST_WAIT = 30 * SECOND, 15 * MINUTE
#: A day without an attempt, and the count begins anew.
_FORGIVEN_AFTER = DAY


class WrongPassword(QinglingError):  # noqa: N818 - a refusal, not a failure
    """The name and the password do not go together; which of them is wrong is not said."""

    def __init__(self) -> None:
        super().__init__("name or password is wrong")


class TooManyAttempts(QinglingError):  # noqa: N818
    """There were too many wrong passwords; the next may come after `seconds`."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"too many wrong passwords; try again in {seconds} seconds")
        self.seconds = seconds


@dataclass
class SignIn:
    """Lets people in with their passwords; `secret` hides names and addresses in the counts of failures."""

    secret: bytes

    def open_session(self, engine: Engine, name: str, password: str, address: str, now: int) -> str:
        """The token of a new session. WrongPassword, or TooManyAttempts before the password is looked at."""
        self._check(engine, name, password, address, now)
        return _opened(engine, name, now)

    def change_password(
        self, engine: Engine, name: str, password: str, new: str, address: str, now: int
    ) -> str:
        """Another password of one's own: every session ends, and this is the token of a new one.

        WrongPassword or TooManyAttempts about the old one, NotIssued where the new one cannot be used.
        """
        self._check(engine, name, password, address, now)
        if new == password:
            raise NotIssued("the new password is the old one", "new", "新密码要和原来的不一样")
        accounts.set_password(engine, name, hash_of(new))
        return _opened(engine, name, now)

    def _check(self, engine: Engine, name: str, password: str, address: str, now: int) -> None:
        """WrongPassword, or TooManyAttempts before the password is looked at.

        Attempts are counted for names that do not exist too, so that a wait tells nothing.
        """
        account, place = self._hidden("account", name), self._hidden("address", address)
        waits = {account: _waiting(_FREE_FOR_ACCOUNT), place: _waiting(_FREE_FOR_ADDRESS)}
        free_at = failures.count_attempt(engine, waits, now, now - _FORGIVEN_AFTER)
        if free_at is not None:
            raise TooManyAttempts(-((now - free_at) // SECOND))
        found = accounts.account_named(engine, name)
        opens = found is not None and found.disabled_at is None
        nobodys = self._nobodys_hash  # made now whoever asks first, so that its making tells nothing
        expected = found.password_hash if found and opens else nobodys
        if not passwords.is_right(password, expected) or not found or not opens:
            raise WrongPassword
        failures.settle(engine, account, place)
        if passwords.is_outdated(expected):
            accounts.renew_hash(engine, name, passwords.hashed(password))

    def _hidden(self, kind: str, word: str) -> str:
        said = f"{kind}\x1f{word}".encode("utf-8", "replace")
        return hmac.new(self.secret, said, sha256).hexdigest()

    @cached_property
    def _nobodys_hash(self) -> str:
        return passwords.nobodys_hash()


def _opened(engine: Engine, name: str, now: int) -> str:
    token = secrets.token_urlsafe(32)
    accounts.open_session(engine, session_hash(token), name, now, now - SESSION_LENGTH)
    return token


def _waiting(free: int) -> failures.Wait:
    """Half a minute after the failures that are free, doubled with each further one up to a limit."""

    def free_at(count: int, last_at: int) -> int:
        if count < free:
            return last_at
        return last_at + min(_FIRST_WAIT << min(count - free, 10), _LONGEST_WAIT)

    return free_at
