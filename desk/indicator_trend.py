"""The indicators month by month, as known now: where they come from, and which way they go."""

from collections.abc import Sequence
from dataclasses import dataclass

from desk.indicator_facts import facts_of
from desk.indicators import Figure, totals_of
from desk.month_forecast import month_of
from desk.rounds import Rounds
from hotline.indicators import Indicator, IndicatorRules
from hotline.scope import WHOLE_DISTRICT, Scope

_MONTHS = 12


@dataclass(frozen=True)
class MonthFigures:
    """A month's figures, all kinds together; `begin` is in microseconds, `is_over` whether it has ended."""

    begin: int
    is_over: bool
    figures: dict[Indicator, Figure]


def trend_of(
    rounds: Sequence[Rounds], last: int, as_of: int, rules: IndicatorRules, scope: Scope = WHOLE_DISTRICT
) -> tuple[MonthFigures, ...]:
    """The figures of twelve months up to the one in which `last` falls, oldest first, as known at a moment."""
    spans = [month_of(last)]
    while len(spans) < _MONTHS:
        spans.insert(0, month_of(spans[0][0] - 1))
    facts = facts_of(rounds, spans[0][0], spans[-1][1], rules)
    found = []
    for begin, end in spans:
        inside = {name: rows[(rows["at"] >= begin) & (rows["at"] < end)] for name, rows in facts.items()}
        found.append(MonthFigures(begin, end <= as_of, totals_of(inside, rules, scope)))
    return tuple(found)
