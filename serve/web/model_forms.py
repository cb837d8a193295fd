"""What is sent from the model page: a proposal, its withdrawal, refusal or confirmation, and the way back."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool

from desk.access.person import Person
from desk.promotion.changing import Changing
from desk.refusals import Refused
from hotline.policy import Action
from serve.access import allowed, form_of
from serve.needs import Desk
from serve.web.model_page import HERE

model_forms = APIRouter(include_in_schema=False)
MayChange = Annotated[Person, allowed(Action.PROMOTE)]
_LONGEST_NUMBER = 6


@model_forms.post(HERE + "/propose")
async def propose(who: MayChange, request: Request) -> RedirectResponse:
    """Propose that a version takes over; another person has to confirm it."""
    form = await form_of(request)
    version = _digits(form, "version")
    await _changed(request, who, lambda at: at.propose(version, form.get("seen") or None))
    return RedirectResponse(f"{HERE}?version={version}&said=proposed", 303)


@model_forms.post(HERE + "/withdraw")
async def withdraw(who: MayChange, request: Request) -> RedirectResponse:
    """Take one's own proposal back."""
    number = int(_digits(await form_of(request), "number"))
    await _changed(request, who, lambda at: at.withdraw(number))
    return RedirectResponse(f"{HERE}?said=withdrawn", 303)


@model_forms.post(HERE + "/refuse")
async def refuse(who: MayChange, request: Request) -> RedirectResponse:
    """Send somebody else's proposal back, with the reason."""
    form = await form_of(request)
    number = int(_digits(form, "number"))
    await _changed(request, who, lambda at: at.refuse(number, form.get("reason", "")))
    return RedirectResponse(f"{HERE}?said=refused", 303)


@model_forms.post(HERE + "/confirm")
async def confirm(who: MayChange, request: Request, desk: Desk) -> RedirectResponse:
    """Put what somebody else proposed in service."""
    number = int(_digits(await form_of(request), "number"))
    await _changed(request, who, lambda at: at.confirm(number))
    desk.look()
    return RedirectResponse(f"{HERE}?said=promoted", 303)


@model_forms.post(HERE + "/rollback")
async def roll_back(who: MayChange, request: Request, desk: Desk) -> RedirectResponse:
    """Put the champion before this one in service again, with the reason."""
    form = await form_of(request)
    seen = _digits(form, "seen")
    await _changed(request, who, lambda at: at.roll_back(seen, form.get("reason", "")))
    desk.look()
    return RedirectResponse(f"{HERE}?said=rolled_back", 303)


async def _changed(request: Request, who: Person, change: Callable[[Changing], object]) -> None:
    """Do it in the name of a person: a key is nobody, and two of them are not two persons."""
    if who.session is None:
        raise Refused("who", "上线和换回要由登录的人来办，接口密钥办不了")
    changing = Changing(request.app.state.settings, who.label, datetime.now(UTC))
    await run_in_threadpool(change, changing)


def _digits(form: dict[str, str], name: str) -> str:
    told = form.get(name, "")
    if not told.isascii() or not told.isdigit() or len(told) > _LONGEST_NUMBER:
        raise Refused(name, "这张表单不完整，请回到模型页再办一次")
    return told
