"""移交: a manager's open orders go to another; first how many it concerns, then, confirmed, all of them at once."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, BackgroundTasks, Query, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, Field

from desk.access.person import Person
from desk.handover import Handover, concerned, foreseen, hand_over, known_managers
from desk.refusals import Refused
from hotline.calendar import to_micros
from hotline.policy import Action
from hotline.scope import Whereabouts
from serve.access import allowed
from serve.needs import Desk, Now, TheClock
from serve.open_desk import OpenDesk
from serve.visit import visit_of
from serve.web.manage.parts import HANDOVER, Form, Word, manage_page
from serve.web.typed import key_of
from store.kept_answers import KeyTaken
from store.whereabouts import names_in_use

handover_pages = APIRouter(include_in_schema=False)
MayHandOver = Annotated[Person, allowed(Action.HAND_OVER)]
_OUTDATED = "页面已过期，请重新查看件数后再移交"


class Asked(BaseModel):
    """Which handover, as the address says it; `done` is how many orders the last one moved."""

    giver: Word = Field(default="", alias="from", max_length=60)
    taker: Word = Field(default="", alias="to", max_length=60)
    community: Word = Field(default="", max_length=60)
    company: Word = Field(default="", max_length=60)
    done: int | None = Field(default=None, ge=0)


@handover_pages.get(HANDOVER)
def handover_page(
    who: MayHandOver, request: Request, desk: Desk, now: Now, asked: Annotated[Asked, Query()]
) -> Response:
    """The form; once both managers are named, what the handover would do."""
    if asked.done is not None or not (asked.giver and asked.taker):
        return _shown(request, who, desk, asked)
    return _counted(request, who, desk, asked, now)


@handover_pages.post(HANDOVER)
def confirm(
    who: MayHandOver, request: Request, form: Form, desk: Desk, clock: TheClock, after: BackgroundTasks
) -> Response:
    """Hand over what was shown; all of it, once. What changed since is shown anew."""
    asked = Asked.model_validate(
        {name: form.get(name, "")[:60] for name in ("from", "to", "community", "company")}
    )
    now = clock()
    try:
        handover, key = _handover(desk, who, asked), key_of(form, _OUTDATED)
        desk.look_at_all()  # whatever is to be sorted is not sorted while others wait to write
        with desk.store.transaction() as store:
            found = concerned(desk.look_at_all(), handover, who.scope, now)
            moved = hand_over(
                store, handover, _expected(form, found), who, key, now, _kept_since(request, now)
            )
    except Refused as refused:
        return _shown(request, who, desk, asked, 422, refused=refused.message)
    except KeyTaken:
        return _shown(request, who, desk, asked, 422, refused=_OUTDATED)
    visit = visit_of(request.scope)
    visit.about(moved)
    if moved:  # a name that has no orders may be anything
        visit.say(f"handed over: {handover.giver} → {handover.taker}")
    after.add_task(desk.notice)
    told = {"from": asked.giver, "to": asked.taker, "done": len(moved)}
    return RedirectResponse(f"{HANDOVER}?{urlencode(told)}", 303)


def _expected(form: dict[str, str], found: Sequence[tuple[str, Whereabouts]]) -> list[str]:
    """The orders, where they are as many as were shown; none where all are gone, for then it was done before."""
    if found and form.get("count", "") != str(len(found)):
        raise Refused("count", f"刚才到现在件数有变化，现在是{len(found)}件，请重新查看后再移交")
    return [order_id for order_id, _ in found]


def _kept_since(request: Request, now: datetime) -> int:
    return to_micros(now - timedelta(hours=request.app.state.settings.idempotency_hours))


def _handover(desk: OpenDesk, who: Person, asked: Asked) -> Handover:
    """What is asked for. Refused, naming the field, where it cannot be."""
    giver, taker = asked.giver.strip(), asked.taker.strip()
    if not giver or not taker:
        raise Refused("from", "请写明从哪位项目经理移交给哪位")
    if giver == taker:
        raise Refused("to", "移出和接手是同一个人，请核对")
    if taker not in known_managers(desk.store, who.scope):
        is_firm = bool(who.scope.companies)
        where, account = ("本企业", "，范围里写明本企业") if is_firm else ("全区", "")
        raise Refused(
            "to", f"{where}没有叫“{taker}”的项目经理：请核对名字，或先请系统管理员新建账号{account}"
        )
    company = asked.company.strip() if who.scope.is_whole else ""
    return Handover(giver, taker, asked.community.strip() or None, company or None)


def _counted(request: Request, who: Person, desk: OpenDesk, asked: Asked, now: datetime) -> Response:
    try:
        handover = _handover(desk, who, asked)
    except Refused as refused:
        return _shown(request, who, desk, asked, refused=refused.message)
    found = concerned(desk.look_at_all(), handover, who.scope, now)
    told = foreseen(desk.store, handover, found)
    return _shown(request, who, desk, asked, foreseen=told, key=secrets.token_urlsafe(12))


def _shown(
    request: Request, who: Person, desk: OpenDesk, asked: Asked, status: int = 200, **shown: Any
) -> Response:
    names = names_in_use(desk.store.engine)
    known = sorted(known_managers(desk.store, who.scope))
    is_whole = who.scope.is_whole
    told = {"refused": "", "foreseen": None, "key": ""} | shown
    return manage_page(
        request,
        who,
        "manage_handover.html",
        HANDOVER,
        status,
        asked=asked,
        known=known,
        communities=names["community"] if is_whole else [],
        companies=names["company"] if is_whole else [],
        may_change_company=is_whole,
        **told,
    )
