"""Giving out accounts and keys, and taking them back; each change is noted in the audit log."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine

from desk.access import passwords
from desk.access.known import KEY_PREFIX, key_hash
from hotline.calendar import to_micros
from hotline.errors import ArgumentError
from hotline.policy import Action, Role
from hotline.scope import Scope
from store.access import accounts, api_keys, audit_log

_LONGEST_NAME = 64


@dataclass(frozen=True)
class Issuing:
    """Changes of accounts and keys by `by`, whoever sits at the console, at a moment."""

    engine: Engine
    by: str
    now: datetime

    def add_account(self, name: str, role: Role, scope: Scope, password: str) -> None:
        """A new account. ArgumentError where the name is taken or the role is one for keys."""
        if not role.is_for_people:
            raise ArgumentError(f"{role} is for systems; use `qingling key add`")
        hashed = passwords.hashed(password)
        account = accounts.Account(_plain(name), role, scope, hashed, self._at)
        if not accounts.add_account(self.engine, account):
            raise ArgumentError(f"there is an account {name} already; `qingling user password` changes it")
        self._note("account added")

    def set_password(self, name: str, password: str) -> None:
        """Another password; open sessions of the account end. ArgumentError where there is no account."""
        if not accounts.set_password(self.engine, name, passwords.hashed(password)):
            raise ArgumentError(_NO_ACCOUNT.format(name=name))
        self._note("password changed")

    def disable(self, name: str) -> None:
        """Let an account in no longer; open sessions end. ArgumentError where there is no account."""
        if not accounts.disable(self.engine, name, self._at):
            raise ArgumentError(_NO_ACCOUNT.format(name=name))
        self._note("account disabled")

    def add_key(self, name: str, role: Role, scope: Scope, expires: datetime | None = None) -> str:
        """A new key, told here and never again. ArgumentError where the name was used before."""
        key = KEY_PREFIX + secrets.token_urlsafe(32)
        until = to_micros(expires) if expires else None
        if until is not None and until <= self._at:
            raise ArgumentError("the key would have expired already; name a later day")
        made = api_keys.ApiKey(_plain(name), key_hash(key), role, scope, self._at, until)
        if not api_keys.add_key(self.engine, made):
            raise ArgumentError(f"there was a key {name} already; give the new one another name")
        self._note("key added")
        return key

    def revoke_key(self, name: str) -> None:
        """Let a key open nothing any longer. ArgumentError where there is none in force."""
        if not api_keys.revoke_key(self.engine, name, self._at):
            raise ArgumentError(f"there is no key {name} in force; see `qingling key list`")
        self._note("key revoked")

    def _note(self, outcome: str) -> None:
        entry = audit_log.AuditEntry(
            self._at, self.by, "console", Action.MANAGE_ACCOUNTS.value, None, outcome, secrets.token_hex(16)
        )
        audit_log.append(self.engine, [entry])

    @property
    def _at(self) -> int:
        return to_micros(self.now)


_NO_ACCOUNT = "there is no account {name}; see `qingling user list`"


def _plain(name: str) -> str:
    if not 0 < len(name) <= _LONGEST_NAME or not name.isprintable() or name != name.strip() or ":" in name:
        raise ArgumentError(f"a name has up to {_LONGEST_NAME} characters, no blanks around it and no colon")
    return name
