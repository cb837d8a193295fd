"""账号: who may sign in, in which role and for whose orders; made, changed, disabled; a password is shown once."""

from collections.abc import Callable
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from desk.access.asked import NotIssued, role_of, scope_for
from desk.access.issuing import Issuing
from desk.access.person import Person
from hotline.policy import Action
from serve.access import allowed
from serve.web.manage.accounts_shown import Asked, account_list, one_account, password_told
from serve.web.manage.names import names_typed, unknown_names
from serve.web.manage.parts import ACCOUNTS, Form, issuing_of
from store.access.accounts import account_named

accounts_pages = APIRouter(include_in_schema=False)
MayManage = Annotated[Person, allowed(Action.MANAGE_ACCOUNTS)]
ONE = f"{ACCOUNTS}/one"
_SAID = {
    "disabled": "已停用，其登录已全部退出",
    "enabled": "已恢复，可用原密码登录",
    "assigned": "身份和范围已改，其登录已全部退出",
}


@accounts_pages.get(ACCOUNTS)
def accounts_page(who: MayManage, request: Request, asked: Annotated[Asked, Query()]) -> Response:
    """Every account that is sought, those in force first, and the form of a new one."""
    return account_list(request, who, asked)


@accounts_pages.post(ACCOUNTS)
def add_account(who: MayManage, request: Request, form: Form) -> Response:
    """A new account; its password stands on the page that answers, and nowhere else."""
    try:
        role, named = role_of(form.get("role", "")), names_typed(form)
        name = form.get("name", "").strip()
        password = issuing_of(request, who).add_account(name, role, scope_for(role, named))
    except NotIssued as refused:
        return account_list(request, who, Asked(), 422, refused=refused, typed=form)
    unknown = unknown_names(request.app.state.desk.store, named)
    return password_told(request, who, f"已新建账号“{name}”", name, password, unknown)


@accounts_pages.get(ONE)
def account_page(who: MayManage, request: Request, asked: Annotated[Asked, Query()]) -> Response:
    """One account, and what can be done with it."""
    account = account_named(request.app.state.desk.store.engine, asked.name)
    if account is None:
        return RedirectResponse(ACCOUNTS, 303)
    return one_account(request, who, account, said=_SAID.get(asked.said, ""))


@accounts_pages.post(f"{ACCOUNTS}/password")
def new_password(who: MayManage, request: Request, form: Form) -> Response:
    """Another password, made here and shown once."""
    name = form.get("name", "")
    try:
        password = issuing_of(request, who).set_password(name)
    except NotIssued as refused:
        return account_list(request, who, Asked(), 422, refused=refused)
    return password_told(request, who, f"“{name}”的密码已换，原来的登录已退出", name, password)


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
            return account_list(request, who, Asked(), 422, refused=refused)
        return one_account(request, who, account, 422, refused=refused, typed=form)
    return RedirectResponse(f"{ONE}?{urlencode({'name': name, 'said': said})}", 303)
