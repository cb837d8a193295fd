"""The audit log reads as plain Chinese, and as a sheet runs no formula."""

import csv
from io import StringIO

import pytest

from desk.access.audit_words import action_zh, audit_sheet, outcome_zh
from hotline.policy import Action
from store.access.audit_log import AuditEntry


@pytest.mark.parametrize(
    ("outcome", "zh"),
    [
        ("200", "完成"),
        ("303", "完成"),
        ("refused", "被拒绝：没有这项权限，或工单不归其办理"),
        ("401", "密码不正确"),
        ("413", "没有受理"),
        ("503", "系统没有完成"),
        ("account disabled: 王芳", "停用账号：王芳"),
        ("own password changed", "本人改了密码"),
        ("handed over: 甲 → 乙", "移交：甲 → 乙"),
        ("setting changed: limits.P02.urgent", "改了设置：P02 项目经理：第一时间实地查看并核实（应急维修）"),
        (
            "setting changed: street.花木街道.P20",
            "改了设置：花木街道 P20 项目经理：先行联系市民；逾期由街镇督促",
        ),
        ("setting given back: desk.清和物业", "恢复了设置：清和物业的容量"),
        ("orders of one caller: 12 orders blanked, 3 scores deleted", "清除了12件工单的个人信息"),
        ("something new", "something new"),
    ],
)
def test_an_outcome_is_told_in_words(outcome: str, zh: str) -> None:
    assert outcome_zh(outcome) == zh


def test_every_action_has_its_words() -> None:
    for action in Action:
        told = action_zh(AuditEntry(1, "甲", "manager", action.value, None, "200", "r"))
        assert told == action.zh and not told.isascii()


def test_the_sheet_opens_as_utf_8_and_no_cell_is_a_formula() -> None:
    entry = AuditEntry(0, "@SUM(A1)", "console", "sign_in", "=1+1", "account added: -x", "id")
    text = "".join(audit_sheet([entry]))
    assert text.startswith("\ufeff")
    heads, row = csv.reader(StringIO(text.removeprefix("\ufeff")))
    assert len(heads) == len(row) == 7
    assert row[0] == "1970-01-01 08:00:00" and row[2] == "控制台"
    assert row[1] == "'@SUM(A1)" and row[4] == "'=1+1"
