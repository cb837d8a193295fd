"""账号: who may sign in, in which role and for whose orders; made, changed, disabled; a password is shown once."""

from collections import Counter
from collections.abc import Callable
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, Field

from desk.access.issuing import Issuing, NotIssued, role_of, scope_for
from desk.access.person import Person
from desk.clock_desk import open_and_whose
from hotline.policy import Action, Role
from hotline.scope import NEEDED_PART, PARTS, PARTS_ZH, Scope
from serve.access import allowed
from serve.web.manage.names import names_typed, unknown_names
from serve.web.manage.parts import ACCOUNTS, Form, Word, issuing_of, manage_page
from store.access.accounts import Account, account_named, all_accounts
from store.access.audit_log import last_seen
from store.whereabouts import names_in_use

accounts_pages = APIRouter(include_in_schema=False)
MayManage = Annotated[Person, allowed(Action.MANAGE_ACCOUNTS)]
ONE = f"{ACCOUNTS}/one"
#: So many accounts are listed; the others are found by searching.
_SHOWN = 200
PEOPLE = tuple(role for role in Role if role.is_for_people)
_SAID = {
    "disabled": "已停用，其登录已全部退出",
    "enabled": "已恢复，可用原密码登录",
    "assigned": "身份和范围已改，其登录已全部退出",
}


class Asked(BaseModel):
    """Which accounts, as the address says it."""

    find: Word = Field(default="", max_length=64)
    name: Word = Field(default="", max_length=64)
    said: str = Field(default="", max_length=20)


@accounts_pages.get(ACCOUNTS)
def accounts_page(who: MayManage, request: Request, asked: Annotated[Asked, Query()]) -> Response:
    """Every account that is sought, those in force first, and the form of a new one."""
    return _list(request, who, asked)


@accounts_pages.post(ACCOUNTS)
def add_account(who: MayManage, request: Request, form: Form) -> Response:
    """A new account; its password stands on the page that answers, and nowhere else."""
    try:
        role, named = role_of(form.get("role", "")), names_typed(form)
        name = form.get("name", "").strip()
        password = issuing_of(request, who).add_account(name, role, scope_for(role, named))
    except NotIssued as refused:
        return _list(request, who, Asked(), 422, refused=refused, typed=form)
    unknown = unknown_names(request.app.state.desk.store, named)
    return _told(request, who, f"已新建账号“{name}”", name, password, unknown)


@accounts_pages.get(ONE)
def account_page(who: MayManage, request: Request, asked: Annotated[Asked, Query()]) -> Response:
    """One account, and what can be done with it."""
    account = account_named(request.app.state.desk.store.engine, asked.name)
    if account is None:
        return RedirectResponse(ACCOUNTS, 303)
    return _one(request, who, account, said=_SAID.get(asked.said, ""))


@accounts_pages.post(f"{ACCOUNTS}/password")
def new_password(who: MayManage, request: Request, form: Form) -> Response:
    """Another password, made here and shown once."""
    name = form.get("name", "")
    try:
        password = issuing_of(request, who).set_password(name)
    except NotIssued as refused:
        return _list(request, who, Asked(), 422, refused=refused)
    return _told(request, who, f"“{name}”的密码已换，原来的登录已退出", name, password)


@accounts_pages.post(f"{ACCOUNTS}/assign")
def assign(who: MayManage, request: Request, form: Form) -> Response:
    """Another role and scope."""

    def change(issuing: Issuing, name: str) -> None:
        role = role_of(form.get("role", ""))
        issuing.assign(name, role, scope_for(role, names_typed(form)))

    return _changed(request, who, form, "assigned", change)


@accounts_pages.post(f"{ACCOUNTS}/disable")
def disable(who: MayManage, request: Request, form: Form) -> Response:
    """Let an account in no longer."""
    return _changed(request, who, form, "disabled", Issuing.disable)


@accounts_pages.post(f"{ACCOUNTS}/enable")
def enable(who: MayManage, request: Request, form: Form) -> Response:
    """Let an account in again."""
    return _changed(request, who, form, "enabled", Issuing.enable)


def _changed(
    request: Request, who: Person, form: dict[str, str], said: str, change: Callable[[Issuing, str], None]
) -> Response:
    name = form.get("name", "")
    try:
        change(issuing_of(request, who), name)
    except NotIssued as refused:
        account = account_named(request.app.state.desk.store.engine, name)
        if account is None:
            return _list(request, who, Asked(), 422, refused=refused)
        return _one(request, who, account, 422, refused=refused, typed=form)
    return RedirectResponse(f"{ONE}?{urlencode({'name': name, 'said': said})}", 303)


def _list(request: Request, who: Person, asked: Asked, status: int = 200, **shown: Any) -> Response:
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


def _one(request: Request, who: Person, account: Account, status: int = 200, **shown: Any) -> Response:
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


def _told(
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


def _choices(store: Any) -> dict[str, Any]:
    known = names_in_use(store.engine)
    return {
        "roles": PEOPLE,
        "parts_zh": PARTS_ZH,
        "known": {part: known[field] for part, field in PARTS.items()},
        "needed": {role: PARTS_ZH[part] for role, part in NEEDED_PART.items()},
    }


def _typed(role: Role, scope: Scope) -> dict[str, str]:
    """An account as the fields of its form hold it."""
    return {"role": role.value} | {part: "、".join(sorted(getattr(scope, part))) for part in PARTS}


def _matches(account: Account, find: str) -> bool:
    told = f"{account.name} {account.role.zh} {account.scope.zh}"
    return all(word in told for word in find.split())
