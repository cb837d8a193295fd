"""我的工单: one's open orders with what they owe, and deeds written down by a tap."""

from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import Field

from desk.access.person import Person
from desk.board.finding import is_found
from desk.board.lately import rated_lately
from desk.board.my_orders import MyOrders, OrderCard, Reader, SortedBy, my_orders
from hotline.bands import RiskBand
from hotline.duties import posts_of
from hotline.playbook import Playbook
from hotline.policy import Action
from hotline.satisfaction import Rating
from serve.access import allowed
from serve.errors import Unavailable
from serve.needs import Desk, Now, Rulebook, Seen
from serve.open_desk import OpenDesk
from serve.web.deeds import HERE, JustNow
from serve.web.rendering import page
from serve.web.shown import ShownCard

my_orders_pages = APIRouter(include_in_schema=False)
MayRead = Annotated[Person, allowed(Action.READ_WORKLIST)]
#: With many flagged orders the first ones are cards, the rest lines.
_MANY, _CARDS, _ROWS = 15, 8, 20


class Asked(JustNow):
    """Which part of the list, as its address says it."""

    band: RiskBand | None = None
    by: SortedBy = SortedBy.RISK
    find: str = Field("", max_length=40)
    more: int = Field(_ROWS, ge=_ROWS, le=5_000)

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


def reader_of(who: Person) -> Reader:
    """How someone reads their orders."""
    return Reader(who.scope, posts_of(who.role), who.may(Action.FORECAST))


def read_list(
    desk: OpenDesk, playbook: Playbook, who: Person, now: datetime, sorted_by: SortedBy = SortedBy.RISK
) -> MyOrders:
    """Someone's open orders, with the model's word where there is one."""
    reader = reader_of(who)
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
    """The list, its most urgent first; before it the orders that are to be foretold."""
    mark = desk.store.watermark()
    found = read_list(desk, playbook, who, now, asked.by)
    matching = [card for card in found.of_band(asked.band) if _matches(card, asked.find)]
    to_foretell = [card for card in matching if card.is_asked]
    flagged = [card for card in matching if card.is_flagged and not card.is_asked]
    cards = flagged[:_CARDS] if len(flagged) > _MANY else flagged
    shown = {card.order_id for card in (*to_foretell, *cards)}
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
        to_foretell=[ShownCard(card) for card in to_foretell],
        ratings=list(reversed(Rating)),
        cards=[ShownCard(card) for card in found.explained(cards)],
        rows=[ShownCard(card) for card in rows],
        rows_total=len(others),
        first=found.first_of_all and ShownCard(found.first_of_all),
        band=asked.band,
        sorted_by=SortedBy.RISK if found.is_scored and asked.by is SortedBy.RISK else SortedBy.LIMIT,
        find=asked.find,
        found=len(matching),
        more=asked.more,
        address=asked.address,
        lately={} if found.cards else rated_lately(desk.store, who.scope, now),
        mark=mark,
        now=now,
        done=asked.done,
        back=asked.address(),
    )


def _matches(card: OrderCard, find: str) -> bool:
    order = card.situation.order
    told = (order.order_id, order.community, order.category, order.street, order.company, order.text)
    return is_found(find, told)
