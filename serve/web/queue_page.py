"""优先队列: today's calls of one's desk, claimed by one at a time, written down, or disagreed with."""

import secrets
from datetime import datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, Field

from desk.access.person import Person
from desk.board.liaison_list import matters
from desk.board.queue_list import queue_list
from desk.board.recording import CALL_PREFIX
from desk.intake import Intake
from desk.playbook_changing import NotSettable
from desk.queue import working
from desk.refusals import Refused
from hotline.duties import Post, group_of, posts_of
from hotline.lifecycle import EventType
from hotline.order import OrderEvent
from hotline.playbook_settings import SettingName
from hotline.policy import Action
from serve.access import allowed
from serve.needs import Now, Rulebook, Seen, Service, WhichOrder
from serve.web.manage.changing import change_setting
from serve.web.manage.parts import Form
from serve.web.rendering import page
from serve.web.shown import place_of, short_of, title_of
from serve.web.writing import FormWriting
from store.claims import Outcome
from store.database import Store

queue_pages = APIRouter(include_in_schema=False)
MayWork = Annotated[Person, allowed(Action.WORK_QUEUE)]
HERE = "/queue"
#: What was done, as the form offers it.
CALLS = {
    EventType.CONTACTED: "已联系",
    EventType.EXPLAINED: "已解释说明",
    EventType.PUT_RIGHT: "已整改",
    EventType.VISITED: "已上门",
}
#: Why one disagrees; only these, so that nothing personal is written.
WHYS = ("市民已明确表示满意", "已有同事联系过", "预判与实际情况不符", "不归本岗位办理", "其他")
_SAID = {
    "accepted": "已登记接单",
    "claimed": "已认领，请尽快联系",
    "done": "已登记",
    "undone": "已撤销登记，工单放回队列",
    "disagreed": "已记录您的意见，交给做模型的同事",
    "released": "已放回队列",
    "not_reached": "已记下没打通，两小时后再排进来",
    "capacity": "容量已改，清单已按新的数重排",
}


class Asked(BaseModel):
    """What the address says of what was just done."""

    said: str = Field("", max_length=20)
    order: str = Field("", max_length=200)
    event: str = Field("", max_length=100)


@queue_pages.get(HERE)
def queue_page(
    who: Annotated[Person, allowed(Action.READ_QUEUE)],
    request: Request,
    asked: Annotated[Asked, Query()],
    service: Service,
    playbook: Rulebook,
    seen: Seen,
    now: Now,
) -> Response:
    """Today's calls, the cut line, and why the others are out."""
    mark = service.store.watermark()
    found = queue_list(
        service.store,
        service.queues.of(service.store, who, playbook, now),
        who,
        now,
    )
    shown = [*found.calls, *found.below]
    seen.about(row.entry.order_id for row in shown)
    matters_now = matters(service.store, playbook, now)
    reached = seen.reached(who, [matter.push.order_id for matter in matters_now])
    group = [matter for matter in matters_now if matter.push.order_id in reached]
    return page(
        request,
        who,
        "queue.html",
        here=HERE,
        list=found,
        titles={row.entry.order_id: title_of(row.situation.order) for row in shown},
        wheres={row.entry.order_id: place_of(row.situation.order) for row in shown},
        group=group,
        waiting={matter.push.order_id: matter for matter in group if matter.accepted_at is None},
        may_accept=who.may(Action.WRITE_EVENT) and Post.STREET_HANDLER in posts_of(who.role),
        tap=secrets.token_urlsafe(12),
        has_robot=request.app.state.settings.liaison_url is not None,
        label=who.label,
        short_of=short_of,
        calls=CALLS,
        whys=WHYS,
        said=_SAID.get(asked.said, ""),
        said_of=short_of(asked.order),
        undoable=asked if asked.said == "done" and asked.event.startswith(CALL_PREFIX) else None,
        mark=mark,
        now=now,
        may_work=who.may(Action.WORK_QUEUE),
        may_set=who.may(Action.SET_CAPACITY),
        capacity=playbook.capacity(who.role, who.scope.zh),
    )


@queue_pages.post(HERE + "/capacity")
def set_capacity(
    who: Annotated[Person, allowed(Action.SET_CAPACITY)], request: Request, form: Form, now: Now
) -> RedirectResponse:
    """How many calls one's own desk can make a day; empty gives it back."""
    own = SettingName("capacity", who.role.value) if who.scope.is_whole else SettingName("desk", who.scope.zh)
    try:
        change_setting(request, who, own, form.get("calls") or None, now)
    except NotSettable as refused:
        raise Refused("calls", refused.zh) from None
    return RedirectResponse(f"{HERE}?said=capacity", 303)


