"""容量: how many calls a day each role and each single desk can make."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from desk.access.person import Person
from desk.playbook_changing import NotSettable
from desk.playbook_in_force import InForce
from hotline.playbook import CAPACITIES
from hotline.playbook_settings import SettingName
from hotline.policy import Action
from serve.access import allowed
from serve.needs import Desk, Now
from serve.web.manage.changing import change_setting
from serve.web.manage.parts import CAPACITY, Form, JustDone, manage_page
from serve.web.manage.settings_shown import ShownSetting, shown_setting
from store.access.accounts import Account, all_accounts

capacity_pages = APIRouter(include_in_schema=False)
MaySet = Annotated[Person, allowed(Action.SET_PLAYBOOK)]
_ALL = "capacity"


@capacity_pages.get(CAPACITY)
def capacity_page(who: MaySet, request: Request, desk: Desk, asked: Annotated[JustDone, Query()]) -> Response:
    """The capacities of all roles, and of the desks that have an account or a number of their own."""
    return _shown(request, who, desk.look_at_playbook(anew=True), said=asked.said == "saved")


@capacity_pages.post(CAPACITY)
def set_capacity(who: MaySet, request: Request, form: Form, desk: Desk, now: Now) -> Response:
    """Another number for a role or a desk; empty gives it back."""
    key = SettingName("desk" if form.get("section") == "desk" else _ALL, form.get("name", "").strip())
    try:
        change_setting(request, who, key, form.get("value") or None, now)
    except NotSettable as refused:
        return _shown(request, who, desk.look_at_playbook(), 422, refused=refused.zh, typed=form)
    return RedirectResponse(f"{CAPACITY}?said=saved", 303)


def _shown(
    request: Request,
    who: Person,
    found: InForce,
    status: int = 200,
    said: bool = False,
    refused: str = "",
    typed: dict[str, str] | None = None,
) -> Response:
    accounts = all_accounts(request.app.state.desk.store.engine)
    return manage_page(
        request,
        who,
        "manage_capacity.html",
        CAPACITY,
        status,
        roles=[shown_setting(found, SettingName(_ALL, role.value)) for role in CAPACITIES],
        desks=_desks(found, accounts),
        said=said,
        refused=refused,
        typed=typed or {},
    )


def _desks(found: InForce, accounts: list[Account]) -> list[tuple[ShownSetting, str]]:
    """The single desks, each with what it has without a number of its own."""
    usual = {
        account.scope.zh: str(found.playbook.capacities[account.role])
        for account in accounts
        if account.role in CAPACITIES and not account.scope.is_whole and account.disabled_at is None
    }
    names = sorted({*usual, *found.told.get("desk", {})})
    return [(shown_setting(found, SettingName("desk", name)), usual.get(name, "")) for name in names]
