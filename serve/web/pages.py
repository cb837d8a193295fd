"""Signing in and out, and the first page that one may open."""

import secrets
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from desk.access.known import session_hash
from desk.access.person import Person
from desk.access.sign_in import SESSION_LENGTH, TooManyAttempts, WrongPassword
from hotline.calendar import SECOND
from hotline.policy import Action
from serve.access import FORM_FIELD, SESSION_COOKIE, Door, address_of, allowed, form_of, open_to_anyone
from serve.clock import now_micros
from serve.needs import Desk
from serve.visit import visit_of
from serve.web.rendering import TYPE_COOKIE, address_before, form_input, page, places_of
from serve.web.typed import plain
from store.access.accounts import account_named, close_session

FORM_COOKIE = "qingling_form"
_FORM_SECONDS = 3_600
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_LONGEST_NAME = 64
_TYPE_SECONDS = 365 * 24 * 3_600

pages = APIRouter(include_in_schema=False)
MayOpenPages = Annotated[Person, allowed(Action.SIGN_IN)]


@pages.get("/")
def first_page(who: MayOpenPages) -> RedirectResponse:
    """The first page that one may open; whoever may open none is told what they may do."""
    return RedirectResponse(next((place.address for place in places_of(who)), "/me"), 303)


@pages.get("/live")
def live(who: MayOpenPages, desk: Desk) -> PlainTextResponse:
    """A number that grows with everything that is written, by which a page knows whether to read its list again."""
    return PlainTextResponse(str(desk.store.watermark()))


@pages.get("/login", dependencies=[Depends(open_to_anyone)])
def sign_in_page(request: Request) -> HTMLResponse:
    """The form that asks for name and password."""
    return _sign_in_form(request, 200)


@pages.post("/login", dependencies=[Depends(open_to_anyone)])
async def sign_in(request: Request) -> Response:
    """Open a session; the same answer whatever was wrong."""
    form, door = await form_of(request), _door(request)
    bound_to = request.cookies.get(FORM_COOKIE, "")
    if not bound_to or not door.signatures.is_own_form(bound_to, form.get(FORM_FIELD, "")):
        return _sign_in_form(request, 403, "页面已过期，请重新填写。")
    name, password = plain(form.get("name", "")).strip()[:_LONGEST_NAME], form.get("password", "")
    try:
        token = await run_in_threadpool(_open_session, request, name, password)
    except TooManyAttempts as waiting:
        shown = _sign_in_form(request, 429, f"尝试次数过多，请 {waiting.seconds} 秒后再试。", name)
        shown.headers["Retry-After"] = str(waiting.seconds)
        return shown
    except WrongPassword:
        return _sign_in_form(request, 401, "账号或密码不正确。", name)
    answer = RedirectResponse("/", 303)
    keep_session(answer, request, token)
    answer.delete_cookie(FORM_COOKIE, path="/login")
    return answer


@pages.get("/type/{size}", dependencies=[Depends(open_to_anyone)])
def set_type(request: Request, size: Literal["usual", "large"]) -> RedirectResponse:
    """Large type, or the usual one, on this device."""
    answer = RedirectResponse(address_before(request), 303)
    answer.set_cookie(TYPE_COOKIE, size, _TYPE_SECONDS, httponly=True, samesite="lax")
    return answer


@pages.post("/logout")
def sign_out(who: MayOpenPages, request: Request) -> RedirectResponse:
    """End the session, wherever else its cookie may be."""
    if who.session:
        close_session(request.app.state.desk.store.engine, who.session)
        _door(request).known.forget(who.session)
    answer = RedirectResponse("/login", 303)
    answer.delete_cookie(SESSION_COOKIE)
    return answer


def _open_session(request: Request, name: str, password: str) -> str:
    engine, door, visit = request.app.state.desk.store.engine, _door(request), visit_of(request.scope)
    account = account_named(engine, name)
    if account:
        # A name that is none may be a password in the wrong field; it is not noted.
        visit.person = Person(account.name, account.role, account.scope, session="")
        visit.engine, visit.action = engine, Action.SIGN_IN
    now = now_micros()
    token = door.sign_in.open_session(engine, name, password, address_of(request), now)
    door.known.holder_of_session(engine, session_hash(token), now)
    return token


def _sign_in_form(request: Request, status: int, said: str = "", name: str = "") -> HTMLResponse:
    bound_to = secrets.token_urlsafe(16)
    token = _door(request).signatures.form_token(bound_to)
    shown = page(request, None, "sign_in.html", status, said=said, name=name, form_input=form_input(token))
    _set_cookie(shown, request, FORM_COOKIE, bound_to, _FORM_SECONDS, path="/login")
    return shown


def keep_session(answer: Response, request: Request, token: str) -> None:
    """Let the browser keep a session that was opened."""
    cookie = _door(request).signatures.cookie(token)
    _set_cookie(answer, request, SESSION_COOKIE, cookie, SESSION_LENGTH // SECOND)


def _set_cookie(
    answer: Response, request: Request, name: str, value: str, seconds: int, path: str = "/"
) -> None:
    """A cookie out of scripts' reach, sent by this site's own pages, over TLS unless on this machine."""
    is_secure = request.url.hostname not in _LOOPBACK
    answer.set_cookie(name, value, seconds, path=path, secure=is_secure, httponly=True, samesite="lax")


def _door(request: Request) -> Door:
    found: Door = request.app.state.door
    return found
