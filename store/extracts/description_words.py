"""The words of a description: scales, meanings, zones, lags; and what is said when one is not understood."""

import difflib
import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hotline.leaks import FindingKind
from hotline.lifecycle import OfficialCaller, Verdict
from hotline.order import ORDER_FIELDS
from hotline.origin import Origin
from hotline.satisfaction import LEVELS_ZH, Rating
from store.extracts.description import Acknowledgement, DescriptionError

_LEVELS: dict[str, Rating] = {
    **{word: Rating(level) for level, word in enumerate(LEVELS_ZH)},
    **{str(level.value): level for level in Rating},
    **{level.name.lower(): level for level in Rating},
}
_LAG = re.compile(r"(\d+(?:\.\d+)?)\s*(min|h|d)")
_LAG_UNITS = {"min": "minutes", "h": "hours", "d": "days"}
#: What the hotline's own words mean, unless a description says otherwise.
_VALUES: dict[str, dict[str, str]] = {
    "verdict": {"实际解决": Verdict.RESOLVED.value, "解释说明": Verdict.EXPLAINED.value},
    "by": {
        "市热线办": OfficialCaller.CITY.value,
        "12345": OfficialCaller.CITY.value,
        "962121": OfficialCaller.DISTRICT.value,
    },
}


def scale_of(table: Mapping[str, Any]) -> dict[str, Rating]:
    """The rating that each word of a scale stands for."""
    scale = {}
    for word, level in table.items():
        if str(level).lower() not in _LEVELS:
            raise DescriptionError(f"[scale] {word!r}: {level!r} is none of {'、'.join(LEVELS_ZH)}")
        scale[str(word)] = _LEVELS[str(level).lower()]
    return scale


def values_of(table: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """What the words of each field mean, beside the hotline's own."""
    refuse_unknown_keys("[values]", table, (*ORDER_FIELDS, "verdict", "by", "channel", "actor", "group"))
    return {
        name: _VALUES.get(name, {})
        | {str(word): str(meaning) for word, meaning in table.get(name, {}).items()}
        for name in {*table, *_VALUES}
    }


def acknowledgement_of(table: Mapping[str, Any]) -> Acknowledgement:
    """One finding of the audit that the description acknowledges; it must say why."""
    where = "[[acknowledged]]"
    refuse_unknown_keys(where, table, ("kind", "column", "reason"))
    kind, reason = str(table.get("kind", "")), str(table.get("reason", "")).strip(" .…")
    kinds = [known.value for known in FindingKind]
    if kind not in kinds:
        near = difflib.get_close_matches(kind, kinds, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(kinds)}"
        raise DescriptionError(f"{where}: kind {kind!r} is none of the audit's; {hint}")
    if not reason:
        raise DescriptionError(f'{where}, {kind}: it has no reason; say why it is harmless: reason = "…"')
    return Acknowledgement(kind, str(table.get("column", "")), reason)


def origin_of(word: Any) -> Origin:
    """Whether the orders are real or simulated; undeclared where the description is silent."""
    if word not in (None, Origin.REAL, Origin.SIMULATED):
        raise DescriptionError(f'origin {word!r}: write "real" or "simulated", or leave it out')
    return Origin(word or Origin.UNDECLARED)


def zone_of(name: str) -> ZoneInfo:
    """The time zone of this name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise DescriptionError(f'time_zone {name!r} is not known; use a name like "Asia/Shanghai"') from None


def lag_of(where: str, word: str) -> timedelta:
    """How late a file habitually comes."""
    found = _LAG.fullmatch(word.strip())
    if not found:
        raise DescriptionError(f'{where}: lag {word!r}; write "30min", "8h" or "1d"')
    return timedelta(**{_LAG_UNITS[found[2]]: float(found[1])})


def time_word(entry: Any) -> str | None:
    """A time as TOML or a string gives it."""
    return (
        entry.isoformat() if isinstance(entry, date | datetime) else (None if entry is None else str(entry))
    )


def one_of(where: str, name: str, kind: Any, word: Any) -> Any:
    """The choice that a word names."""
    try:
        return kind(word)
    except ValueError:
        choices = ", ".join(kind)
        raise DescriptionError(f"{where}: attribute {name!r}: {word!r} is none of {choices}") from None


def refuse_unknown_keys(
    where: str, table: Mapping[str, Any], allowed: Iterable[str], extra: Iterable[str] = ()
) -> None:
    """Refuse a key that means nothing here, naming the nearest that does."""
    names = [*allowed, *extra]
    for key in table:
        if key not in names:
            near = difflib.get_close_matches(key, names, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else f"; it knows {', '.join(names)}"
            raise DescriptionError(f"{where}: unknown key {key!r}{hint}")
