"""手册设置: every limit, rule and date of the playbook with its meaning, its value and where that comes from; changed here."""

from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from desk.access.person import Person
from desk.indicator_words import settings_lines
from desk.playbook_changing import NotSettable
from desk.playbook_in_force import InForce
from hotline.bands import RiskBand
from hotline.draw_rules import MAY_DRAW
from hotline.playbook import LIMIT_NAMES
from hotline.playbook_settings import SECTIONS_ZH, SETTINGS, SettingName, limit_zh, setting_of
from hotline.playbook_typed import told_of, typed_of
from hotline.policy import Action
from serve.access import allowed
from serve.errors import Unavailable
from serve.needs import Desk, Now
from serve.open_desk import OpenDesk
from serve.web.manage.changing import SAID, change_by_form, form_shown, key_in
from serve.web.manage.parts import PLAYBOOK, Form, JustDone, manage_page
from serve.web.manage.settings_shown import ShownSetting, shown_setting
from store.playbook_changes import PlaybookChange, history
from store.whereabouts import names_in_use

playbook_pages = APIRouter(include_in_schema=False)
MaySet = Annotated[Person, allowed(Action.SET_PLAYBOOK)]
_CHANGES = 30
#: Lines beside which it is told how many open orders reach them.
_LINES = (0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.7)


@playbook_pages.get(PLAYBOOK)
def settings_page(
    who: MaySet, request: Request, desk: Desk, now: Now, asked: Annotated[JustDone, Query()]
) -> Response:
    """All settings in force, and their history."""
    said = SAID.get(asked.said, "")
    return _shown(request, who, desk.look_at_playbook(anew=True), now, said=said, of=asked.of)


@playbook_pages.post(PLAYBOOK)
def change(who: MaySet, request: Request, form: Form, desk: Desk, now: Now) -> Response:
    """Another value of one setting, or back to the file's or the default."""
    key = key_in(form)
    try:
        said = change_by_form(request, who, key, form, now)
    except NotSettable as refused:
        return _shown(request, who, desk.look_at_playbook(), now, 422, refused=refused.zh, typed=form)
    return RedirectResponse(f"{PLAYBOOK}?{urlencode({'said': said, 'of': key.plain})}", 303)


def _shown(
    request: Request,
    who: Person,
    found: InForce,
    now: datetime,
    status: int = 200,
    **told: Any,
) -> Response:
    store = request.app.state.desk.store
    return manage_page(
        request,
        who,
        "manage_playbook.html",
        PLAYBOOK,
        status,
        sections=[(name, zh, _settings(found, name)) for name, zh in SECTIONS_ZH.items()],
        streets=_streets(found),
        changes=[(change, *_change_zh(change)) for change in history(store.engine, _CHANGES)],
        problem=found.problem,
        may_draw=MAY_DRAW,
        limits=[(name, limit_zh(name)) for name in LIMIT_NAMES],
        known_streets=names_in_use(store.engine)["street"],
        indicators=list(settings_lines(request.app.state.indicator_rules)),
        indicators_from_file=request.app.state.settings.indicators_file is not None,
        reached=_reached(request.app.state.desk, now),
        now=now,
        **form_shown(**told),
    )


def _reached(desk: OpenDesk, now: datetime) -> list[tuple[float, int]]:
    """How many open orders reach each line that one might draw; none told while no model serves."""
    try:
        scored = desk.in_service().worklist.now(now)
    except Unavailable:
        return []
    risks = [p.dissatisfied for p in scored.predictions if p.band is not RiskBand.GREY]
    return [(line, sum(risk >= line for risk in risks)) for line in _LINES]


def _settings(found: InForce, section: str) -> list[ShownSetting]:
    return [shown_setting(found, setting.key) for setting in SETTINGS if setting.section == section]


def _streets(found: InForce) -> list[ShownSetting]:
    """The limits that single streets have of their own."""
    told = found.told.get("street", {})
    return [
        shown_setting(found, SettingName("street", name, street))
        for street, own in sorted(told.items())
        for name in LIMIT_NAMES
        if name in own
    ]


def _change_zh(change: PlaybookChange) -> tuple[str, str, Any]:
    """Which setting was changed, to what; and what a form would hold to change it so again."""
    setting = setting_of(change.key)
    if setting is None:
        return change.key.plain, str(change.value), None
    told = "恢复" if change.value is None else told_of(setting.form, change.value)
    return setting.zh, told, None if change.value is None else typed_of(setting.form, change.value)
