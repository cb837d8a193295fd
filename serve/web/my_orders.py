"""我的工单: one's open orders with what they owe, and deeds written down by a tap."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Annotated, Any
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, Field

from desk.access.person import Person
from desk.board.my_orders import MyOrders, OrderCard, Reader, SortedBy, my_orders
from desk.board.recording import Deed, Told, record, undo
from desk.intake import Intake
from desk.refusals import Refused
from hotline.bands import RiskBand
from hotline.calendar import SHANGHAI
from hotline.duties import posts_of
from hotline.playbook import Playbook
from hotline.policy import Action
from serve.access import allowed
from serve.errors import Unavailable
from serve.needs import Desk, Now, Rulebook, Seen, WhichOrder
from serve.open_desk import OpenDesk
from serve.web.rendering import page
from serve.web.shown import ShownCard, short_of
from serve.web.writing import FormWriting

my_orders_pages = APIRouter(include_in_schema=False)
MayRead = Annotated[Person, allowed(Action.READ_WORKLIST)]
MayWrite = Annotated[Person, allowed(Action.WRITE_EVENT)]
HERE = "/my-orders"
#: With many flagged orders the first ones are cards, the rest lines.
_MANY, _CARDS, _ROWS = 15, 8, 20
_KEY = r"^[A-Za-z0-9_-]{8,64}$"


class Asked(BaseModel):
    """Which part of the list, as its address says it."""

    band: RiskBand | None = None
    by: SortedBy = SortedBy.RISK
    find: str = Field("", max_length=40)
    more: int = Field(_ROWS, ge=_ROWS, le=5_000)
    said: str = Field("", max_length=20)
    order: str = Field("", max_length=200)
    event: str = Field("", max_length=100)

    def address(self, **changed: Any) -> str:
        """The address of the list with something else asked for."""
        asked = {
            "band": self.band and self.band.value,
            "by": self.by.value,
            "find": self.find,
            "more": self.more,
        }
        usual = {"band": None, "by": "risk", "find": "", "more": _ROWS}
        told = {name: value for name, value in (asked | changed).items() if value != usual[name]}
        return f"{HERE}?{urlencode(told)}" if told else HERE


@dataclass(frozen=True)
class Done:
    """What was just written down, so that it can be taken back."""

    said: str
    order_id: str
    short: str
    event_id: str


def read_list(
    desk: OpenDesk, playbook: Playbook, who: Person, now: datetime, sorted_by: SortedBy = SortedBy.RISK
) -> MyOrders:
    """Someone's open orders, with the model's word where there is one."""
    reader = Reader(who.scope, posts_of(who.role))
    try:
        service = desk.in_service()
    except Unavailable:
        return my_orders(desk.store, playbook, reader, desk.look_at_all(), None, now)
    standing, scored = service.worklist.look(now)
    return my_orders(service.store, playbook, reader, standing, (service.scorer, scored), now, sorted_by)


@my_orders_pages.get(HERE)
def my_orders_page(
    who: MayRead,
    request: Request,
    asked: Annotated[Asked, Query()],
    desk: Desk,
    playbook: Rulebook,
    seen: Seen,
    now: Now,
) -> Response:
    """The list, its most urgent first."""
    found = read_list(desk, playbook, who, now, asked.by)
    matching = [card for card in found.of_band(asked.band) if _matches(card, asked.find)]
    flagged = [card for card in matching if card.is_flagged]
    cards = flagged[:_CARDS] if len(flagged) > _MANY else flagged
    shown = {card.order_id for card in cards}
    others = [card for card in matching if card.order_id not in shown]
    rows = others[: asked.more]
    seen.about([*shown, *(card.order_id for card in rows)])
    return page(
        request,
        who,
        "my_orders.html",
        here=HERE,
        list=found,
        total=len(found.cards),
        counts=[(band, len(found.of_band(band))) for band in RiskBand if found.of_band(band)],
        cards=[ShownCard(card) for card in found.explained(cards)],
        rows=[ShownCard(card) for card in rows],
        rows_total=len(others),
        first=found.first_of_all and ShownCard(found.first_of_all),
        band=asked.band,
        sorted_by=SortedBy.RISK if found.is_scored and asked.by is SortedBy.RISK else SortedBy.LIMIT,
        find=asked.find,
        more=asked.more,
        address=asked.address,
        now=now,
        done=done_of(asked),
        back=asked.address(),
    )


@my_orders_pages.post(HERE + "/{order_id:path}/deeds")
async def write_deed(who: MayWrite, order_id: WhichOrder, writing: FormWriting) -> Response:
    """Write a deed down, and show where one was."""
    form = await writing.form()

    def write(way_in: Intake, now: datetime) -> tuple[Deed, str]:
        told = _told(form)
        return told.deed, record(way_in, who, order_id, told, now)

    deed, event_id = await writing.written(who, order_id, write)
    return back_to(form, {"said": deed.value, "order": order_id, "event": event_id})


@my_orders_pages.post(HERE + "/{order_id:path}/undo")
async def undo_deed(who: MayWrite, order_id: WhichOrder, writing: FormWriting) -> Response:
    """Take back what was just written down."""
    form = await writing.form()
    event_id = form.get("event_id", "")
    await writing.written(who, order_id, lambda way_in, now: undo(way_in, who, order_id, event_id, now))
    return back_to(form, {"said": "undone", "order": order_id})


def _told(form: dict[str, str]) -> Told:
    """The deed that a form tells. Refused, naming the field, where it tells none."""
    try:
        deed = Deed(form.get("deed", ""))
    except ValueError:
        raise Refused("deed", "请点选做了什么") from None
    key = form.get("key", "")
    if not re.fullmatch(_KEY, key):
        raise Refused("key", "页面已过期，请刷新后重新登记")
    return Told(
        deed=deed,
        key=key,
        tapped_at=_moment(form.get("tapped_at", "")),
        promised_at=_end_of_day(form.get("promised_on", "")) if deed is Deed.DELAYED else None,
        note={Deed.DELAYED: form.get("cause"), Deed.ESCALATED: form.get("to")}.get(deed),
    )


def _moment(written: str) -> datetime | None:
    if not written:
        return None
    try:
        found = datetime.fromisoformat(written)
    except ValueError:
        raise Refused("tapped_at", "登记时间无法识别，请重新登记") from None
    return found.astimezone(SHANGHAI)


def _end_of_day(written: str) -> datetime | None:
    try:
        return datetime.combine(date.fromisoformat(written), time(23, 59), SHANGHAI)
    except ValueError:
        return None


def back_to(form: dict[str, str], said: dict[str, str]) -> RedirectResponse:
    """To where the form was, with a word about what was done; never to another site."""
    back = form.get("back", HERE)
    if not back.startswith("/") or back.startswith("//") or "\\" in back:
        back = HERE
    address, _, query = back.partition("?")
    kept = [(name, value) for name, value in parse_qsl(query) if name not in ("said", "order", "event")]
    return RedirectResponse(f"{address}?{urlencode([*kept, *said.items()])}", 303)


def done_of(asked: Asked) -> Done | None:
    if asked.said == "undone":
        return Done("已撤销登记", asked.order, short_of(asked.order), "")
    if asked.said == "numbered":
        return Done("编号已保存", asked.order, short_of(asked.order), "")
    if asked.said not in set(Deed):
        return None
    return Done(f"已登记“{Deed(asked.said).zh}”", asked.order, short_of(asked.order), asked.event)


def _matches(card: OrderCard, find: str) -> bool:
    order, sought = card.situation.order, find.strip()
    told = (order.order_id, order.community, order.category, order.street, order.company, order.text)
    return not sought or any(sought in word for word in told if word)
