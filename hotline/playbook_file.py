"""The settings of the playbook, as an office writes them into one file of its own."""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from datetime import date, time
from pathlib import Path
from typing import Any

from hotline.calendar import WorkingCalendar
from hotline.duties import Rules
from hotline.errors import ArgumentError
from hotline.limits import Limit
from hotline.playbook import CAPACITIES, LIMIT_NAMES, Playbook
from hotline.policy import Role

_PARTS = ("limits", "street", "rules", "capacity", "calendar")
_CLOCKS = ("opens", "closes")
_DAYS = ("days_off", "days_on")


def read_playbook(path: Path | None) -> Playbook:
    """The playbook with an office's settings; the defaults where there is no file.

    Raises ArgumentError, naming the file, the setting and the remedy.
    """
    if path is None:
        return Playbook()
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
        return playbook_of(told)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, ArgumentError) as error:
        raise ArgumentError(f"the playbook's settings {path} cannot be used: {error}") from error


def playbook_of(told: Mapping[str, Any]) -> Playbook:
    """The playbook with these settings.

    >>> playbook_of({"limits": {"P09": "2wh"}}).limit("P09").zh
    '2个工作小时内'
    """
    _known("", told, _PARTS)
    return Playbook(
        limits=_limits("limits", _table("limits", told.get("limits", {}))),
        streets={
            street: _limits(f'street."{street}"', _table(f'street."{street}"', own))
            for street, own in _table("street", told.get("street", {})).items()
        },
        rules=_rules(_table("rules", told.get("rules", {}))),
        capacities=_capacities(_table("capacity", told.get("capacity", {}))),
        calendar=_calendar(_table("calendar", told.get("calendar", {}))),
    )


def _limits(place: str, told: Mapping[str, Any]) -> dict[str, Limit]:
    _known(place, told, LIMIT_NAMES)
    return {name: _taken(f"{place}.{name}", written, Limit.of) for name, written in told.items()}


def _rules(told: Mapping[str, Any]) -> Rules:
    rules = Rules()
    _known("rules", told, [field.name for field in fields(rules)])
    given: dict[str, Any] = {}
    for name, value in told.items():
        usual = getattr(rules, name)
        if isinstance(usual, frozenset | tuple):
            given[name] = type(usual)(_words(f"rules.{name}", value))
        elif isinstance(usual, str):
            given[name] = _taken(f"rules.{name}", value, str)
        else:
            given[name] = type(usual)(_number(f"rules.{name}", value))
    rules = replace(rules, **given)
    if not 0 < rules.likely <= rules.strong <= 1:
        raise ArgumentError("rules.likely and rules.strong are risks from 0 to 1, likely not above strong")
    return rules


def _capacities(told: Mapping[str, Any]) -> dict[Role, int]:
    _known("capacity", told, [role.value for role in CAPACITIES])
    return {
        role: int(_number(f"capacity.{role}", told.get(role, usual))) for role, usual in CAPACITIES.items()
    }


def _calendar(told: Mapping[str, Any]) -> WorkingCalendar:
    _known("calendar", told, (*_CLOCKS, *_DAYS))
    given: dict[str, Any] = {
        name: _taken(f"calendar.{name}", told[name], time.fromisoformat) for name in _CLOCKS if name in told
    }
    for name in _DAYS:
        if name in told:
            written = _list(f"calendar.{name}", told[name])
            days = (
                d if isinstance(d, date) else _taken(f"calendar.{name}", d, date.fromisoformat)
                for d in written
            )
            given[name] = frozenset(days)
    calendar = WorkingCalendar(**given)
    if calendar.opens >= calendar.closes:
        raise ArgumentError("calendar.opens lies before calendar.closes")
    return calendar


def _known(place: str, told: Mapping[str, Any], names: Any) -> None:
    for name in told:
        if name not in names:
            here = f"{place}.{name}" if place else name
            raise ArgumentError(f"{here} is not known; there are {', '.join(names)}")


def _table(place: str, value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise ArgumentError(f"{place} is a table: write [{place}] and its settings below")
    return value


def _list(place: str, value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise ArgumentError(f"{place} is a list: write [ … ]")
    return value


def _words(place: str, value: Any) -> list[str]:
    found = _list(place, value)
    if not all(isinstance(word, str) and word for word in found):
        raise ArgumentError(f"{place} is a list of words")
    return found


def _number(place: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise ArgumentError(f"{place} is a number, 0 or more")
    return float(value)


def _taken(place: str, value: Any, read: Callable[[str], Any]) -> Any:
    if not isinstance(value, str):
        raise ArgumentError(f"{place} is a word in quotes")
    try:
        return read(value)
    except ValueError as error:
        raise ArgumentError(f"{place}: {error}") from error
