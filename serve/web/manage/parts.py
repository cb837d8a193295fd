"""The parts of 管理, and the frame in which each is shown."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse
from pydantic import AfterValidator, BaseModel, Field

from desk.access.issuing import Issuing
from desk.access.person import Person
from hotline.calendar import SHANGHAI
from hotline.policy import Action
from serve.access import form_of
from serve.visit import visit_of
from serve.web.rendering import page
from serve.web.typed import plain

HERE = "/manage"
ACCOUNTS, KEYS, HANDOVER = f"{HERE}/accounts", f"{HERE}/keys", f"{HERE}/handover"
CAPACITY, PLAYBOOK, STREET, AUDIT = (f"{HERE}/{part}" for part in ("capacity", "playbook", "street", "audit"))
#: The parts in their order; each is shown where the role grants its action.
_PARTS = (
    (ACCOUNTS, "账号", Action.MANAGE_ACCOUNTS),
    (KEYS, "系统密钥", Action.MANAGE_ACCOUNTS),
    (HANDOVER, "移交", Action.HAND_OVER),
    (CAPACITY, "容量", Action.SET_PLAYBOOK),
    (PLAYBOOK, "手册设置", Action.SET_PLAYBOOK),
    (STREET, "本街镇时限", Action.SET_STREET_LIMITS),
    (AUDIT, "访问记录", Action.READ_AUDIT),
)


async def _form(request: Request) -> dict[str, str]:
    return {name: plain(value) for name, value in (await form_of(request)).items()}


#: The fields of a form that was sent, and a word of an address.
Form = Annotated[dict[str, str], Depends(_form)]
Word = Annotated[str, AfterValidator(plain)]


class JustDone(BaseModel):
    """What an address says of what was just done, and of which setting."""

    said: str = Field(default="", max_length=20)
    of: str = Field(default="", max_length=200)


@dataclass(frozen=True)
class Part:
    """An entry of the bar inside 管理."""

    address: str
    name: str
    is_here: bool


def parts_of(who: Person, here: str = "") -> list[Part]:
    """The parts that someone may open."""
    return [Part(address, name, address == here) for address, name, action in _PARTS if who.may(action)]


def manage_page(
    request: Request, who: Person, template: str, part: str, status: int = 200, **shown: Any
) -> HTMLResponse:
    """A page of 管理 as its reader sees it."""
    return page(request, who, template, status, here=HERE, parts=parts_of(who, part), part=part, **shown)


def issuing_of(request: Request, who: Person) -> Issuing:
    """Changes of accounts and keys by whoever asks; each is noted under the id of the request."""
    engine = request.app.state.desk.store.engine
    return Issuing(engine, who.label, datetime.now(SHANGHAI), visit_of(request.scope).say)
