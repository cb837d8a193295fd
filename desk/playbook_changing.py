"""Changing the playbook's settings by page: checked as a file would be, and written down with who and when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine

from hotline.calendar import to_micros
from hotline.errors import ArgumentError
from hotline.playbook_file import playbook_of
from hotline.playbook_settings import Setting, SettingName, laid_over, setting_of
from hotline.playbook_typed import read_typed
from store import playbook_changes
from store.playbook_changes import PlaybookChange


class NotSettable(ArgumentError):  # noqa: N818 - a refusal, not a failure
    """Why a setting is not changed; `zh` says it to whoever fills in its form."""

    def __init__(self, message: str, zh: str) -> None:
        super().__init__(message)
        self.zh = zh


@dataclass(frozen=True)
class PlaybookChanging:
    """Changes by one person at a moment; `file` is what the office's file says."""

    engine: Engine
    file: Mapping[str, Any]
    by: str
    now: datetime

    def change(self, key: SettingName, value: Any) -> bool:
        """Set one to a value as the file would write it; None gives it back to the file or its default.

        Whether anything changed: what is set so already is not written again. NotSettable where it cannot be used;
        where the file contradicts what is set, each can be given back until it does no more.
        """
        setting = checked(key)

        def new(page: dict[SettingName, Any]) -> list[PlaybookChange]:
            after = {name: told for name, told in page.items() if name != key}
            if value is not None:
                after[key] = value
            if after == page:
                return []
            why_not = self._unusable(after)
            if why_not and not (value is None and self._unusable(page)):
                raise NotSettable(why_not, _why(setting, value))
            return [PlaybookChange(to_micros(self.now), self.by, key, value)]

        return bool(playbook_changes.append(self.engine, new))

    def _unusable(self, page: Mapping[SettingName, Any]) -> str:
        """Why these settings cannot be in force beside the file's; empty where they can."""
        try:
            playbook_of(laid_over(self.file, page.items()))
        except ArgumentError as error:
            return str(error)
        return ""


def checked(key: SettingName) -> Setting:
    """What this setting is. NotSettable where there is none of this name."""
    setting = setting_of(key)
    if setting is None:
        raise NotSettable(f"{key.plain} is no setting of the playbook", "没有这项设置，请从列表里选")
    return setting


def written(setting: Setting, typed: str) -> Any:
    """What somebody typed, as the file would write it. NotSettable where it is not in the setting's form."""
    try:
        return read_typed(setting.form, typed)
    except ValueError:
        message = f"{setting.key.plain} is not in the form of a {setting.form.value}"
        raise NotSettable(message, _why(setting, typed)) from None


def _why(setting: Setting, value: Any) -> str:
    if value is None:
        return f"“{setting.zh}”不能恢复：恢复后与其他设置矛盾，请先改其他设置"
    return f"“{setting.zh}”没有改：{setting.form.zh}"
