"""A setting changed by page: what was typed is read, checked, written down, noted, and in force with the next request."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from fastapi import Request

from desk.access.person import Person
from desk.playbook_changing import NotSettable, PlaybookChanging, checked, written
from hotline.draw_rules import MAY_DRAW
from hotline.playbook_settings import SettingName
from serve.open_desk import OpenDesk
from serve.visit import visit_of
from serve.web.manage.settings_shown import NUMBERED, UNITS

#: What became of a form, as the page says it.
SAID = {"saved": "设置已改，马上生效", "back": "设置已恢复，马上生效", "same": "和现在一样，没有改动"}


def key_in(form: Mapping[str, str]) -> SettingName:
    """Which setting a form is about."""
    return SettingName(form.get("section", ""), form.get("name", ""), form.get("street", "").strip())


def form_shown(
    said: str = "", of: str = "", refused: str = "", typed: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """What the forms of settings show: what was just done or refused, and what had been typed there."""
    told = typed or {}
    return {"said": said, "of": of, "refused": refused, "typed": told, "tried": key_in(told), "units": UNITS}


def change_by_form(
    request: Request, who: Person, key: SettingName, form: Mapping[str, str], now: datetime
) -> str:
    """Set one as its form says, or give it back; what to say of it. NotSettable where it cannot be used."""
    if (key.section == "street") != bool(key.street):
        raise NotSettable("a street's own limit names the street", "请写明是哪个街镇的时限")
    is_back = form.get("do") == "back"
    is_changed = change_setting(request, who, key, None if is_back else _typed(form), now)
    return "same" if not is_changed else "back" if is_back else "saved"


def _typed(form: Mapping[str, str]) -> str:
    """What was typed: a limit's number and unit, the desks that were ticked, or the one field."""
    if "unit" in form:
        unit = form["unit"]
        return f"{form.get('number', '').strip()}{unit}" if unit in NUMBERED else unit
    if "desks" in form:
        return "、".join(role.value for role in MAY_DRAW if form.get(f"desk_{role}"))
    return form.get("value", "")


def change_setting(request: Request, who: Person, key: SettingName, typed: str | None, now: datetime) -> bool:
    """Set one as it was typed, or give it back. Whether anything changed. NotSettable where it cannot be used."""
    desk: OpenDesk = request.app.state.desk
    setting = checked(key)
    value = None if typed is None else written(setting, typed)
    changing = PlaybookChanging(desk.store.engine, desk.look_at_playbook().file, who.label, now)
    is_changed = changing.change(key, value)
    if is_changed:
        visit_of(request.scope).say(f"setting {'given back' if value is None else 'changed'}: {key.plain}")
        desk.look_at_playbook(anew=True)
    return is_changed
