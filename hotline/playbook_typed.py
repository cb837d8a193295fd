"""How people type a setting of the playbook into a form, and how a page tells it."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from hotline.draw_rules import MAY_DRAW
from hotline.limits import Limit
from hotline.playbook_settings import Form
from hotline.policy import Role

_BETWEEN = re.compile(r"[、，,；;\s]+")
#: Longer than any list that an office would write.
_LONGEST = 2_000


def read_typed(form: Form, typed: str) -> Any:
    """What was typed, as the file would write it. ValueError where it is not in this form.

    >>> read_typed(Form.WORDS, "噪声、停车"), read_typed(Form.RISK, "0.45")
    (['噪声', '停车'], 0.45)
    """
    if len(typed) > _LONGEST:
        raise ValueError("too long")
    return _READ[form](typed.strip())


def typed_of(form: Form, value: Any) -> str:
    """A value as a form's field would hold it.

    >>> typed_of(Form.DAYS, ["2026-05-06", "2026-05-07"])
    '2026-05-06、2026-05-07'
    """
    return "" if value is None else "、".join(map(str, value)) if isinstance(value, list) else str(value)


def told_of(form: Form, value: Any) -> str:
    """A value as a page tells it.

    >>> told_of(Form.LIMIT, "4wh"), told_of(Form.HOURS, 24.0), told_of(Form.DESKS, ["call_centre"])
    ('4个工作小时内', '24小时', '962121话务')
    """
    if value is None or value == "":
        return "未设"
    if value == []:
        return "无"
    if form is Form.LIMIT:
        return Limit.of(value).zh
    if form is Form.HOURS:
        return f"{value:g}小时"
    if form is Form.DESKS:
        return "、".join(Role(name).zh for name in value)
    return f"{value:g}" if isinstance(value, float) else typed_of(form, value)


def _words(typed: str) -> list[str]:
    return [word for word in _BETWEEN.split(typed) if word]


def _limit(typed: str) -> str:
    Limit.of(typed)
    return typed.lower()


def _days(typed: str) -> list[str]:
    return sorted({date.fromisoformat(word).isoformat() for word in _words(typed)})


def _desks(typed: str) -> list[str]:
    named = {role.zh: role.value for role in MAY_DRAW}
    return sorted({Role(named.get(word, word)).value for word in _words(typed)})


_READ: dict[Form, Callable[[str], Any]] = {
    Form.LIMIT: _limit,
    Form.RISK: float,
    Form.HOURS: float,
    Form.COUNT: int,
    Form.SHARE: float,
    Form.WORDS: _words,
    Form.WORD: str,
    Form.CLOCK: str,
    Form.DAYS: _days,
    Form.DESKS: _desks,
}
