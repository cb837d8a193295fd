"""Every setting of the playbook: what it means, in which form it is written, and what it is by default."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any, NamedTuple

from hotline.draw_rules import DrawRules
from hotline.duties import Rules
from hotline.playbook import CAPACITIES, ENTRIES, OTHER_LIMITS


class SettingName(NamedTuple):
    """Which setting: the section of the file, the name in it, and of a street's own limits the street."""

    section: str
    name: str
    street: str = ""

    @property
    def plain(self) -> str:
        """The name as the file would have it.

        >>> SettingName("street", "P20", "花木街道").plain
        'street.花木街道.P20'
        """
        return ".".join(part for part in (self.section, self.street, self.name) if part)


class Form(StrEnum):
    """In which form a setting is written; `zh` says how."""

    LIMIT = "limit"
    RISK = "risk"
    HOURS = "hours"
    COUNT = "count"
    SHARE = "share"
    WORDS = "words"
    WORD = "word"
    CLOCK = "clock"
    DAYS = "days"
    DESKS = "desks"

    @property
    def zh(self) -> str:
        """How it is to be written."""
        return _FORM_ZH[self]


_FORM_ZH = {
    Form.LIMIT: "请写数字并选单位（如30分钟、4个工作小时、1个工作日），或选“当天”“办理时限前”等",
    Form.RISK: "请写0到1之间的小数，如0.5；橙线不能高于红线",
    Form.HOURS: "请写0到8760之间的小时数",
    Form.COUNT: "请写不小于0的整数",
    Form.SHARE: "请写0到1之间的小数；比例大于0时，要先写明谁同意抽签、写在哪里",
    Form.WORDS: "请写一个或几个词，中间用顿号隔开；留空表示没有",
    Form.WORD: "请写一个词或一句话",
    Form.CLOCK: "请写上海时间，如09:00；上班早于下班，至少相隔一小时",
    Form.DAYS: "请写日期，如2026-05-06，几个日期用顿号隔开；留空表示没有",
    Form.DESKS: "请从可以抽签的岗位里选：962121话务、区行业指挥中心、街镇处置人员、物业企业",
}


@dataclass(frozen=True)
class Setting:
    """One setting; `usual` is its default as the file would write it."""

    section: str
    name: str
    zh: str
    form: Form
    usual: Any

    @property
    def key(self) -> SettingName:
        """Its name, where it holds for the whole district."""
        return SettingName(self.section, self.name)


_RULES: dict[str, tuple[str, Form]] = {
    "likely": ("橙线：不满意风险从多高起，由项目经理主动联系（P09）", Form.RISK),
    "strong": ("红线：不满意风险从多高起，由街镇亲自联系（P10）", Form.RISK),
    "near_hours": ("办理时限前多少小时算临近（黄）", Form.HOURS),
    "urged": ("催办几次算项目经理处置困难（P15）", Form.COUNT),
    "beyond_the_firm": ("哪些投诉类别超出企业职责，要上报（P07）", Form.WORDS),
    "neighbours": ("哪些类别算相邻关系、综合整新（P13）", Form.WORDS),
    "private_part": ("部位以哪个词开头算业主自用部位（P14）", Form.WORD),
    "petition_words": ("诉求里有哪些词算信访、诉讼，办结前须填编号（P16）", Form.WORDS),
    "claim_hours": ("认领后多少小时没有办理，自动放回队列", Form.HOURS),
}
_CALENDAR: dict[str, tuple[str, Form, Any]] = {
    "opens": ("上班时间", Form.CLOCK, "09:00"),
    "closes": ("下班时间", Form.CLOCK, "17:30"),
    "days_off": ("在国家日历之外放假的日期", Form.DAYS, []),
    "days_on": ("在国家日历之外上班的日期", Form.DAYS, []),
}
_DRAW: dict[str, tuple[str, Form]] = {
    "share": ("抽签的电话占当天容量的比例，0为不抽签", Form.SHARE),
    "nearness": ("离临界线多近的参加抽签（占临界线挽回分的比例）", Form.SHARE),
    "desks": ("哪些岗位的电话参加抽签", Form.DESKS),
    "left_out": ("哪些类别永不抽签", Form.WORDS),
    "seed": ("抽签的种子，改了以后新一天的签不同", Form.COUNT),
    "agreed": ("谁同意抽签，写在哪份文件里", Form.WORD),
}
#: The sections of what is set by page one by one, as it names them; streets and capacities have forms of their own.
SECTIONS_ZH = {
    "rules": "红橙黄线与规则",
    "limits": "各项职责的时限",
    "calendar": "工作日历",
    "draw": "抽签",
}


