"""What is done on 优先队列: claimed, called about, not reached, disagreed with, given back; and the desk's own capacity."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse

from desk.access.person import Person
from desk.board.recording import CALL_PREFIX, claim_moment
from desk.intake import Intake
from desk.playbook_changing import NotSettable
from desk.queue import working
from desk.refusals import Refused
from hotline.duties import group_of
from hotline.order import OrderEvent
from hotline.playbook import Playbook
from hotline.playbook_settings import SettingName
from hotline.policy import Action
from serve.access import allowed
from serve.needs import Now, Rulebook, WhichOrder
from serve.web.manage.changing import change_setting
from serve.web.manage.parts import Form
from serve.web.queue_page import CALLS, HERE, LONGEST_FIND, WHYS, address_of
from serve.web.writing import FormWriting
from store.claims import Claim, Outcome
from store.database import Store

queue_forms = APIRouter(include_in_schema=False)
MayWork = Annotated[Person, allowed(Action.WORK_QUEUE)]


@queue_forms.post(HERE + "/capacity")
def set_capacity(
    who: Annotated[Person, allowed(Action.SET_CAPACITY)], request: Request, form: Form, now: Now
) -> RedirectResponse:
    """How many calls one's own desk can make a day; empty gives it back."""
    own = SettingName("capacity", who.role.value) if who.scope.is_whole else SettingName("desk", who.scope.zh)
    try:
        change_setting(request, who, own, form.get("calls") or None, now)
    except NotSettable as refused:
        raise Refused("calls", refused.zh) from None
    return RedirectResponse(address_of(form.get("find", "")[:LONGEST_FIND], said="capacity"), 303)


@queue_forms.post(HERE + "/{order_id:path}/claim")
async def claim(
    who: MayWork, order_id: WhichOrder, playbook: Rulebook, writing: FormWriting
) -> RedirectResponse:
    """Take an order, so that nobody else calls about it."""
    held_for = playbook.rules.claims_held_for
    await writing.written(
        who, order_id, lambda way_in, now: working.claim(way_in.store, order_id, who, now, held_for)
    )
    return _back(await writing.form(), "claimed", order_id)


@queue_forms.post(HERE + "/{order_id:path}/done")
async def done(
    who: MayWork, order_id: WhichOrder, playbook: Rulebook, writing: FormWriting
) -> RedirectResponse:
    """Write down what was done with the citizen, and end the claim."""
    form = await writing.form()
    told, claimed_at = form.get("type", ""), _claimed_at(form)

    def write(way_in: Intake, now: datetime) -> int:
        if told not in set(CALLS):
            raise Refused("type", "请点选做了什么")
        if claimed_at and working.has_ended(way_in.store, order_id, who, claimed_at, Outcome.DONE):
            written = {event["event_id"]: event["type"] for event in way_in.store.rows([order_id])["events"]}
            if written.get(f"{CALL_PREFIX}{claimed_at}") != told:
                raise Refused("type", "这张工单您已经登记过，这一次没有登记；请刷新后再看")
            return claimed_at
        event = OrderEvent(told, now, now, actor=who.name, group=group_of(who.role))
        return working.called(way_in, order_id, who, event, now, playbook.rules.claims_held_for).claimed_at

    return _back(form, "done", order_id, await writing.written(who, order_id, write))


@queue_forms.post(HERE + "/{order_id:path}/disagree")
async def disagree(
    who: MayWork, order_id: WhichOrder, playbook: Rulebook, writing: FormWriting
) -> RedirectResponse:
    """Say why it need not be called about."""
    form = await writing.form()
    why = form.get("why", "")

    def write(way_in: Intake, now: datetime) -> Claim:
        if why not in WHYS:
            raise Refused("why", "请选一个理由；理由会交给做模型的同事")
        return working.let_go(way_in.store, order_id, who, now, playbook.rules.claims_held_for, why)

    ended = await writing.written(who, order_id, write)
    return _back(form, "disagreed", order_id, ended.claimed_at)


@queue_forms.post(HERE + "/{order_id:path}/not-reached")
async def not_reached(
    who: MayWork, order_id: WhichOrder, playbook: Rulebook, writing: FormWriting
) -> RedirectResponse:
    """Write down that nobody answered."""
    form = await writing.form()
    claimed_at = await _ended(who, order_id, playbook, writing, Outcome.NOT_REACHED, working.not_reached)
    return _back(form, "not_reached", order_id, claimed_at)


@queue_forms.post(HERE + "/{order_id:path}/release")
async def release(
    who: MayWork, order_id: WhichOrder, playbook: Rulebook, writing: FormWriting
) -> RedirectResponse:
    """Give an order back."""
    await _ended(who, order_id, playbook, writing, Outcome.RELEASED, working.let_go)
    return _back(await writing.form(), "released", order_id)


@queue_forms.post(HERE + "/{order_id:path}/take-back")
async def take_back(who: MayWork, order_id: WhichOrder, writing: FormWriting) -> RedirectResponse:
    """Take back what was just written down; the order returns to the queue."""
    form = await writing.form()
    claimed_at = _claimed_at(form)

    def write(way_in: Intake, now: datetime) -> None:
        working.take_back(way_in, order_id, who, claimed_at or 0, now)

    await writing.written(who, order_id, write)
    return _back(form, "undone", order_id)


async def _ended(
    who: Person,
    order_id: str,
    playbook: Playbook,
    writing: FormWriting,
    outcome: Outcome,
    end: Callable[[Store, str, Person, datetime, timedelta], Claim],
) -> int:
    """End a claim so, and when it was made; sent again it is ended once."""
    claimed_at = _claimed_at(await writing.form())

    def write(way_in: Intake, now: datetime) -> int:
        if claimed_at is not None and working.has_ended(way_in.store, order_id, who, claimed_at, outcome):
            return claimed_at
        return end(way_in.store, order_id, who, now, playbook.rules.claims_held_for).claimed_at

    return await writing.written(who, order_id, write)


def _claimed_at(form: dict[str, str]) -> int | None:
    """When the claim was made that the sender looks at; None where the form does not say."""
    return claim_moment(form.get("claimed_at", ""))


def _back(
    form: Mapping[str, str], said: str, order_id: str, claimed_at: int | None = None
) -> RedirectResponse:
    told = {"said": said, "order": order_id} | ({"claimed_at": str(claimed_at)} if claimed_at else {})
    return RedirectResponse(f"{address_of(form.get('find', '')[:LONGEST_FIND], **told)}#o-{order_id}", 303)
