"""A file of settings that an office writes itself: read whole, and whatever cannot be used is named with its remedy."""

import tomllib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from hotline.errors import ArgumentError

T = TypeVar("T")


def read_settings(path: Path, whose: str, take: Callable[[Mapping[str, Any]], T]) -> T:
    """What `take` makes of a TOML file. ArgumentError, naming the file, where it cannot be used."""
    try:
        return take(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, ArgumentError) as error:
        raise ArgumentError(f"the {whose} settings {path} cannot be used: {error}") from error


def check_known(place: str, told: Mapping[str, Any], names: Iterable[str]) -> None:
    """Refuse a setting that there is not."""
    known = list(names)
    for name in told:
        if name not in known:
            here = f"{place}.{name}" if place else name
            raise ArgumentError(f"{here} is not known; there are {', '.join(known)}")


def table(place: str, value: Any) -> Mapping[str, Any]:
    """A table of settings."""
    if not isinstance(value, Mapping):
        raise ArgumentError(f"{place} is a table: write [{place}] and its settings below")
    return value


def listed(place: str, value: Any) -> list[Any]:
    """A list."""
    if not isinstance(value, list):
        raise ArgumentError(f"{place} is a list: write [ … ]")
    return value


def number(
    place: str, value: Any, span: tuple[float, float] = (0.0, float("inf")), whole: bool = False
) -> float:
    """A number within a span, both ends included."""
    low, high = span
    is_number = isinstance(value, int if whole else int | float) and not isinstance(value, bool)
    if not is_number or not low <= value <= high or value == float("inf"):
        until = f"from {low:g} to {high:g}" if high < float("inf") else f"of {low:g} or more"
        raise ArgumentError(f"{place} is a {'whole ' if whole else ''}number {until}")
    return float(value)