def limit_zh(name: str) -> str:
    """What the limit of this name is for."""
    entry = next(entry for entry in ENTRIES if entry.id == name.partition(".")[0])
    urgent = "（应急维修）" if name in OTHER_LIMITS else ""
    return f"{entry.id} {entry.post.zh}：{entry.duty}{urgent}"


def _usual(of: Any, name: str) -> Any:
    value = getattr(of, name)
    if isinstance(value, frozenset):
        return sorted(value)
    return list(value) if isinstance(value, tuple) else value


SETTINGS: tuple[Setting, ...] = (
    *(Setting("rules", f.name, *_RULES[f.name], _usual(Rules(), f.name)) for f in fields(Rules)),
    *(Setting("limits", entry.id, limit_zh(entry.id), Form.LIMIT, entry.limit) for entry in ENTRIES),
    *(Setting("limits", name, limit_zh(name), Form.LIMIT, usual) for name, usual in OTHER_LIMITS.items()),
    *(Setting("calendar", name, *told) for name, told in _CALENDAR.items()),
    *(Setting("draw", f.name, *_DRAW[f.name], _usual(DrawRules(), f.name)) for f in fields(DrawRules)),
    *(
        Setting("capacity", role.value, f"{role.zh}：每个岗位一天能打几个电话", Form.COUNT, usual)
        for role, usual in CAPACITIES.items()
    ),
)
#: A longer name is none of a street or a desk.
_LONGEST_NAME = 200
_BY_KEY = {setting.key: setting for setting in SETTINGS}


def setting_of(key: SettingName) -> Setting | None:
    """What this setting is; a street's limit and a single desk's capacity are told like the general ones.

    None where there is none of this name.
    """
    if not _is_plain(key.street) or not _is_plain(key.name):
        return None
    if key.section == "street" and key.street:
        general = _BY_KEY.get(SettingName("limits", key.name))
        return general and Setting("street", key.name, f"{key.street} {general.zh}", Form.LIMIT, None)
    if key.section == "desk":
        return (
            Setting("desk", key.name, f"{key.name}：一天能打几个电话", Form.COUNT, None) if key.name else None
        )
    return _BY_KEY.get(key)


def _is_plain(name: str) -> bool:
    return name.isprintable() and len(name) <= _LONGEST_NAME


def value_of(told: Mapping[str, Any], key: SettingName) -> Any:
    """What settings say of one; None where they say nothing."""
    section = told.get(key.section, {})
    return (section.get(key.street, {}) if key.street else section).get(key.name)


def laid_over(told: Mapping[str, Any], changes: Iterable[tuple[SettingName, Any]]) -> dict[str, Any]:
    """Settings with some of them changed.

    >>> laid_over({"rules": {"likely": 0.2}}, [(SettingName("rules", "strong"), 0.6)])
    {'rules': {'likely': 0.2, 'strong': 0.6}}
    """
    found = {section: dict(values) for section, values in told.items()}
    for key, value in changes:
        section = found.setdefault(key.section, {})
        if key.street:
            section[key.street] = {**section.get(key.street, {}), key.name: value}
        else:
            section[key.name] = value
    return found
