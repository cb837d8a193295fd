"""The settings of the playbook, as an office writes them into one file of its own."""

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from datetime import date, time
from pathlib import Path
from typing import Any

from hotline.calendar import WorkingCalendar
from hotline.draw_rules import DrawRules
from hotline.duties import Rules
from hotline.errors import ArgumentError
from hotline.limits import Limit
from hotline.playbook import CAPACITIES, LIMIT_NAMES, Playbook
from hotline.policy import Role
from hotline.settings_file import check_known, listed, number, read_settings, table

_PARTS = ("limits", "street", "rules", "capacity", "desk", "calendar", "draw")
_CLOCKS = ("opens", "closes")
_DAYS = ("days_off", "days_on")
#: Within which numbers may be: none of them makes a time or a count that cannot be reckoned with.
_A_YEAR, MOST_CALLS = 8_760, 10_000
_SPANS: dict[str, tuple[float, float]] = {
    "likely": (0, 1),
    "strong": (0, 1),
    "near_hours": (0, _A_YEAR),
    "claim_hours": (0, _A_YEAR),
    "urged": (0, 1_000),
}


def read_told(path: Path | None) -> Mapping[str, Any]:
    """What an office's file says, once it is found to be of use; nothing where there is no file.

    Raises ArgumentError, naming the file, the setting and the remedy.
    """
    if path is None:
        return {}

    def checked(told: Mapping[str, Any]) -> Mapping[str, Any]:
        playbook_of(told)
        return told

    return read_settings(path, "playbook's", checked)


def playbook_of(told: Mapping[str, Any]) -> Playbook:
    """The playbook with these settings.

    >>> playbook_of({"limits": {"P09": "2wh"}}).limit("P09").zh
    '2个工作小时内'
    """
    check_known("", told, _PARTS)
    return Playbook(
        limits=_limits("limits", table("limits", told.get("limits", {}))),
        streets={
            street: _limits(f'street."{street}"', table(f'street."{street}"', own))
            for street, own in table("street", told.get("street", {})).items()
        },
        rules=_rules(table("rules", told.get("rules", {}))),
        capacities=_capacities(table("capacity", told.get("capacity", {}))),
        desks=_desks(table("desk", told.get("desk", {}))),
        calendar=_calendar(table("calendar", told.get("calendar", {}))),
        draw=_draw(table("draw", told.get("draw", {}))),
    )


def _limits(place: str, told: Mapping[str, Any]) -> dict[str, Limit]:
    check_known(place, told, LIMIT_NAMES)
    return {name: _taken(f"{place}.{name}", written, Limit.of) for name, written in told.items()}


def _rules(told: Mapping[str, Any]) -> Rules:
    rules = Rules()
    check_known("rules", told, [field.name for field in fields(rules)])
    given: dict[str, Any] = {}
    for name, value in told.items():
        usual = getattr(rules, name)
        if isinstance(usual, frozenset | tuple):
            given[name] = type(usual)(_words(f"rules.{name}", value))
        elif isinstance(usual, str):
            given[name] = _taken(f"rules.{name}", value, _a_word)
        else:
            is_whole = isinstance(usual, int)
            given[name] = type(usual)(number(f"rules.{name}", value, _SPANS[name], is_whole))
    rules = replace(rules, **given)
    if not 0 < rules.likely <= rules.strong <= 1:
        raise ArgumentError("rules.likely and rules.strong are risks from 0 to 1, likely not above strong")
    return rules


def _capacities(told: Mapping[str, Any]) -> dict[Role, int]:
    check_known("capacity", told, [role.value for role in CAPACITIES])
    return {
        role: int(number(f"capacity.{role}", told.get(role, usual), (0, MOST_CALLS), whole=True))
        for role, usual in CAPACITIES.items()
    }


def _desks(told: Mapping[str, Any]) -> dict[str, int]:
    return {
        name: int(number(f'desk."{name}"', value, (0, MOST_CALLS), whole=True))
        for name, value in told.items()
    }


def _calendar(told: Mapping[str, Any]) -> WorkingCalendar:
    check_known("calendar", told, (*_CLOCKS, *_DAYS))
    given: dict[str, Any] = {
        name: _taken(f"calendar.{name}", told[name], _time_of_day) for name in _CLOCKS if name in told
    }
    for name in _DAYS:
        if name in told:
            written = listed(f"calendar.{name}", told[name])
            days = (
                d if isinstance(d, date) else _taken(f"calendar.{name}", d, date.fromisoformat)
                for d in written
            )
            given[name] = frozenset(days)
    calendar = WorkingCalendar(**given)
    if calendar.opens >= calendar.closes:
        raise ArgumentError("calendar.opens lies before calendar.closes")
    if calendar.hours_a_day < 1:
        raise ArgumentError("calendar.closes lies at least an hour after calendar.opens")
    return calendar


def _time_of_day(written: str) -> time:
    found = time.fromisoformat(written)
    if found.tzinfo is not None:
        raise ArgumentError("write it in Shanghai's time, like 09:00")
    return found


def _draw(told: Mapping[str, Any]) -> DrawRules:
    check_known("draw", told, [field.name for field in fields(DrawRules)])
    given: dict[str, Any] = {}
    for name, value in told.items():
        if name in ("desks", "left_out"):
            given[name] = frozenset(_words(f"draw.{name}", value))
        elif name == "agreed":
            given[name] = _taken("draw.agreed", value, str)
        else:
            told_number = number(f"draw.{name}", value, whole=name == "seed")
            given[name] = int(told_number) if name == "seed" else told_number
    return DrawRules(**given)


def _words(place: str, value: Any) -> list[str]:
    found = listed(place, value)
    if not all(isinstance(word, str) and word for word in found):
        raise ArgumentError(f"{place} is a list of words")
    return found


def _a_word(written: str) -> str:
    if not written.strip():
        raise ArgumentError("write a word")
    return written.strip()


def _taken(place: str, value: Any, read: Callable[[str], Any]) -> Any:
    if not isinstance(value, str):
        raise ArgumentError(f"{place} is a word in quotes")
    try:
        return read(value)
    except ValueError as error:
        raise ArgumentError(f"{place}: {error}") from error
