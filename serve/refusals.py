"""How those who may not are told so, in the one shape of errors; and who is sent to the sign-in page."""

from typing import Any

import orjson
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from desk.access.person import OutsideScope
from serve.errors import told


class NotSignedIn(Exception):  # noqa: N818 - named by what they say
    """There is no key and no session, or one that holds no longer."""


class NotGranted(Exception):  # noqa: N818
    """The role does not grant it."""


class NotOwnForm(Exception):  # noqa: N818
    """A change by a session without the token that its own pages carry."""


class OwnPasswordFirst(Exception):  # noqa: N818
    """Somebody signed in with a password that was made for them; first they choose one of their own."""


class TooMany(Exception):  # noqa: N818
    """Too many requests; the next may come after `seconds`."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


def tell_refusals(app: FastAPI) -> None:
    """Let the app tell those who may not."""
    handlers: dict[Any, Any] = {
        NotSignedIn: _not_signed_in,
        NotGranted: _not_granted,
        NotOwnForm: _not_own_form,
        OwnPasswordFirst: _own_password_first,
        OutsideScope: _outside_scope,
        TooMany: _too_many,
    }
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)


def outside_scope() -> dict[str, Any]:
    """The same of one order among many."""
    problem: dict[str, Any] = orjson.loads(_outside_scope(None, None).body)["error"]
    return problem


def is_page(request: Request) -> bool:
    """Whether a person looks at a page, rather than software at the interface."""
    return not request.url.path.startswith("/api/") and "text/html" in request.headers.get("accept", "")


def _not_signed_in(request: Request, _: Any) -> Response:
    if is_page(request):
        return RedirectResponse("/login", 303)
    remedy = "send Authorization: Bearer KEY (qingling key add), or sign in at /login"
    return told(
        401,
        "not_signed_in",
        "no valid key or session came with the request",
        remedy,
        headers={"WWW-Authenticate": 'Bearer realm="qingling"'},
    )


def _not_granted(_: Request, __: Any) -> JSONResponse:
    return told(403, "not_granted", "your role does not allow this", "ask whoever keeps the accounts")


def _not_own_form(_: Request, __: Any) -> JSONResponse:
    remedy = "reload the page and send it again; software with a session sends X-CSRF-Token"
    return told(403, "not_own_form", "the request does not come from a page of this service", remedy)


def _own_password_first(request: Request, _: Any) -> Response:
    if is_page(request):
        return RedirectResponse("/me", 303)
    return told(
        403, "own_password_first", "the password was made for you", "sign in at /login and choose your own"
    )


def _outside_scope(_: Any, __: Any) -> JSONResponse:
    remedy = "send orders of your own scope only; name street, company and manager in full"
    return told(403, "outside_scope", "the order lies outside your scope", remedy)


def _too_many(_: Request, error: Any) -> JSONResponse:
    remedy = f"send the next one after {error.seconds} s; see Retry-After"
    return told(429, "too_many", "too many requests", remedy, headers={"Retry-After": str(error.seconds)})
