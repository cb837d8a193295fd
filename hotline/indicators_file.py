"""The settings of the indicators, as an office writes them into one file of its own."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from hotline.errors import ArgumentError
from hotline.indicators import Indicator, IndicatorRules
from hotline.satisfaction import LEVELS_ZH
from hotline.settings_file import check_known, number, read_settings, table

_WHOLE = {"least": (1, 1000), "contact_working_days": (1, 30), "response_minutes": (1, 1440)}
_SHARES = {"interval": (0.5, 0.99), "ripe_share": (0.5, 1.0)}


def read_indicator_rules(path: Path | None) -> IndicatorRules:
    """The rules with an office's settings; the defaults where there is no file.

    Raises ArgumentError, naming the file, the setting and the remedy.
    """
    if path is None:
        return IndicatorRules()
    return read_settings(path, "indicators'", indicator_rules_of)


def indicator_rules_of(told: Mapping[str, Any]) -> IndicatorRules:
    """The rules with these settings.

    >>> indicator_rules_of({"weights": {"基本满意": 0.9}}).weights
    (0.0, 0.6, 0.9, 1.0)
    """
    check_known("", told, ("weights", "targets", "rules"))
    rules = IndicatorRules()
    weights = _numbers("weights", told, dict(zip(LEVELS_ZH, rules.weights, strict=True)), (0.0, 1.0))
    worst_first = tuple(weights[level] for level in LEVELS_ZH)
    if list(worst_first) != sorted(worst_first):
        raise ArgumentError(f"weights rise from {LEVELS_ZH[0]} to {LEVELS_ZH[-1]}; put them in that order")
    none_yet = {name.value: 0.0 for name in Indicator} | {n.value: t for n, t in rules.targets.items()}
    targets = _numbers("targets", told, none_yet, (0.0, 1.0))
    given = table("rules", told.get("rules", {}))
    check_known("rules", given, (*_WHOLE, *_SHARES))
    found: dict[str, Any] = {
        name: int(number(f"rules.{name}", given[name], _WHOLE[name], whole=True))
        for name in _WHOLE
        if name in given
    }
    found |= {name: number(f"rules.{name}", given[name], _SHARES[name]) for name in _SHARES if name in given}
    return replace(
        rules, weights=worst_first, targets={Indicator(n): t for n, t in targets.items() if t > 0}, **found
    )


def _numbers(
    place: str, told: Mapping[str, Any], usual: Mapping[str, float], span: tuple[float, float]
) -> dict[str, float]:
    given = table(place, told.get(place, {}))
    check_known(place, given, usual)
    return {**usual, **{name: number(f"{place}.{name}", value, span) for name, value in given.items()}}
