"""模型: what serves, what it learnt from, how well it does on later orders, and what calling was found to do."""

from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from desk.access.person import Person
from desk.effect.learnt import ledger_of
from desk.effect.report import effect_report
from desk.effect.words import kind_zh, points_zh, sentences
from hotline.lifecycle import Stage
from hotline.policy import Action
from serve.access import allowed
from serve.answers import ModelOut
from serve.errors import Unavailable
from serve.needs import Desk, Now, Rulebook
from serve.web.rendering import page

model_pages = APIRouter(include_in_schema=False)
MayRead = Annotated[Person, allowed(Action.READ_MODEL)]
HERE = "/model"


@model_pages.get(HERE)
def model_page(who: MayRead, request: Request, desk: Desk, playbook: Rulebook, now: Now) -> Response:
    """The champion with its figures; the effect of calling for those who may read it."""
    try:
        champion = ModelOut.of(desk.in_service().scorer.champion)
    except Unavailable:
        champion = None
    report = None
    if who.may(Action.READ_EFFECT):
        report = effect_report(ledger_of(desk.store, now), playbook.draw, now)
    return page(
        request,
        who,
        "model.html",
        here=HERE,
        champion=champion,
        has_card=champion is not None and _card(request, champion.version) is not None,
        effects=report,
        stages={stage.value: stage.zh for stage in Stage},
        said=list(sentences(report))[: 2 if report and report.days else 3] if report else [],
        kind_zh=kind_zh,
        points_zh=points_zh,
        now=now,
    )


@model_pages.get(HERE + "/card")
def card_page(who: MayRead, request: Request, desk: Desk) -> Response:
    """The model card of the champion, as its training wrote it."""
    found = _card(request, desk.in_service().scorer.champion.version)
    if found is None:
        return RedirectResponse(HERE, 303)
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'"
    return HTMLResponse(found, headers={"Content-Security-Policy": policy})


def _card(request: Request, version: str) -> str | None:
    path = request.app.state.settings.home / "reports" / f"card-{version}.html"
    return path.read_text("utf-8") if path.is_file() else None
