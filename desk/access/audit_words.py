"""The audit log in plain Chinese: what was done, with what outcome; and as a sheet."""

import csv
import re
from collections.abc import Iterable, Iterator
from io import StringIO

from desk.score_table import plain_word
from hotline.calendar import SHANGHAI, from_micros
from hotline.playbook_settings import SETTINGS
from hotline.policy import Action, Role
from store.access.audit_log import AuditEntry

HEADERS = ("时间", "人员", "身份", "做了什么", "工单号", "结果", "请求编号")
_ACTIONS = {action.value: action.zh for action in Action}
_ROLES = {role.value: role.zh for role in Role} | {"console": "控制台"}
#: What a change says of itself, and how it reads; the rest is the name of what was changed.
_SAID = {
    "account added": "新建账号",
    "password changed": "换了密码",
    "own password changed": "本人改了密码",
    "account disabled": "停用账号",
    "account enabled": "恢复账号",
    "account assigned": "改了身份或范围",
    "key added": "新建密钥",
    "key revoked": "停用密钥",
    "setting changed": "改了设置",
    "setting given back": "恢复了设置",
    "handed over": "移交",
}
_SETTINGS = {setting.key.plain: setting.zh for setting in SETTINGS}
_STATUSES = {
    "refused": "被拒绝：没有这项权限，或工单不归其办理",
    "401": "密码不正确",
    "404": "没有找到",
    "409": "与已有记录冲突，没有改动",
    "422": "填写有误，没有改动",
    "429": "太频繁，没有受理",
}
_FORGOTTEN = re.compile(r"([\d,]+) orders blanked")


def action_zh(entry: AuditEntry) -> str:
    """What was done, in words."""
    return _ACTIONS.get(entry.action, entry.action)


def role_zh(entry: AuditEntry) -> str:
    """In which role."""
    return _ROLES.get(entry.role, entry.role)


def outcome_zh(outcome: str) -> str:
    """With what outcome.

    >>> outcome_zh("303"), outcome_zh("account added: 王芳"), outcome_zh("setting changed: rules.urged")
    ('完成', '新建账号：王芳', '改了设置：催办几次算项目经理处置困难（P15）')
    """
    if outcome in _STATUSES:
        return _STATUSES[outcome]
    if outcome.isdigit():
        return "完成" if outcome < "400" else "系统没有完成" if outcome >= "500" else "没有受理"
    said, _, what = outcome.partition(": ")
    if said in _SAID:
        return f"{_SAID[said]}：{_setting_zh(what)}" if what else _SAID[said]
    forgotten = _FORGOTTEN.search(outcome)
    return f"清除了{forgotten[1]}件工单的个人信息" if forgotten else outcome


def _setting_zh(plain: str) -> str:
    """A setting by its meaning; a street's limit and a desk's capacity by their names; anything else as it is."""
    section, _, rest = plain.partition(".")
    if section == "street":
        street, _, name = rest.partition(".")
        return f"{street} {_SETTINGS.get(f'limits.{name}', name)}"
    return f"{rest}的容量" if section == "desk" else _SETTINGS.get(plain, plain)


def audit_sheet(entries: Iterable[AuditEntry]) -> Iterator[str]:
    """The entries as lines of CSV that a spreadsheet opens: a mark of UTF-8 in front, no cell a formula."""
    yield "\ufeff" + _line(HEADERS)
    for entry in entries:
        at = f"{from_micros(entry.at).astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"
        told = (
            entry.person,
            role_zh(entry),
            action_zh(entry),
            entry.order_id or "",
            outcome_zh(entry.outcome),
        )
        yield _line((at, *map(plain_word, told), entry.request_id))


def _line(cells: Iterable[str]) -> str:
    written = StringIO()
    csv.writer(written).writerow(cells)
    return written.getvalue()
