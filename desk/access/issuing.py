"""Giving out accounts and keys, changing and taking them back; each change is noted in the audit log."""

import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time

from sqlalchemy import Engine

from desk.access import passwords
from desk.access.known import KEY_PREFIX, key_hash
from hotline.calendar import SHANGHAI, to_micros
from hotline.errors import ArgumentError
from hotline.policy import Action, Role
from hotline.scope import NARROWED_AT_WILL, NEEDED_PART, PARTS_ZH, Scope, scope_of
from store.access import accounts, api_keys, audit_log

_LONGEST_NAME = 64
Named = Mapping[str, Iterable[str]]


class NotIssued(ArgumentError):  # noqa: N818 - a refusal, not a failure
    """Why an account or a key is not given, changed or taken back; `zh` says it to whoever fills in a form's `field`."""

    def __init__(self, message: str, field: str, zh: str) -> None:
        super().__init__(message)
        self.field, self.zh = field, zh


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
            _plain(name), role, scope, hash_of(chosen), self._at, is_given=password is None
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
        made = api_keys.ApiKey(_plain(name), key_hash(key), role, scope, self._at, until)
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


def role_of(word: str) -> Role:
    """The role of this name. NotIssued where there is none."""
    try:
        return Role(word)
    except ValueError:
        raise NotIssued(f"{word!r} is no role; roles are {', '.join(Role)}", "role", "请选择身份") from None


def scope_for(role: Role, named: Named) -> Scope:
    """The scope of someone with this role. NotIssued where the names do not fit it."""
    try:
        return scope_of(role, **named)
    except ArgumentError as error:
        needed = NEEDED_PART.get(role)
        zh = f"{role.zh}的范围须写明{PARTS_ZH[needed]}" if needed else f"{role.zh}看全区，范围请留空"
        given = next((part for part in PARTS_ZH if tuple(named.get(part, ()))), "role")
        raise NotIssued(str(error), needed or given, zh) from None


def may_be_narrowed(role: Role) -> bool:
    """Whether the scope of this role may name anything at all."""
    return role in NEEDED_PART or role in NARROWED_AT_WILL


def end_of_day(day: str | None) -> datetime | None:
    """The end of a day of Shanghai; None where none is named. NotIssued where it is no day."""
    if not day:
        return None
    try:
        return datetime.combine(datetime.fromisoformat(day).date(), time.max, SHANGHAI)
    except ValueError:
        message = f"{day!r} is no day; write it like 2027-03-31"
        raise NotIssued(message, "expires", "日期请写成2027-03-31这样") from None


def _no_account(name: str) -> NotIssued:
    return NotIssued(f"there is no account {name}; see `qingling user list`", "name", "没有这个账号")


def _last_admin() -> NotIssued:
    message = "this is the last admin in force; make another one first"
    return NotIssued(message, "role", "这是最后一位在用的系统管理员，请先新建另一位")


def hash_of(password: str) -> str:
    """The hash to keep of a password. NotIssued where it is too short or too long."""
    try:
        return passwords.hashed(password)
    except ArgumentError as error:
        zh = f"密码要{passwords.SHORTEST}到{passwords.LONGEST}个字，用几个词连起来就行"
        raise NotIssued(str(error), "password", zh) from None


def _plain(name: str) -> str:
    if not 0 < len(name) <= _LONGEST_NAME or not name.isprintable() or name != name.strip() or ":" in name:
        raise NotIssued(
            f"a name has up to {_LONGEST_NAME} characters, no blanks around it and no colon",
            "name",
            f"名称要1到{_LONGEST_NAME}个字，不含冒号",
        )
    return name
