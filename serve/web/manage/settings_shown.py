"""A setting of the playbook as a page shows it: what it means, what it is, and where that comes from."""

from dataclasses import dataclass

from desk.playbook_in_force import InForce
from hotline.limits import Limit
from hotline.playbook_settings import Form, Setting, SettingName, setting_of, value_of
from hotline.playbook_typed import told_of, typed_of

#: The units of a limit, as the form offers them; those of a number come first.
UNITS = {
    "min": "分钟（日夜照算）",
    "wh": "个工作小时",
    "wd": "个工作日",
    "today": "当天",
    "due": "办理时限前",
    "closing": "办结前",
    "callback": "官方回访前",
    "week": "每周清单",
    "month": "每月清单",
}
#: Where a value comes from that nobody has set for this street or desk alone.
_USUALLY = {"street": "全区", "desk": "同身份"}
NUMBERED = frozenset({"min", "wh", "wd"})


@dataclass(frozen=True)
class ShownSetting:
    """One setting; `typed` is what stands in its form, `source` 页面, 文件, 默认 or 全区."""

    key: SettingName
    setting: Setting
    value: str
    typed: str
    usual: str
    source: str

    @property
    def number_and_unit(self) -> tuple[str, str]:
        """A limit as its form's two fields hold it."""
        if self.setting.form is not Form.LIMIT or not self.typed:
            return "", ""
        limit = Limit.of(self.typed)
        return (str(limit.number) if limit.unit in NUMBERED else ""), limit.unit.value

    @property
    def anchor(self) -> str:
        """The id of its row."""
        return "s-" + self.key.plain


def shown_setting(found: InForce, key: SettingName) -> ShownSetting:
    """A setting as it stands. LookupError where there is none of this name."""
    setting = setting_of(key)
    if setting is None:
        raise LookupError(key.plain)
    usual = _usual(found, key, setting)
    page = None if found.problem else found.page.get(key)
    file = value_of(found.file, key)
    usually = _USUALLY.get(key.section, "默认")
    source = "页面" if page is not None else "文件" if file is not None else usually
    value = page if page is not None else file if file is not None else usual
    form = setting.form
    return ShownSetting(
        key, setting, told_of(form, value), typed_of(form, value), told_of(form, usual), source
    )


def _usual(found: InForce, key: SettingName, setting: Setting) -> object:
    """The default; of a street's own limit, what the district has."""
    if key.section != "street":
        return setting.usual
    general = SettingName("limits", key.name)
    fallback = setting_of(general)
    return value_of(found.told, general) or (fallback.usual if fallback else None)
