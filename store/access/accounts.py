"""People's accounts: role, scope and a password's hash; and the sessions that they have open."""

from dataclasses import dataclass

from sqlalchemy import Engine, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from hotline.policy import Role
from hotline.scope import Scope
from store.access import tables
from store.access.scopes import packed, unpacked
from store.connection import reading
from store.connection import writing_of as changing

_accounts, _sessions = tables.accounts, tables.sessions


@dataclass(frozen=True)
class Account:
    """One person who may sign in; `is_given`: the password was made for them, and they have none of their own yet."""

    name: str
    role: Role
    scope: Scope
    password_hash: str
    made_at: int
    disabled_at: int | None = None
    is_given: bool = False


@dataclass(frozen=True)
class Session:
    """A session that is open, with the account that opened it."""

    account: Account
    made_at: int
    seen_at: int


def add_account(engine: Engine, account: Account) -> bool:
    """Write a new account; False where the name is taken."""
    try:
        with changing(engine) as connection:
            connection.execute(insert(_accounts), _plain(account))
    except IntegrityError:
        return False
    return True


def all_accounts(engine: Engine) -> list[Account]:
    """Every account by name, those that are disabled included."""
    with reading(engine) as connection:
        return [_account(row) for row in connection.execute(select(_accounts).order_by(_accounts.c.name))]


def account_named(engine: Engine, name: str) -> Account | None:
    """The account of this name."""
    with reading(engine) as connection:
        row = connection.execute(select(_accounts).where(_accounts.c.name == name)).first()
    return _account(row) if row else None


class LastOne(Exception):  # noqa: N818 - a refusal, not a failure
    """The only account in force of its role cannot go."""


def set_password(engine: Engine, name: str, password_hash: str, is_given: bool = False) -> bool:
    """Give an account another password, and close its sessions; False where there is none of this name."""
    return _change(engine, name, password_hash=password_hash, is_given=int(is_given))


def renew_hash(engine: Engine, name: str, password_hash: str) -> None:
    """Keep another hash of the same password; sessions go on."""
    with changing(engine) as connection:
        named = _accounts.c.name == name
        connection.execute(update(_accounts).where(named).values(password_hash=password_hash))


def disable(engine: Engine, name: str, at: int, but_one_of: Role | None = None) -> bool:
    """Let an account in no longer, and close its sessions; False where there is none of this name.

    LastOne where it is the only one in force of the role `but_one_of`.
    """
    return _change(engine, name, but_one_of, disabled_at=at)


def enable(engine: Engine, name: str) -> bool:
    """Let an account in again; False where there is none of this name."""
    return _change(engine, name, disabled_at=None)


def assign(engine: Engine, name: str, role: Role, scope: Scope, but_one_of: Role | None = None) -> bool:
    """Give an account another role and scope, and close its sessions; False where there is none of this name.

    LastOne where it would lose the role `but_one_of` and is the only one in force that has it.
    """
    kept = None if role is but_one_of else but_one_of
    return _change(engine, name, kept, role=role.value, scope=packed(scope))


def _change(engine: Engine, name: str, but_one_of: Role | None = None, **values: object) -> bool:
    with changing(engine) as connection:
        if but_one_of is not None:
            # Held until the end, so that of two that go at the same moment one stays.
            in_force = select(_accounts.c.name).where(
                _accounts.c.role == but_one_of.value, _accounts.c.disabled_at.is_(None)
            )
            if list(connection.scalars(in_force.order_by(_accounts.c.name).with_for_update())) == [name]:
                raise LastOne
        changed = connection.execute(update(_accounts).where(_accounts.c.name == name).values(**values))
        connection.execute(delete(_sessions).where(_sessions.c.account == name))
        return bool(changed.rowcount)


def open_session(engine: Engine, session_hash: str, account: str, at: int, ended_before: int) -> None:
    """Keep a session; those made before `ended_before` are over anyway and go."""
    row = {"session_hash": session_hash, "account": account, "made_at": at, "seen_at": at}
    with changing(engine) as connection:
        connection.execute(delete(_sessions).where(_sessions.c.made_at < ended_before))
        connection.execute(insert(_sessions), row)


def find_session(engine: Engine, session_hash: str) -> Session | None:
    """An open session; None where there is none, or where its account is disabled."""
    question = (
        select(_accounts, _sessions.c.made_at.label("session_at"), _sessions.c.seen_at)
        .join(_sessions, _sessions.c.account == _accounts.c.name)
        .where(_sessions.c.session_hash == session_hash, _accounts.c.disabled_at.is_(None))
    )
    with reading(engine) as connection:
        row = connection.execute(question).first()
    return Session(_account(row), row.session_at, row.seen_at) if row else None


def touch_session(engine: Engine, session_hash: str, at: int) -> None:
    """Note that a session is in use."""
    with changing(engine) as connection:
        connection.execute(
            update(_sessions).where(_sessions.c.session_hash == session_hash).values(seen_at=at)
        )


def close_session(engine: Engine, session_hash: str) -> None:
    """End a session, wherever its cookie is."""
    with changing(engine) as connection:
        connection.execute(delete(_sessions).where(_sessions.c.session_hash == session_hash))


def _plain(account: Account) -> dict[str, object]:
    return {
        "name": account.name,
        "role": account.role.value,
        "scope": packed(account.scope),
        "password_hash": account.password_hash,
        "made_at": account.made_at,
        "is_given": int(account.is_given),
    }


def _account(row: object) -> Account:
    told = row._mapping  # type: ignore[attr-defined]
    return Account(
        told["name"],
        Role(told["role"]),
        unpacked(told["scope"]),
        told["password_hash"],
        told["made_at"],
        told["disabled_at"],
        bool(told["is_given"]),
    )
