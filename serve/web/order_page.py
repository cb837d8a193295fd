"""工单详情: one order with its risk, its duties and everything that happened to it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from desk.access.person import Person
from desk.board.recording import Deed, Told, record
from desk.intake import Intake
from desk.refusals import Refused
from hotline.lifecycle import Verdict
from hotline.policy import Action
from serve.access import allowed
from serve.needs import WhichOrder
from serve.web.deeds import HERE, LONGEST_NOTE, JustNow, MayWrite, back_to
from serve.web.order_view import OrderView
from serve.web.typed import key_of, moment_of
from serve.web.writing import FormWriting

order_pages = APIRouter(include_in_schema=False)
MayRead = Annotated[Person, allowed(Action.READ_SCORE)]
_LONGEST_NUMBER = 60


@order_pages.get(HERE + "/{order_id:path}")
async def order_page(
    who: MayRead, order_id: WhichOrder, asked: Annotated[JustNow, Query()], order: OrderView
) -> Response:
    """One order: its duties first, then how likely it ends badly, and why."""
    return await order.shown(who, order_id, asked)


@order_pages.post(HERE + "/{order_id:path}/records")
async def write_record(
    who: MayWrite, order_id: WhichOrder, writing: FormWriting, order: OrderView
) -> Response:
    """Write down what was done, when, and what the citizen said; a closing too. What was typed is never lost."""
    form = await writing.form()

    def write(way_in: Intake, now: datetime) -> tuple[Deed, str]:
        told = _record_of(form)
        return told.deed, record(way_in, who, order_id, told, now)

    try:
        deed, event_id = await writing.written(who, order_id, write)
    except Refused as fault:
        return await order.shown(who, order_id, JustNow(), form, fault)
    return back_to(form, {"said": deed.value, "order": order_id, "event": event_id})


@order_pages.post(HERE + "/{order_id:path}/numbers")
async def write_number(
    who: MayWrite, order_id: WhichOrder, writing: FormWriting, order: OrderView
) -> Response:
    """Write the number of a petition or of a case, without which the order is not closed."""
    form = await writing.form()

    def write(way_in: Intake, now: datetime) -> None:
        numbers = [
            form.get(name, "").strip()[:_LONGEST_NUMBER] or None for name in ("petition_no", "case_no")
        ]
        if not any(numbers):
            raise Refused("numbers", "请填写信访编号或诉讼编号")
        way_in.add_numbers(order_id, numbers[0], numbers[1], now)

    try:
        await writing.written(who, order_id, write)
    except Refused as fault:
        return await order.shown(who, order_id, JustNow(), form, fault)
    return back_to(form, {"said": "numbered", "order": order_id})


def _record_of(form: Mapping[str, str]) -> Told:
    """What the long form tells. Refused, naming the field, where something is missing."""
    try:
        deed = Deed(form.get("deed", ""))
    except ValueError:
        raise Refused("deed", "请选择做了什么") from None
    return Told(
        deed=deed,
        key=key_of(form),
        happened_at=moment_of(form, "happened_at", "时间请按“年-月-日 时:分”填写"),
        verdict=Verdict(form["verdict"]) if form.get("verdict") in set(Verdict) else None,
        note=form.get("note", "").strip()[:LONGEST_NOTE] or None,
    )
