"""Someone's open orders as a page shows them: what each owes them next, how likely it ends badly, and why."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from desk.board.forecasting import asked_first
from desk.clock_desk import open_and_whose
from desk.scored import Scored
from desk.scorer import Scorer
from desk.situations import scored_situations
from desk.standing import Standing
from hotline.bands import RiskBand
from hotline.duties import Duty, Post
from hotline.playbook import Playbook
from hotline.prediction import Prediction
from hotline.scope import Scope, is_within
from hotline.situation import Situation
from store.database import Store

#: A limit this near, or passed no longer ago than a day, is done before anything else, however low the risk.
_NEAR, _JUST_PASSED = timedelta(minutes=30), timedelta(days=1)


class SortedBy(StrEnum):
    """In which order the list stands."""

    RISK = "risk"
    LIMIT = "limit"


@dataclass(frozen=True)
class OrderCard:
    """One open order.

    prediction : None where no model speaks
    duty       : what the reader owes it next; None where nothing is owed
    is_asked   : the reader is asked for a forecast before the model's word is shown
    """

    situation: Situation
    prediction: Prediction | None
    duty: Duty | None
    is_asked: bool = False

    @property
    def order_id(self) -> str:
        """The order's id."""
        return self.situation.order.order_id

    @property
    def band(self) -> RiskBand:
        """Who acts; without a model only clocks speak."""
        if self.prediction is not None:
            return self.prediction.band
        return RiskBand.YELLOW if self.duty is not None and self.duty.is_overdue else RiskBand.NONE

    @property
    def due_at(self) -> datetime | None:
        """Until when the reader owes something."""
        return self.duty.due_at if self.duty else None

    @property
    def is_flagged(self) -> bool:
        """Whether it is shown as a card, and not as a line below."""
        return self.band is not RiskBand.NONE or (self.duty is not None and self.duty.is_overdue)


@dataclass(frozen=True)
class MyOrders:
    """The list at a moment; `first_of_all` is the order whose limit is nearest, if that is near.

    The cards bring no reasons: they cost as much as all the rest, and `explained` gives them to those that are shown.
    """

    as_of: datetime
    cards: tuple[OrderCard, ...]
    first_of_all: OrderCard | None
    scored: tuple[Scorer, Scored] | None

    @property
    def is_scored(self) -> bool:
        """Whether a model speaks."""
        return self.scored is not None

    def explained(self, cards: Sequence[OrderCard]) -> list[OrderCard]:
        """Some of the cards with the reasons of their risk."""
        told = {card.order_id for card in cards if not card.is_asked}
        said = _said(self.scored, told, with_reasons=True) if self.scored else {}
        return [replace(card, prediction=said.get(card.order_id)) for card in cards]

    def of_band(self, band: RiskBand | None) -> tuple[OrderCard, ...]:
        """The cards of one band; all without one."""
        return tuple(card for card in self.cards if band is None or card.band is band)


@dataclass(frozen=True)
class Reader:
    """Who reads: which orders are theirs, which posts' duties, and whether they foretell ratings themselves."""

    scope: Scope
    posts: frozenset[Post]
    foretells: bool = False


def my_orders(
    store: Store,
    playbook: Playbook,
    reader: Reader,
    standing: Standing,
    scored: tuple[Scorer, Scored] | None,
    now: datetime,
    sorted_by: SortedBy = SortedBy.RISK,
) -> MyOrders:
    """The open orders within someone's scope. `scored` is the champion with the worklist; None without a model."""
    mine = [name for name, where in open_and_whose(standing, now) if is_within(reader.scope, where)]
    said = _said(scored, set(mine)) if scored else {}
    found = scored_situations(store, mine, now)
    asked = asked_first(store, found.values(), now) if reader.foretells else frozenset()
    cards = [
        _asked_card(situation, playbook, reader.posts, is_asked=scored is not None)
        if name in asked
        else _card(situation, said.get(name), playbook, reader.posts)
        for name, situation in found.items()
    ]
    by = SortedBy.LIMIT if scored is None else sorted_by
    cards.sort(key=_by_limit if by is SortedBy.LIMIT else _by_risk)
    return MyOrders(now, tuple(cards), _first_of_all(cards, now), scored)


def _said(scored: tuple[Scorer, Scored], mine: set[str], with_reasons: bool = False) -> dict[str, Prediction]:
    """What the model says of these."""
    scorer, listed = scored
    some = [row for row, p in enumerate(listed.predictions) if p.order_id in mine]
    told = (
        scorer.explained(listed.take(some)).predictions
        if with_reasons
        else [listed.predictions[row] for row in some]
    )
    return {p.order_id: p for p in told}


def _card(
    situation: Situation, prediction: Prediction | None, playbook: Playbook, posts: frozenset[Post]
) -> OrderCard:
    owed = (duty for duty in playbook.duties(situation, posts) if duty.state.is_owed and duty.post in posts)
    return OrderCard(situation, prediction, next(owed, None))


def _asked_card(
    situation: Situation, playbook: Playbook, posts: frozenset[Post], is_asked: bool
) -> OrderCard:
    """The card without the model's word, an earlier one too, and without the duties that follow from it alone."""
    return replace(_card(replace(situation, risks=()), None, playbook, posts), is_asked=is_asked)


_BANDS: Sequence[RiskBand] = (RiskBand.RED, RiskBand.ORANGE, RiskBand.YELLOW, RiskBand.GREY, RiskBand.NONE)


def _by_risk(card: OrderCard) -> tuple[int, int, float, str]:
    """By band and by tenths of risk; what is alike, by the nearer limit."""
    risk = card.prediction.dissatisfied if card.prediction else 0.0
    return _BANDS.index(card.band), -round(10 * risk), _due(card), card.order_id


def _by_limit(card: OrderCard) -> tuple[float, int, str]:
    return _due(card), _BANDS.index(card.band), card.order_id


def _due(card: OrderCard) -> float:
    return card.due_at.timestamp() if card.due_at else float("inf")


def _first_of_all(cards: Iterable[OrderCard], now: datetime) -> OrderCard | None:
    """The order whose limit is near; where none is, the one whose limit passed last, not long ago."""
    near = [card for card in cards if card.due_at and -_JUST_PASSED <= card.due_at - now <= _NEAR]
    return min(
        near, key=lambda card: (_due(card) < now.timestamp(), abs(_due(card) - now.timestamp())), default=None
    )
