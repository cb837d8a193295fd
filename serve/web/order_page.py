"""工单详情: one order with its risk, its duties and everything that happened to it."""

import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from desk.access.person import Person
from desk.board.my_orders import OrderCard
from desk.board.order_detail import OrderDetail, order_detail
from desk.board.recording import Deed, Told, may_undo, record
from desk.intake import Intake
from desk.refusals import Refused
from hotline.calendar import SHANGHAI
from hotline.duties import Rules
from hotline.lifecycle import VERDICT_ZH, Verdict
from hotline.policy import Action
from hotline.prediction import Prediction
from hotline.satisfaction import LEVELS_ZH, Rating
from serve.access import allowed
from serve.errors import Unavailable
from serve.needs import Desk, Now, Rulebook, Seen, Together, WhichOrder
from serve.open_desk import InService
from serve.web.charts import Course, course_of
from serve.web.deeds import HERE, JustNow, MayWrite, back_to, key_of
from serve.web.my_orders import reader_of
from serve.web.rendering import page
from serve.web.shown import ShownCard, place_of, short_of, title_of
from serve.web.writing import FormWriting

order_pages = APIRouter(include_in_schema=False)
MayRead = Annotated[Person, allowed(Action.READ_SCORE)]
_LONGEST_NUMBER, _LONGEST_NOTE = 60, 500
#: Reasons shown of either kind, and from which share of the strongest they count as middling.
_REASONS, _MIDDLING, _LARGE = 3, 0.3, 0.7
#: Deeds with buttons that ask for more are not in the list of the long form.
_IN_THE_FORM = [deed for deed in Deed if deed not in (Deed.DELAYED, Deed.ESCALATED)]


@dataclass(frozen=True)
class ShownReason:
    """A reason in a manager's words; how strong it is, in a word."""

    zh: str
    strength: str


@dataclass(frozen=True)
class _OrderPage:
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

    async def _score(self, who: Person, order_id: str) -> Prediction | None:
        check = partial(self.seen.order, who, order_id)
        with suppress(Unavailable):
            return await self.together.score(self.desk.in_service(), order_id, None, True, check)
        return None


OrderPage = Annotated[_OrderPage, Depends()]


@order_pages.get(HERE + "/{order_id:path}")
async def order_page(
    who: MayRead, order_id: WhichOrder, asked: Annotated[JustNow, Query()], order: OrderPage
) -> Response:
    """One order: its duties first, then how likely it ends badly, and why."""
    return await order.shown(who, order_id, asked)


@order_pages.post(HERE + "/{order_id:path}/records")
async def write_record(
    who: MayWrite, order_id: WhichOrder, writing: FormWriting, order: OrderPage
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
    who: MayWrite, order_id: WhichOrder, writing: FormWriting, order: OrderPage
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
        happened_at=_moment(form.get("happened_at", "")),
        verdict=Verdict(form["verdict"]) if form.get("verdict") in set(Verdict) else None,
        note=form.get("note", "").strip()[:_LONGEST_NOTE] or None,
    )


def _moment(written: str) -> datetime | None:
    """A moment in Shanghai as a form writes it; None where it was left out."""
    if not written:
        return None
    try:
        return datetime.fromisoformat(written).replace(tzinfo=SHANGHAI)
    except ValueError:
        raise Refused("happened_at", "时间请按“年-月-日 时:分”填写") from None


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
    return course_of(points, limits, steps, now) if len(points) > 1 else None
