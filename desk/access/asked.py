"""What is asked for an account or a key, in words: its name, role, scope, password and last day."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from desk.access import passwords
from hotline.calendar import end_of_day
from hotline.errors import ArgumentError
from hotline.policy import Role
from hotline.scope import NEEDED_PART, PARTS_ZH, Scope, scope_of

_LONGEST_NAME = 64
Named = Mapping[str, Iterable[str]]


class NotIssued(ArgumentError):  # noqa: N818 - a refusal, not a failure
    """Why an account or a key is not given, changed or taken back; `zh` says it to whoever fills in a form's `field`."""

    def __init__(self, message: str, field: str, zh: str) -> None:
        super().__init__(message)
        self.field, self.zh = field, zh


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


def last_moment(day: str | None) -> datetime | None:
    """The end of a day of Shanghai; None where none is named. NotIssued where it is no day."""
    if not day:
        return None
    try:
        return end_of_day(date.fromisoformat(day))
    except ValueError:
        message = f"{day!r} is no day; write it like 2027-03-31"
        raise NotIssued(message, "expires", "日期请写成2027-03-31这样") from None


def hash_of(password: str) -> str:
    """The hash to keep of a password. NotIssued where it is too short or too long."""
    try:
        return passwords.hashed(password)
    except ArgumentError as error:
        zh = f"密码要{passwords.SHORTEST}到{passwords.LONGEST}个字，用几个词连起来就行"
        raise NotIssued(str(error), "password", zh) from None


def plain_name(name: str) -> str:
    """The name of an account or a key. NotIssued where it is none."""
    if not 0 < len(name) <= _LONGEST_NAME or not name.isprintable() or name != name.strip() or ":" in name:
        raise NotIssued(
            f"a name has up to {_LONGEST_NAME} characters, no blanks around it and no colon",
            "name",
            f"名称要1到{_LONGEST_NAME}个字，不含冒号",
        )
    return name
