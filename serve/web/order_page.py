"""工单详情: one order with its risk, its duties and everything that happened to it."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from desk.access.person import Person
from desk.board.my_orders import OrderCard
from desk.board.order_detail import OrderDetail, order_detail
from desk.intake import Intake
from desk.refusals import Refused
from hotline.duties import Rules, posts_of
from hotline.policy import Action
from hotline.prediction import Prediction
from hotline.satisfaction import LEVELS_ZH
from serve.access import allowed
from serve.errors import Unavailable
from serve.needs import Desk, Now, Rulebook, Seen, Together, WhichOrder
from serve.web.charts import Course, course_of
from serve.web.my_orders import HERE, Asked, MayWrite, back_to, done_of
from serve.web.rendering import page
from serve.web.shown import ShownCard, place_of, short_of, title_of
from serve.web.writing import FormWriting

order_pages = APIRouter(include_in_schema=False)
_LONGEST_NUMBER = 60
#: Reasons shown of either kind, and from which share of the strongest they count as middling.
_REASONS, _MIDDLING, _LARGE = 3, 0.3, 0.7


@dataclass(frozen=True)
class ShownReason:
    """A reason in a manager's words; how strong it is, in a word."""

    zh: str
    strength: str


@order_pages.get(HERE + "/{order_id:path}")
async def order_page(
    who: Annotated[Person, allowed(Action.READ_SCORE)],
    request: Request,
    order_id: WhichOrder,
    asked: Annotated[Asked, Query()],
    seen: Seen,
    desk: Desk,
    playbook: Rulebook,
    together: Together,
    now: Now,
) -> Response:
    """One order: its duties first, then how likely it ends badly, and why."""
    check = partial(seen.order, who, order_id)
    try:
        prediction = await together.score(desk.in_service(), order_id, None, True, check)
    except Unavailable:
        await run_in_threadpool(check)
        prediction = None
    posts = posts_of(who.role)
    detail = await run_in_threadpool(order_detail, desk.store, playbook, posts, order_id, prediction, now)
    return page(
        request,
        who,
        "order.html",
        here=HERE,
        detail=detail,
        order=detail.situation.order,
        title=title_of(detail.situation.order),
        place=place_of(detail.situation.order),
        short=short_of(order_id),
        card=ShownCard(OrderCard(detail.situation, prediction, detail.mine[0] if detail.mine else None)),
        levels=_levels(prediction),
        up=_reasons(prediction, True),
        down=_reasons(prediction, False),
        course=_course(detail, playbook.rules, now),
        key=secrets.token_urlsafe(12),
        now=now,
        done=done_of(asked),
        may_write=who.may(Action.WRITE_EVENT),
        back=request.url.path,
    )


@order_pages.post(HERE + "/{order_id:path}/numbers")
async def write_number(who: MayWrite, order_id: WhichOrder, writing: FormWriting) -> Response:
    """Write the number of a petition or of a case, without which the order is not closed."""
    form = await writing.form()

    def write(way_in: Intake, now: datetime) -> None:
        numbers = [
            form.get(name, "").strip()[:_LONGEST_NUMBER] or None for name in ("petition_no", "case_no")
        ]
        if not any(numbers):
            raise Refused("petition_no", "请填写信访编号或诉讼编号")
        way_in.add_numbers(order_id, numbers[0], numbers[1], now)

    await writing.written(who, order_id, write)
    return back_to(form, {"said": "numbered", "order": order_id})


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


def _course(detail: OrderDetail, rules: Rules, now: datetime) -> Course | None:
    points = list(detail.situation.risks)
    limits = [
        (rules.strong, f"红 {10 * rules.strong:g}件起", "red"),
        (rules.likely, f"橙 {10 * rules.likely:g}件起", "orange"),
    ]
    return course_of(points, limits, now) if len(points) > 1 else None
