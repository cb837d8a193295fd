"""本街镇时限: the limits that a street sets for itself, beside those of the district."""

from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from desk.access.person import Person
from desk.playbook_changing import NotSettable
from desk.playbook_in_force import InForce
from hotline.playbook import LIMIT_NAMES
from hotline.playbook_settings import SettingName
from hotline.policy import Action
from serve.access import allowed
from serve.needs import Desk, Now
from serve.web.manage.changing import SAID, change_by_form, form_shown, key_in
from serve.web.manage.parts import STREET, Form, JustDone, manage_page
from serve.web.manage.settings_shown import shown_setting

street_pages = APIRouter(include_in_schema=False)
MaySet = Annotated[Person, allowed(Action.SET_STREET_LIMITS)]


@street_pages.get(STREET)
def street_page(who: MaySet, request: Request, desk: Desk, asked: Annotated[JustDone, Query()]) -> Response:
    """Every limit of one's own streets."""
    return _shown(request, who, desk.look_at_playbook(anew=True), said=SAID.get(asked.said, ""), of=asked.of)


@street_pages.post(STREET)
def change_limit(who: MaySet, request: Request, form: Form, desk: Desk, now: Now) -> Response:
    """Another limit of one's own street, or back to the district's."""
    try:
        said = _changed(request, who, form, now)
    except NotSettable as refused:
        return _shown(request, who, desk.look_at_playbook(), 422, refused=refused.zh, typed=form)
    return RedirectResponse(f"{STREET}?{urlencode({'said': said, 'of': key_in(form).plain})}", 303)


def _changed(request: Request, who: Person, form: dict[str, str], now: datetime) -> str:
    key = key_in(form)
    if key.section != "street" or key.street not in who.scope.streets:
        raise NotSettable("a limit of another street", "只能改本街镇的时限")
    return change_by_form(request, who, key, form, now)


def _shown(
    request: Request,
    who: Person,
    found: InForce,
    status: int = 200,
    **told: Any,
) -> Response:
    return manage_page(
        request,
        who,
        "manage_street.html",
        STREET,
        status,
        streets=[
            (street, [shown_setting(found, SettingName("street", name, street)) for name in LIMIT_NAMES])
            for street in sorted(who.scope.streets)
        ],
        may_draw=(),
        **form_shown(**told),
    )
