"""Giving out accounts and keys, changing and taking them back; each change is noted in the audit log."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine

from desk.access import passwords
from desk.access.asked import NotIssued, hash_of, plain_name
from desk.access.known import KEY_PREFIX, key_hash
from hotline.calendar import to_micros
from hotline.policy import Action, Role
from hotline.scope import Scope
from store.access import accounts, api_keys, audit_log


@dataclass(frozen=True)
class Issuing:
    """Changes of accounts and keys by `by`, at a moment.

    noted : notes each change for the audit log; without it, it is written there as whoever sits at the console
    """

    engine: Engine
    by: str
    now: datetime
    noted: Callable[[str], None] | None = None

    def add_account(self, name: str, role: Role, scope: Scope, password: str | None = None) -> str:
        """A new account, and its password: the one given, or one made for them, which they change at first.

        NotIssued where the name is taken or the role is one for keys.
        """
        if not role.is_for_people:
            raise NotIssued(
                f"{role} is for systems; use `qingling key add`", "role", "这个身份只用于系统密钥"
            )
        chosen = password or passwords.generated()
        account = accounts.Account(
            plain_name(name), role, scope, hash_of(chosen), self._at, is_given=password is None
        )
        if not accounts.add_account(self.engine, account):
            raise NotIssued(
                f"there is an account {name} already; `qingling user password` changes it",
                "name",
                "已经有这个账号；没有记下密码的，请打开该账号另换一个",
            )
        self._note(f"account added: {name}")
        return chosen

    def set_password(self, name: str, password: str | None = None) -> str:
        """Another password, given or made; open sessions of the account end. NotIssued where there is no account."""
        chosen = password or passwords.generated()
        if not accounts.set_password(self.engine, name, hash_of(chosen), is_given=password is None):
            raise _no_account(name)
        self._note(f"password changed: {name}")
        return chosen

    def disable(self, name: str) -> None:
        """Let an account in no longer; open sessions end. NotIssued where it is one's own, or the last admin's."""
        self._check_not_own(name)
        try:
            is_there = accounts.disable(self.engine, name, self._at, but_one_of=Role.ADMIN)
        except accounts.LastOne:
            raise _last_admin() from None
        if not is_there:
            raise _no_account(name)
        self._note(f"account disabled: {name}")

    def enable(self, name: str) -> None:
        """Let an account in again. NotIssued where there is no account."""
        if not accounts.enable(self.engine, name):
            raise _no_account(name)
        self._note(f"account enabled: {name}")

    def assign(self, name: str, role: Role, scope: Scope) -> None:
        """Another role and scope; open sessions end. NotIssued where it is one's own, or the last admin's."""
        self._check_not_own(name)
        if not role.is_for_people:
            raise NotIssued(
                f"{role} is for systems; use `qingling key add`", "role", "这个身份只用于系统密钥"
            )
        try:
            is_there = accounts.assign(self.engine, name, role, scope, but_one_of=Role.ADMIN)
        except accounts.LastOne:
            raise _last_admin() from None
        if not is_there:
            raise _no_account(name)
        self._note(f"account assigned: {name}")

    def add_key(self, name: str, role: Role, scope: Scope, expires: datetime | None = None) -> str:
        """A new key, told here and never again. NotIssued where the name was used before."""
        key = KEY_PREFIX + secrets.token_urlsafe(32)
        until = to_micros(expires) if expires else None
        if until is not None and until <= self._at:
            raise NotIssued(
                "the key would have expired already; name a later day",
                "expires",
                "到期日已经过去，请写以后的日期",
            )
        made = api_keys.ApiKey(plain_name(name), key_hash(key), role, scope, self._at, until)
        if not api_keys.add_key(self.engine, made):
            raise NotIssued(
                f"there was a key {name} already; give the new one another name",
                "name",
                "这个名称用过了（含已停用的），请换一个名称",
            )
        self._note(f"key added: {name}")
        return key

    def revoke_key(self, name: str) -> None:
        """Let a key open nothing any longer. NotIssued where there is none in force."""
        if not api_keys.revoke_key(self.engine, name, self._at):
            raise NotIssued(
                f"there is no key {name} in force; see `qingling key list`", "name", "没有这把在用的密钥"
            )
        self._note(f"key revoked: {name}")

    def _check_not_own(self, name: str) -> None:
        if name == self.by:
            raise NotIssued(
                "nobody disables or changes themselves", "name", "不能停用或更改自己，请另一位管理员办理"
            )

    def _note(self, outcome: str) -> None:
        if self.noted is not None:
            self.noted(outcome)
            return
        entry = audit_log.AuditEntry(
            self._at, self.by, "console", Action.MANAGE_ACCOUNTS.value, None, outcome, secrets.token_hex(16)
        )
        audit_log.append(self.engine, [entry])

    @property
    def _at(self) -> int:
        return to_micros(self.now)


def _no_account(name: str) -> NotIssued:
    return NotIssued(f"there is no account {name}; see `qingling user list`", "name", "没有这个账号")


def _last_admin() -> NotIssued:
    message = "this is the last admin in force; make another one first"
    return NotIssued(message, "role", "这是最后一位在用的系统管理员，请先新建另一位")