@queue_pages.post(HERE + "/{order_id:path}/claim")
async def claim(
    who: MayWork, order_id: WhichOrder, playbook: Rulebook, writing: FormWriting
) -> RedirectResponse:
    """Take an order, so that nobody else calls about it."""
    held_for = playbook.rules.claims_held_for
    await writing.written(
        who, order_id, lambda way_in, now: working.claim(way_in.store, order_id, who, now, held_for)
    )
    return _back("claimed", order_id)


@queue_pages.post(HERE + "/{order_id:path}/done")
async def done(
    who: MayWork, order_id: WhichOrder, playbook: Rulebook, writing: FormWriting
) -> RedirectResponse:
    """Write down what was done with the citizen, and end the claim."""
    form = await writing.form()
    told, claimed_at = form.get("type", ""), _claimed_at(form)
    event_id = f"{CALL_PREFIX}{claimed_at}" if claimed_at else None

    def write(way_in: Intake, now: datetime) -> None:
        if told not in set(CALLS):
            raise Refused("type", "请点选做了什么")
        if _is_sent_again(way_in.store, order_id, who, claimed_at, Outcome.DONE):
            written = {event["event_id"]: event["type"] for event in way_in.store.rows([order_id])["events"]}
            if written.get(event_id) != told:
                raise Refused("type", "这张工单您已经登记过，这一次没有登记；请刷新后再看")
            return
        event = OrderEvent(told, now, now, event_id=event_id, actor=who.name, group=group_of(who.role))
        working.called(way_in, order_id, who, event, now, playbook.rules.claims_held_for)

    await writing.written(who, order_id, write)
    return _back("done", order_id, event_id or "")


@queue_pages.post(HERE + "/{order_id:path}/disagree")
async def disagree(
    who: MayWork, order_id: WhichOrder, playbook: Rulebook, writing: FormWriting
) -> RedirectResponse:
    """Say why it need not be called about."""
    why = (await writing.form()).get("why", "")

    def write(way_in: Intake, now: datetime) -> None:
        if why not in WHYS:
            raise Refused("why", "请选一个理由；理由会交给做模型的同事")
        working.let_go(way_in.store, order_id, who, now, playbook.rules.claims_held_for, why)

    await writing.written(who, order_id, write)
    return _back("disagreed", order_id)


@queue_pages.post(HERE + "/{order_id:path}/not-reached")
async def not_reached(
    who: MayWork, order_id: WhichOrder, playbook: Rulebook, writing: FormWriting
) -> RedirectResponse:
    """Write down that nobody answered."""
    claimed_at = _claimed_at(await writing.form())

    def write(way_in: Intake, now: datetime) -> None:
        if not _is_sent_again(way_in.store, order_id, who, claimed_at, Outcome.NOT_REACHED):
            working.not_reached(way_in.store, order_id, who, now, playbook.rules.claims_held_for)

    await writing.written(who, order_id, write)
    return _back("not_reached", order_id)


@queue_pages.post(HERE + "/{order_id:path}/release")
async def release(
    who: MayWork, order_id: WhichOrder, playbook: Rulebook, writing: FormWriting
) -> RedirectResponse:
    """Give an order back."""
    claimed_at = _claimed_at(await writing.form())

    def write(way_in: Intake, now: datetime) -> None:
        if not _is_sent_again(way_in.store, order_id, who, claimed_at, Outcome.RELEASED):
            working.let_go(way_in.store, order_id, who, now, playbook.rules.claims_held_for)

    await writing.written(who, order_id, write)
    return _back("released", order_id)


def _claimed_at(form: dict[str, str]) -> int | None:
    """When the claim was made that the sender looks at; None where the form does not say."""
    told = form.get("claimed_at", "")
    return int(told) if told.isascii() and told.isdigit() and len(told) < 18 else None


def _is_sent_again(
    store: Store, order_id: str, who: Person, claimed_at: int | None, outcome: Outcome
) -> bool:
    return claimed_at is not None and working.has_ended(store, order_id, who, claimed_at, outcome)


def _back(said: str, order_id: str, event_id: str = "") -> RedirectResponse:
    told = {"said": said, "order": order_id} | ({"event": event_id} if event_id else {})
    return RedirectResponse(f"{HERE}?{urlencode(told)}#o-{order_id}", 303)
