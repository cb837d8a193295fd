"""Pages made of templates, each with its frame: who reads it, what else they may open, and a token for its forms."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from hashlib import blake2b
from importlib.resources import files
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from desk.access.person import Person
from hotline.calendar import from_micros
from hotline.policy import Action
from serve.access import FORM_FIELD, Door
from serve.web import words

#: What a person may open, in the order of the bar; each entry shows where the role grants one of its actions.
_PLACES = (
    ("/my-orders", "我的工单", Action.READ_WORKLIST),
    ("/queue", "优先队列", Action.READ_QUEUE),
    ("/board", "四项指标", Action.READ_INDICATORS),
    (
        "/manage",
        "管理",
        *(Action.MANAGE_ACCOUNTS, Action.HAND_OVER, Action.SET_PLAYBOOK),
        *(Action.SET_STREET_LIMITS, Action.READ_AUDIT),
    ),
    ("/model", "模型", Action.READ_MODEL),
    ("/upload", "导入", Action.UPLOAD_EXTRACT),
)
TYPE_COOKIE = "qingling_type"


@dataclass(frozen=True)
class Place:
    """An entry of the bar at the top."""

    address: str
    name: str
    is_here: bool


def places_of(who: Person, here: str = "") -> list[Place]:
    """What someone may open."""
    return [
        Place(address, name, address == here)
        for address, name, *actions in _PLACES
        if any(who.may(action) for action in actions)
    ]


def page(
    request: Request, who: Person | None, template: str, status: int = 200, here: str = "", **shown: Any
) -> HTMLResponse:
    """A page as its reader sees it."""
    door: Door = request.app.state.door
    token = door.signatures.form_token(who.session or "") if who else ""
    framed = {
        "who": who,
        "places": places_of(who, here) if who else [],
        "form_input": form_input(token),
        "reader": door.signatures.mark_of(who.label) if who else "",
        "stylesheet": f"/static/{stamp('app.css')}/app.css",
        "is_large": request.cookies.get(TYPE_COOKIE) == "large",
        "page_now": request.app.state.clock(),
        "icon": f"/static/{stamp('icon.svg')}/icon.svg",
        "script": f"/static/{stamp('app.js')}/app.js",
    }
    return HTMLResponse(_templates().get_template(template).render(**(framed | shown)), status)


def form_input(token: str) -> Markup:
    """The hidden field by which a form shows that a page of this service sent it."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(FORM_FIELD, token)


def address_before(request: Request) -> str:
    """The page of this service that one came from, never another site's; the first one otherwise."""
    before, own = request.headers.get("referer", ""), str(request.base_url)
    return "/" + before.removeprefix(own).lstrip("/\\") if before.startswith(own) else "/"


@lru_cache(maxsize=8)
def static_file(name: str) -> bytes:
    """The bytes of a file that pages ask for. FileNotFoundError where there is none."""
    return files("serve.web").joinpath("static", name).read_bytes()


@lru_cache(maxsize=8)
def stamp(name: str) -> str:
    """A word that changes with the file, so that browsers may keep it."""
    return blake2b(static_file(name), digest_size=6).hexdigest()


@lru_cache(maxsize=1)
def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("serve.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    for name in ("out_of_ten", "dots", "until", "when", "left", "clause", "day_of"):
        environment.filters[name] = getattr(words, name)
    environment.filters["moment"] = from_micros
    environment.filters["read_moment"] = datetime.fromisoformat
    return environment
