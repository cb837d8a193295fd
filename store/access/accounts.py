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
    """One person who may sign in."""

    name: str
    role: Role
    scope: Scope
    password_hash: str
    made_at: int
    disabled_at: int | None = None


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


def set_password(engine: Engine, name: str, password_hash: str, end_sessions: bool = True) -> bool:
    """Give an account another password, and close its sessions; False where there is none of this name."""
    return _change(engine, name, end_sessions, password_hash=password_hash)


def disable(engine: Engine, name: str, at: int) -> bool:
    """Let an account in no longer, and close its sessions; False where there is none of this name."""
    return _change(engine, name, True, disabled_at=at)


def _change(engine: Engine, name: str, end_sessions: bool, **values: object) -> bool:
    with changing(engine) as connection:
        changed = connection.execute(update(_accounts).where(_accounts.c.name == name).values(**values))
        if end_sessions:
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
    )
