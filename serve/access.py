"""Every route names what it needs: `who: Annotated[Person, allowed(Action.READ_SCORE)]`, or `open_to_anyone`."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from fastapi import Depends, FastAPI, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.concurrency import run_in_threadpool

from desk.access.known import KEY_PREFIX, Known, key_hash, session_hash
from desk.access.person import Person
from desk.access.secret import Signatures
from desk.access.sign_in import LONGEST_IDLE, SESSION_LENGTH, SignIn
from desk.settings import Settings
from hotline.policy import Action
from serve.clock import now_micros
from serve.forms import sent_form
from serve.rates import Buckets
from serve.refusals import NotGranted, NotOwnForm, NotSignedIn, OwnPasswordFirst, TooMany
from serve.visit import visit_of

SESSION_COOKIE = "qingling_session"
FORM_FIELD, FORM_HEADER = "form_token", "X-CSRF-Token"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
#: Wrong keys and sessions that one address may send: enough for software with an old key to notice.
_WRONG_PER_SECOND, _WRONG_AT_ONCE = 2.0, 30


@dataclass(frozen=True)
class Door:
    """What it takes to let someone in; one for the service."""

    signatures: Signatures
    known: Known
    sign_in: SignIn
    people: Buckets
    systems: Buckets
    strangers: Buckets

    @classmethod
    def of(cls, settings: Settings, signatures: Signatures) -> "Door":
        """The door of an installation."""
        return cls(
            signatures,
            Known(SESSION_LENGTH, LONGEST_IDLE),
            SignIn(signatures.key),
            Buckets(settings.people_per_second, 5 * settings.people_per_second),
            Buckets(settings.keys_per_second, 2 * settings.keys_per_second),
            Buckets(_WRONG_PER_SECOND, _WRONG_AT_ONCE),
        )


def allowed(action: Action) -> Any:
    """A dependency: the person who asks, if their role grants the action. It is noted in the audit log."""

    async def person(request: Request) -> Person:
        who = await signed_in(request)
        if who is None:
            raise NotSignedIn
        visit = visit_of(request.scope)
        visit.person, visit.engine, visit.action = who, request.app.state.desk.store.engine, action
        if not who.may(action):
            raise NotGranted
        if not who.has_own_password and action is not Action.SIGN_IN:
            visit.is_refused = True
            raise OwnPasswordFirst
        if who.session and request.method not in _SAFE:
            await _check_own_form(request, who.session)
        return who

    person.action = action  # type: ignore[attr-defined]
    return Depends(person)


async def open_to_anyone() -> None:
    """A dependency of routes that tell nothing of orders or people."""


@dataclass(frozen=True)
class Declared:
    """A route with what it says about who may use it: an action, or None where it is open to anyone."""

    path: str
    methods: frozenset[str]
    needs: tuple[Action | None, ...]


def declared_routes(app: FastAPI) -> list[Declared]:
    """Every route of the app, whoever added it."""
    return [
        Declared(
            context.path or "",
            frozenset(context.methods or ()),
            tuple(_declared(context.original_route.dependant))
            if isinstance(context.original_route, APIRoute)
            else (),
        )
        for context in iter_route_contexts(app.routes)
    ]


def check_all_declare(app: FastAPI) -> None:
    """Refuse to serve an app with a route that does not say who may use it."""
    for route in declared_routes(app):
        if len(route.needs) != 1:
            raise TypeError(
                f"{route.path} says {len(route.needs)} times who may use it; "
                "give it one allowed(Action.…), or open_to_anyone"
            )


async def signed_in(request: Request) -> Person | None:
    """Who asks; None without a key or session. TooMany where someone asks too often."""
    door: Door = request.app.state.door
    now = now_micros()
    hashed, find = _credential(request, door)
    if not hashed:
        return None
    who = door.known.remembered(hashed, now)
    if who is None:
        who = await run_in_threadpool(lambda: find(request.app.state.desk.store.engine, hashed, now))
    if who is None:
        _take(door.strangers, address_of(request))
        return None
    _take(door.people if who.session else door.systems, who.label)
    return who


def address_of(request: Request) -> str:
    """Where the request comes from; of proxies' words only the trusted ones'."""
    return request.client.host if request.client else "nowhere"


def _declared(dependant: Dependant) -> Iterator[Action | None]:
    if dependant.call is open_to_anyone:
        yield None
    if action := getattr(dependant.call, "action", None):
        yield action
    for inner in dependant.dependencies:
        yield from _declared(inner)


def _credential(request: Request, door: Door) -> tuple[str, Callable[..., Person | None]]:
    """The hash of the key or session that came with the request, and who looks it up."""
    kind, _, key = request.headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer":
        hashed = key_hash(key.strip()) if key.strip().startswith(KEY_PREFIX) else "no key"
        return hashed, door.known.holder_of_key
    cookie = request.cookies.get(SESSION_COOKIE, "")
    token = door.signatures.session(cookie) if cookie else None
    return session_hash(token) if token else "", door.known.holder_of_session


async def _check_own_form(request: Request, session: str) -> None:
    token = request.headers.get(FORM_HEADER) or (await form_of(request)).get(FORM_FIELD, "")
    if not request.app.state.door.signatures.is_own_form(session, token):
        raise NotOwnForm


async def form_of(request: Request) -> dict[str, str]:
    """The fields of a form that was sent; none where the body is no form."""
    return (await sent_form(request)).fields


def _take(buckets: Buckets, caller: str) -> None:
    if seconds := buckets.take(caller):
        raise TooMany(seconds)
