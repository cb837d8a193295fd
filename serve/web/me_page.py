"""/me: who one is, what one may do, and another password of one's own."""

from functools import partial

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from desk.access.asked import NotIssued
from desk.access.person import Person
from desk.access.sign_in import TooManyAttempts, WrongPassword
from hotline.policy import GRANTS, Action
from serve.access import address_of, form_of
from serve.clock import now_micros
from serve.visit import visit_of
from serve.web.pages import MayOpenPages, keep_session
from serve.web.rendering import page

me_pages = APIRouter(include_in_schema=False)


@me_pages.get("/me")
def about_me(who: MayOpenPages, request: Request) -> HTMLResponse:
    """Who one is, what one may do, and the form of another password."""
    return own_page(
        request, who, said="密码已改，其他设备上的登录已退出" if "changed" in request.query_params else ""
    )


@me_pages.post("/me/password")
async def change_own_password(who: MayOpenPages, request: Request) -> Response:
    """Another password of one's own; sessions elsewhere end."""
    form, engine, door = await form_of(request), request.app.state.desk.store.engine, request.app.state.door
    if who.session is None:
        return RedirectResponse("/me", 303)
    old, new = form.get("password", ""), form.get("new", "")
    if new != form.get("again", ""):
        return own_page(request, who, 422, wrong="两次写的新密码不一样")
    change = partial(
        door.sign_in.change_password, engine, who.name, old, new, address_of(request), now_micros()
    )
    try:
        token = await run_in_threadpool(change)
    except TooManyAttempts as waiting:
        return own_page(request, who, 429, wrong=f"尝试次数过多，请{waiting.seconds}秒后再试")
    except WrongPassword:
        return own_page(request, who, 422, wrong="原来的密码不正确")
    except NotIssued as refused:
        return own_page(request, who, 422, wrong=refused.zh)
    door.known.forget(who.session)
    visit_of(request.scope).say("own password changed")
    answer = RedirectResponse("/me?changed=1" if who.has_own_password else "/", 303)
    keep_session(answer, request, token)
    return answer


def own_page(
    request: Request, who: Person, status: int = 200, said: str = "", wrong: str = ""
) -> HTMLResponse:
    """The page about oneself."""
    actions = [action.zh for action in Action if action in GRANTS[who.role] - {Action.SIGN_IN}]
    return page(request, who, "first.html", status, actions=actions, said=said, wrong=wrong)
