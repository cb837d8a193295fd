"""A setting changed by page: what was typed is read, checked, written down, noted, and in force with the next request."""

from datetime import datetime

from fastapi import Request

from desk.access.person import Person
from desk.playbook_changing import PlaybookChanging, checked, written
from hotline.playbook_settings import SettingName
from serve.open_desk import OpenDesk
from serve.visit import visit_of


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
