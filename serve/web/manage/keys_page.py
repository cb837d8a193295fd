"""系统密钥: what other software signs in with; made and shown once, revoked."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from desk.access.asked import NotIssued, last_moment, role_of, scope_for
from desk.access.person import Person
from hotline.policy import Action, Role
from serve.access import allowed
from serve.clock import now_micros
from serve.web.manage.names import names_offered, names_typed, unknown_names
from serve.web.manage.parts import KEYS, Form, JustDone, issuing_of, manage_page
from store.access.api_keys import all_keys
from store.access.audit_log import last_seen

keys_pages = APIRouter(include_in_schema=False)
MayManage = Annotated[Person, allowed(Action.MANAGE_ACCOUNTS)]
_SYSTEMS = tuple(role for role in Role if not role.is_for_people)


@keys_pages.get(KEYS)
def keys_page(who: MayManage, request: Request, asked: Annotated[JustDone, Query()]) -> Response:
    """Every key, those in force first, and the form of a new one."""
    return _list(request, who, said="密钥已停用，两秒内生效" if asked.said == "revoked" else "")


@keys_pages.post(KEYS)
def add_key(who: MayManage, request: Request, form: Form) -> Response:
    """A new key; it stands on the page that answers, and nowhere else."""
    try:
        role, named = role_of(form.get("role", "")), names_typed(form)
        if role.is_for_people:
            raise NotIssued(f"{role} is for people", "role", "请选择系统的身份；给人用的请新建账号")
        name, expires = form.get("name", "").strip(), last_moment(form.get("expires"))
        key = issuing_of(request, who).add_key(name, role, scope_for(role, named), expires)
    except NotIssued as refused:
        return _list(request, who, 422, refused=refused, typed=form)
    return manage_page(
        request,
        who,
        "manage_secret.html",
        KEYS,
        said=f"已新建密钥“{name}”",
        label="密钥",
        name=name,
        secret=key,
        unknown=unknown_names(request.app.state.desk.store, named),
        how="请存入对方系统的密钥库，请求时放在 Authorization: Bearer 之后。",
        back=KEYS,
    )


@keys_pages.post(f"{KEYS}/revoke")
def revoke_key(who: MayManage, request: Request, form: Form) -> Response:
    """Let a key open nothing any longer."""
    try:
        issuing_of(request, who).revoke_key(form.get("name", ""))
    except NotIssued as refused:
        return _list(request, who, 422, refused=refused)
    return RedirectResponse(f"{KEYS}?said=revoked", 303)


def _list(request: Request, who: Person, status: int = 200, **shown: Any) -> Response:
    store, now = request.app.state.desk.store, now_micros()
    keys = sorted(all_keys(store.engine), key=lambda key: (not key.is_good_at(now), key.name))
    told = {"refused": None, "typed": {"role": Role.SYSTEM.value}, "said": ""} | shown
    return manage_page(
        request,
        who,
        "manage_keys.html",
        KEYS,
        status,
        keys=keys,
        good={key.name for key in keys if key.is_good_at(now)},
        seen=last_seen(store.engine, [f"key:{key.name}" for key in keys]),
        roles=_SYSTEMS,
        needed={},
        **names_offered(store),
        **told,
    )
