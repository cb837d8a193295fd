"""An order as pages show it: short, in the citizen's own (masked) words, with one reason and the deed that is advised."""

import secrets
from dataclasses import dataclass
from functools import cached_property

from desk.board.my_orders import OrderCard
from desk.board.recording import Deed
from hotline.bands import RiskBand
from hotline.masking import hide_rooms
from hotline.order import Order

_LONGEST_TITLE = 60
#: Which deed does a duty; entries that no deed of a page does are left out.
_DEED_FOR = {
    "P02": Deed.VISITED,
    "P04": Deed.DELAYED,
    "P06": Deed.VISITED,
    "P07": Deed.ESCALATED,
    "P09": Deed.CONTACTED,
    "P10": Deed.CONTACTED,
    "P13": Deed.VISITED,
    "P15": Deed.CONTACTED,
    "P18": Deed.DELAYED,
    "P20": Deed.CONTACTED,
    "P21": Deed.DELAYED,
}


def title_of(order: Order) -> str:
    """What the order is about, in a line."""
    words = hide_rooms(" ".join((order.text or "").split()))
    told = words or order.category or "没有诉求文字"
    return told if len(told) <= _LONGEST_TITLE else f"{told[: _LONGEST_TITLE - 1]}…"


def place_of(order: Order) -> str:
    """Where it is and of which kind."""
    return " · ".join(word for word in (order.community, order.category) if word) or "小区未填"


def short_of(order_id: str) -> str:
    """The end of an order's number, by which lists name it."""
    return order_id[-4:]


@dataclass(frozen=True)
class ShownCard:
    """A card with its words; the key is that of its next tap."""

    card: OrderCard

    @cached_property
    def order(self) -> Order:
        """The order itself."""
        return self.card.situation.order

    @property
    def title(self) -> str:
        """What it is about."""
        return title_of(self.order)

    @property
    def place(self) -> str:
        """Where."""
        return place_of(self.order)

    @property
    def short(self) -> str:
        """The end of its number."""
        return short_of(self.order.order_id)

    @property
    def reason(self) -> str:
        """The strongest thing that makes 不满意 likelier."""
        if self.card.prediction is None:
            return ""
        return next((reason.zh for reason in self.card.prediction.reasons if reason.raises), "")

    @cached_property
    def key(self) -> str:
        """The key of the next tap."""
        return secrets.token_urlsafe(12)

    @property
    def advised(self) -> str:
        """The deed that does the next duty; none where no call helps."""
        if self.card.band is RiskBand.GREY or self.card.duty is None:
            return ""
        deed = _DEED_FOR.get(self.card.duty.entry.id)
        return deed.value if deed else ""
