"""Accounts as pages show them: listed, one by one, and with a password that is told once."""

from collections import Counter
from typing import Any

from fastapi import Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from desk.access.person import Person
from desk.clock_desk import open_and_whose
from hotline.policy import Role
from hotline.scope import NEEDED_PART, PARTS, PARTS_ZH, Scope
from serve.web.manage.names import names_offered, unknown_names
from serve.web.manage.parts import ACCOUNTS, Word, manage_page
from store.access.accounts import Account, all_accounts
from store.access.audit_log import last_seen
from store.database import Store

#: So many accounts are listed; the others are found by searching.
_SHOWN = 200
_PEOPLE = tuple(role for role in Role if role.is_for_people)


class Asked(BaseModel):
    """Which accounts, as the address says it."""

    find: Word = Field(default="", max_length=64)
    name: Word = Field(default="", max_length=64)
    said: str = Field(default="", max_length=20)


def account_list(request: Request, who: Person, asked: Asked, status: int = 200, **shown: Any) -> Response:
    """The list, and the form of a new account."""
    store = request.app.state.desk.store
    found = [account for account in all_accounts(store.engine) if _matches(account, asked.find)]
    found.sort(key=lambda account: (account.disabled_at is not None, account.name))
    told = {"refused": None, "typed": {}, "said": ""} | shown
    return manage_page(
        request,
        who,
        "manage_accounts.html",
        ACCOUNTS,
        status,
        accounts=found[:_SHOWN],
        total=len(found),
        seen=last_seen(store.engine, [account.name for account in found[:_SHOWN]]),
        find=asked.find,
        **_choices(store),
        **told,
    )


def one_account(request: Request, who: Person, account: Account, status: int = 200, **shown: Any) -> Response:
    """One account, and what can be done with it."""
    store = request.app.state.desk.store
    told = {"refused": None, "typed": _typed(account.role, account.scope), "said": ""} | shown
    return manage_page(
        request,
        who,
        "manage_account.html",
        ACCOUNTS,
        status,
        account=account,
        seen=last_seen(store.engine, [account.name]),
        is_own=account.name == who.label,
        in_hand=_in_hand(request, account),
        unknown=unknown_names(store, {part: getattr(account.scope, part) for part in PARTS}),
        **_choices(store),
        **told,
    )


def _in_hand(request: Request, account: Account) -> list[tuple[str, int]]:
    """How many open orders each manager of an account's scope has, before somebody disables it."""
    if account.role is not Role.MANAGER:
        return []
    standing, now = request.app.state.desk.look_at_all(), request.app.state.clock()
    counts = Counter(where.manager for _, where in open_and_whose(standing, now))
    return [(name, counts[name]) for name in sorted(account.scope.managers) if counts[name]]


def password_told(
    request: Request, who: Person, said: str, name: str, password: str, unknown: tuple[str, ...] = ()
) -> Response:
    """The page on which a password stands, once."""
    return manage_page(
        request,
        who,
        "manage_secret.html",
        ACCOUNTS,
        said=said,
        label="密码",
        name=name,
        secret=password,
        unknown=unknown,
        how="请当面或电话告诉本人；首次登录后要改成自己的密码。",
        back=ACCOUNTS,
    )


def _choices(store: Store) -> dict[str, Any]:
    needed = {role: PARTS_ZH[part] for role, part in NEEDED_PART.items()}
    return {"roles": _PEOPLE, "needed": needed, **names_offered(store)}


def _typed(role: Role, scope: Scope) -> dict[str, str]:
    """An account as the fields of its form hold it."""
    return {"role": role.value} | {part: "、".join(sorted(getattr(scope, part))) for part in PARTS}


def _matches(account: Account, find: str) -> bool:
    told = f"{account.name} {account.role.zh} {account.scope.zh}"
    return all(word in told for word in find.split())
