"""What one order's page shows: its duties first, then how likely it ends badly, and why."""

import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Annotated

from fastapi import Depends, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from desk.access.person import Person
from desk.board.my_orders import OrderCard
from desk.board.order_detail import OrderDetail, order_detail
from desk.board.recording import Deed, may_undo
from desk.board.similar_orders import SimilarOrder
from desk.refusals import Refused
from hotline.duties import Rules
from hotline.lifecycle import VERDICT_ZH
from hotline.order import Order
from hotline.policy import Action
from hotline.prediction import Prediction
from hotline.satisfaction import LEVELS_ZH, Rating
from serve.errors import Unavailable
from serve.needs import Desk, Now, Rulebook, Seen, Together
from serve.open_desk import InService
from serve.web.charts import Course, course_of
from serve.web.deeds import HERE, JustNow
from serve.web.my_orders import reader_of
from serve.web.rendering import page
from serve.web.shown import ShownCard, place_of, short_of, title_of

#: Reasons shown of either kind, and from which share of the strongest they count as middling.
_REASONS, _MIDDLING, _LARGE = 3, 0.3, 0.7
#: Of less than this there is nothing to draw.
_SHORTEST_COURSE = timedelta(hours=1)
#: Deeds with buttons that ask for more are not in the list of the long form.
_IN_THE_FORM = [deed for deed in Deed if deed not in (Deed.DELAYED, Deed.ESCALATED)]


@dataclass(frozen=True)
class ShownReason:
    """A reason in a manager's words; how strong it is, in a word."""

    zh: str
    strength: str


@dataclass(frozen=True)
class _OrderView:
    """What it takes to show an order."""

    request: Request
    seen: Seen
    desk: Desk
    playbook: Rulebook
    together: Together
    now: Now

    async def shown(
        self,
        who: Person,
        order_id: str,
        just_now: JustNow,
        typed: Mapping[str, str] | None = None,
        fault: Refused | None = None,
    ) -> Response:
        """The page; with what was typed, and what is wrong with it, where something could not be written."""
        service = self._service()
        detail = await run_in_threadpool(self._detail, who, order_id, service is not None)
        prediction = None
        if service and not detail.is_over and not detail.is_asked:
            prediction = await self._score(who, order_id)
        order, now = detail.situation.order, self.now
        similar: tuple[SimilarOrder, ...] | None = None
        if not detail.is_over and not detail.is_asked:
            similar = await run_in_threadpool(self._similar, who, order)
        return page(
            self.request,
            who,
            "order.html",
            status=422 if fault else 200,
            here=HERE,
            detail=detail,
            prediction=prediction,
            order=order,
            title=title_of(order),
            place=place_of(order),
            short=short_of(order_id),
            card=ShownCard(OrderCard(detail.situation, prediction, detail.mine[0] if detail.mine else None)),
            levels=_levels(prediction),
            sure=service.scorer.champion.model.sets.stated if service else None,
            up=_reasons(prediction, True),
            down=_reasons(prediction, False),
            similar=similar,
            title_of=title_of,
            short_of=short_of,
            course=_course(detail, prediction, self.playbook.rules, now),
            key=secrets.token_urlsafe(12),
            now=now,
            done=just_now.done,
            undoable={
                step.event.event_id for step in detail.steps if step.event and may_undo(step.event, who, now)
            },
            may_write=who.may(Action.WRITE_EVENT) and not detail.is_over,
            may_foretell=who.may(Action.FORECAST) and not detail.is_over,
            ratings=list(reversed(Rating)),
            deeds=_IN_THE_FORM,
            verdicts=VERDICT_ZH,
            typed=typed or {},
            faults={fault.field: fault.message} if fault else {},
            back=f"{HERE}/{order_id}",
        )

    def _service(self) -> InService | None:
        with suppress(Unavailable):
            return self.desk.in_service()
        return None

    def _detail(self, who: Person, order_id: str, has_model: bool) -> OrderDetail:
        self.seen.order(who, order_id)
        return order_detail(self.desk.store, self.playbook, reader_of(who), order_id, self.now, has_model)

    def _similar(self, who: Person, order: Order) -> tuple[SimilarOrder, ...] | None:
        found = self.desk.similar_to(order, who, self.now)
        self.seen.about(one.order.order_id for one in found or ())
        return found

    async def _score(self, who: Person, order_id: str) -> Prediction | None:
        check = partial(self.seen.order, who, order_id)
        with suppress(Unavailable):
            return await self.together.score(self.desk.in_service(), order_id, None, True, check)
        return None


def _levels(prediction: Prediction | None) -> list[tuple[str, float]]:
    """The four levels, best first, in whole percents that sum to 100."""
    if prediction is None:
        return []
    exact = [100 * p for p in prediction.probabilities]
    whole = [int(p) for p in exact]
    for row in sorted(range(4), key=lambda row: whole[row] - exact[row])[: 100 - sum(whole)]:
        whole[row] += 1
    return [(LEVELS_ZH[row], whole[row]) for row in reversed(range(4))]


def _reasons(prediction: Prediction | None, raises: bool) -> list[ShownReason]:
    if prediction is None:
        return []
    strongest = max((abs(reason.effect) for reason in prediction.reasons), default=1.0)
    told = [reason for reason in prediction.reasons if reason.raises is raises][:_REASONS]
    return [ShownReason(reason.zh, _strength(abs(reason.effect) / strongest)) for reason in told]


def _strength(share: float) -> str:
    return "影响大" if share >= _LARGE else "影响中" if share >= _MIDDLING else "影响小"


def _course(detail: OrderDetail, prediction: Prediction | None, rules: Rules, now: datetime) -> Course | None:
    points = list(detail.situation.risks)
    if prediction:
        points.append((now, prediction.dissatisfied))
    limits = [
        (rules.strong, f"红 {10 * rules.strong:g}件起", "red"),
        (rules.likely, f"橙 {10 * rules.likely:g}件起", "orange"),
    ]
    steps = [(number, step.at) for number, step in enumerate(detail.steps, 1)]
    is_drawn = len(points) > 1 and now - points[0][0] >= _SHORTEST_COURSE
    return course_of(points, limits, steps, now) if is_drawn else None


OrderView = Annotated[_OrderView, Depends()]
