"""What is written down about an order by a tap: deeds, taken back soon after, and the handler's own forecast."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, Field

from desk.access.person import Person
from desk.board.forecasting import foretell
from desk.board.recording import Deed, Told, record, undo
from desk.intake import Intake
from desk.refusals import Refused
from desk.situations import situations
from hotline.policy import Action
from hotline.satisfaction import Rating
from serve.access import allowed
from serve.needs import WhichOrder
from serve.web.shown import short_of
from serve.web.typed import key_of, last_moment, moment_of
from serve.web.writing import FormWriting

deed_forms = APIRouter(include_in_schema=False)
MayWrite = Annotated[Person, allowed(Action.WRITE_EVENT)]
MayForetell = Annotated[Person, allowed(Action.FORECAST)]
#: Under which the orders of whoever reads have their addresses.
HERE = "/my-orders"
LONGEST_NOTE = 500
#: What is said of other things that were just written down.
_SAID = {
    "undone": "已撤销登记",
    "numbered": "编号已保存",
    "foretold": "已记下您的预判",
    "unsaid": "这次没有预判",
}


class JustNow(BaseModel):
    """What an address says of what was just written down."""

    said: Annotated[str, Field(max_length=20)] = ""
    order: Annotated[str, Field(max_length=200)] = ""
    event: Annotated[str, Field(max_length=100)] = ""

    @property
    def done(self) -> "Done | None":
        """It in words; None where nothing was."""
        if self.said in set(Deed):
            return Done(f"已登记“{Deed(self.said).zh}”", self.order, short_of(self.order), self.event)
        if self.said in _SAID:
            return Done(_SAID[self.said], self.order, short_of(self.order), "")
        return None


@dataclass(frozen=True)
class Done:
    """What was just written down, so that it can be taken back; `event_id` is empty where it cannot."""

    said: str
    order_id: str
    short: str
    event_id: str


@deed_forms.post(HERE + "/{order_id:path}/deeds")
async def write_deed(who: MayWrite, order_id: WhichOrder, writing: FormWriting) -> Response:
    """Write a deed down, and show where one was."""
    form = await writing.form()

    def write(way_in: Intake, now: datetime) -> tuple[Deed, str]:
        told = _deed_of(form)
        return told.deed, record(way_in, who, order_id, told, now)

    deed, event_id = await writing.written(who, order_id, write)
    return back_to(form, {"said": deed.value, "order": order_id, "event": event_id})


@deed_forms.post(HERE + "/{order_id:path}/undo")
async def undo_deed(who: MayWrite, order_id: WhichOrder, writing: FormWriting) -> Response:
    """Take back what was just written down."""
    form = await writing.form()
    event_id = form.get("event_id", "")
    await writing.written(who, order_id, lambda way_in, now: undo(way_in, who, order_id, event_id, now))
    return back_to(form, {"said": "undone", "order": order_id})


@deed_forms.post(HERE + "/{order_id:path}/forecast")
async def write_forecast(who: MayForetell, order_id: WhichOrder, writing: FormWriting) -> Response:
    """Write down what the handler expects the citizen to say, or that they would not say."""
    form = await writing.form()
    told = form.get("rating", "")

    def write(way_in: Intake, now: datetime) -> bool:
        if told not in ("", *(str(int(rating)) for rating in Rating)):
            raise Refused("rating", "请点选四级评价中的一级")
        order = situations(way_in.store, [order_id], now)[order_id]
        return foretell(way_in.store, order, key_of(form), Rating(int(told)) if told else None, now)

    await writing.written(who, order_id, write)
    return back_to(form, {"said": "foretold" if told else "unsaid", "order": order_id})


def _deed_of(form: Mapping[str, str]) -> Told:
    """The deed that a form tells. Refused, naming the field, where it tells none."""
    try:
        deed = Deed(form.get("deed", ""))
    except ValueError:
        raise Refused("deed", "请点选做了什么") from None
    noted = {Deed.DELAYED: form.get("cause"), Deed.ESCALATED: form.get("to")}.get(deed) or ""
    return Told(
        deed=deed,
        key=key_of(form),
        happened_at=moment_of(form, "tapped_at", "登记时间无法识别，请重新登记"),
        promised_at=last_moment(form.get("promised_on", "")) if deed is Deed.DELAYED else None,
        note=noted.strip()[:LONGEST_NOTE] or None,
    )


def back_to(form: dict[str, str], said: dict[str, str]) -> RedirectResponse:
    """To where the form was, with a word about what was done; never to another site."""
    back = form.get("back", HERE)
    if not back.startswith("/") or back.startswith("//") or "\\" in back:
        back = HERE
    address, _, query = back.partition("?")
    kept = [(name, value) for name, value in parse_qsl(query) if name not in ("said", "order", "event")]
    return RedirectResponse(f"{address}?{urlencode([*kept, *said.items()])}", 303)
