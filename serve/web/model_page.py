"""模型: what serves, what is beside it, whether it may take over, what was done about it, and what calling does."""

from datetime import UTC, datetime
from typing import Annotated

import structlog
from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel, Field

from desk.access.person import Person
from desk.champion_lately import lately, lately_sentences
from desk.effect.learnt import ledger_of
from desk.effect.report import effect_report
from desk.effect.words import kind_zh, points_zh, sentences
from desk.handler_forecasts import HandlersBeside, handlers_beside
from desk.handler_words import handler_sentences, looking_back
from desk.promotion.versions import page_of, version_of
from desk.promotion.words import difference_line, figure, gate_lines, slice_zh
from hotline.calendar import SHANGHAI
from hotline.errors import QinglingError
from hotline.lifecycle import Stage
from hotline.policy import Action
from models.card import origin_of
from models.card_page import render
from models.tracking import listed
from serve.access import allowed
from serve.needs import Desk, Now, Rulebook
from serve.open_desk import OpenDesk
from serve.web.model_charts import drawings
from serve.web.model_history import change_line, person_zh
from serve.web.model_view import ModelView, model_view
from serve.web.rendering import page

_LOG = structlog.get_logger("serve")
model_pages = APIRouter(include_in_schema=False)
MayRead = Annotated[Person, allowed(Action.READ_MODEL)]
HERE = "/model"
#: Seconds after which a page that waits for a comparison looks again.
_LOOK_AGAIN = 4
#: So many lines of the record are shown.
_MOST_CHANGES = 50
_SAID = {
    "proposed": "已提议上线，等另一位有权限的同事复核",
    "withdrawn": "已撤回提议",
    "refused": "已退回提议，理由记入更换记录",
    "promoted": "已上线，几秒钟内对所有人生效",
    "rolled_back": "已换回原来的模型，几秒钟内对所有人生效",
}


class Asked(BaseModel):
    """Which version is looked at beside the champion, and what was just done."""

    version: str | None = Field(None, pattern=r"^[0-9]{1,6}$")
    said: str = Field("", max_length=20)


@model_pages.get(HERE)
def model_page(
    who: MayRead,
    request: Request,
    asked: Annotated[Asked, Query()],
    desk: Desk,
    playbook: Rulebook,
    now: Now,
) -> Response:
    """The models with their figures; the effect of calling for those who may read it."""
    effects, handlers, since, view, is_unreadable = None, [], [], None, False
    if who.may(Action.READ_EFFECT):
        effects = effect_report(ledger_of(desk.store, now), playbook.draw, now)
        handlers = list(handler_sentences(_handlers(desk, now)))
        champion = desk.champion()
        handlers += looking_back(champion.report) if champion else ()
        since = list(lately_sentences(lately(desk.store, champion, now))) if champion else []
    try:
        view = model_view(request.app.state.settings, asked.version, datetime.now(UTC))
    except QinglingError as error:
        _LOG.error("models_unreadable", problem=str(error))
        is_unreadable = True
    return page(
        request,
        who,
        "model.html",
        here=HERE,
        view=view,
        is_unreadable=is_unreadable,
        asked=asked.version,
        look_again=_LOOK_AGAIN if view and view.is_waiting else None,
        done=_SAID.get(asked.said, ""),
        may_change=who.may(Action.PROMOTE),
        label=who.label,
        origin=_origin(view, desk),
        drawings=drawings(view) if view else [],
        is_served=_is_served(view, desk),
        effects=effects,
        said=list(sentences(effects))[: 2 if effects.days else 3] if effects else [],
        handlers=handlers,
        since=since,
        kind_zh=kind_zh,
        points_zh=points_zh,
        gate_lines=gate_lines,
        difference_line=difference_line,
        slice_zh=slice_zh,
        figure=figure,
        change_line=change_line,
        most_changes=_MOST_CHANGES,
        person_zh=person_zh,
        stages={stage.value: stage.zh for stage in Stage},
        day=lambda moment: f"{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M}",
    )


@model_pages.get(HERE + "/card")
def card_page(who: MayRead, request: Request, asked: Annotated[Asked, Query()], desk: Desk) -> Response:
    """The model card of a version, the champion's by default, as its training wrote it."""
    home = request.app.state.settings.home
    version = asked.version or desk.in_service().scorer.champion.version
    kept = page_of(home, version)
    if kept.is_file():
        found = kept.read_text("utf-8")
    else:
        row = next((row for row in listed(home) if row.version == version), None)
        card = version_of(home, row).card if row else None
        if card is None:
            return RedirectResponse(HERE, 303)
        found = render(card, version)
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'"
    return HTMLResponse(found, headers={"Content-Security-Policy": policy})


def _handlers(desk: OpenDesk, now: datetime) -> HandlersBeside:
    champion = desk.champion()
    return handlers_beside(desk.store, champion.model.label_caller if champion else None, now)


def _origin(view: ModelView | None, desk: OpenDesk) -> str:
    """Where the orders come from: by the card of what is shown, else by the data set in use."""
    sides = (view.candidate, view.champion) if view else ()
    told = [side.card["origin"] for side in sides if side and side.card]
    return str(told[0]) if told else origin_of(desk.store.origins()).value


def _is_served(view: ModelView | None, desk: OpenDesk) -> bool:
    """Whether this worker scores by the champion already."""
    if view is None or view.reigning.champion is None:
        return True
    champion = desk.champion()
    return champion is not None and champion.version == view.reigning.version
