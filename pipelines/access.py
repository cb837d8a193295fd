"""Accounts and keys from the console: `qingling user …`, `qingling key …`, `qingling audit-log`."""

import getpass
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from desk.access.asked import Named, last_moment, role_of, scope_for
from desk.access.issuing import Issuing
from desk.opening import open_store_in_use
from desk.settings import Settings
from hotline.calendar import SHANGHAI, from_micros, to_micros
from hotline.policy import Action
from pipelines.printing import console
from store.access import accounts, api_keys, audit_log
from store.database import Store


def add_user(settings: Settings, name: str, role: str, named: Named, password: str | None) -> str:
    """Make an account; its password, generated where none is given."""
    with _issuing(settings) as issuing:
        return issuing.add_account(name, role_of(role), scope_for(role_of(role), named), password)


def set_password(settings: Settings, name: str, password: str | None) -> str:
    """Give an account another password; it, generated where none is given."""
    with _issuing(settings) as issuing:
        return issuing.set_password(name, password)


def disable_user(settings: Settings, name: str) -> None:
    """Let an account in no longer."""
    with _issuing(settings) as issuing:
        issuing.disable(name)


def enable_user(settings: Settings, name: str) -> None:
    """Let an account in again."""
    with _issuing(settings) as issuing:
        issuing.enable(name)


def assign_user(settings: Settings, name: str, role: str, named: Named) -> None:
    """Give an account another role and scope."""
    with _issuing(settings) as issuing:
        issuing.assign(name, role_of(role), scope_for(role_of(role), named))


def add_key(settings: Settings, name: str, role: str, named: Named, expires: str | None) -> str:
    """Make a key; it is told here and never again."""
    with _issuing(settings) as issuing:
        return issuing.add_key(name, role_of(role), scope_for(role_of(role), named), last_moment(expires))


def revoke_key(settings: Settings, name: str) -> None:
    """Let a key open nothing any longer."""
    with _issuing(settings) as issuing:
        issuing.revoke_key(name)


def list_users(settings: Settings) -> None:
    """Every account with its role and scope."""
    with _store(settings) as store:
        rows = [
            (a.name, a.role.value, a.scope.zh, _day(a.made_at), _day(a.disabled_at))
            for a in accounts.all_accounts(store.engine)
        ]
    _print(("name", "role", "scope", "made", "disabled"), rows)


def list_keys(settings: Settings) -> None:
    """Every key with its role, scope and dates."""
    with _store(settings) as store:
        rows = [
            (k.name, k.role.value, k.scope.zh, _day(k.made_at), _day(k.expires_at), _day(k.revoked_at))
            for k in api_keys.all_keys(store.engine)
        ]
    _print(("name", "role", "scope", "made", "expires", "revoked"), rows)


def print_audit_log(settings: Settings, order_id: str | None, person: str | None, limit: int) -> None:
    """The newest entries of the audit log."""
    with _store(settings) as store:
        found = audit_log.entries(store.engine, order_id, person, limit=limit)
    names = ("person", "role", "action", "order_id", "outcome", "request_id")
    rows = [(_moment(e.at), *(getattr(e, name) or "" for name in names)) for _, e in found]
    _print(("at", *names), rows)


def whoever_is_here() -> str:
    """Who sits at the console, as the audit log names them."""
    return f"console:{getpass.getuser()}"


def note(store: Store, action: Action, told: str) -> None:
    """Write into the audit log what was done at the console."""
    now, request_id = to_micros(datetime.now(UTC)), secrets.token_hex(16)
    entry = audit_log.AuditEntry(now, whoever_is_here(), "console", action.value, None, told, request_id)
    audit_log.append(store.engine, [entry])


@contextmanager
def _store(settings: Settings) -> Iterator[Store]:
    store = open_store_in_use(settings)
    try:
        yield store
    finally:
        store.close()


@contextmanager
def _issuing(settings: Settings) -> Iterator[Issuing]:
    with _store(settings) as store:
        yield Issuing(store.engine, whoever_is_here(), datetime.now(UTC))


def _day(micros: int | None) -> str:
    return "" if micros is None else f"{from_micros(micros).astimezone(SHANGHAI):%Y-%m-%d}"


def _moment(micros: int) -> str:
    return f"{from_micros(micros).astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"


def _print(names: Iterable[str], rows: Iterable[tuple[Any, ...]]) -> None:
    from rich.table import Table

    table = Table(*names)
    for row in rows:
        table.add_row(*row)
    console().print(table)
