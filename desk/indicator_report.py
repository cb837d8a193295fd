"""All that is told of a period: figures, their trend, label lag, this month's forecast, structural causes; from one look."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from desk.indicator_facts import KINDS, UNITS, units_at, within
from desk.indicator_trend import MonthFigures, trend_of
from desk.indicators import ALL_KINDS, Indicators, indicators_of
from desk.label_lag import LabelLag, label_lag
from desk.month_forecast import MonthForecast, forecast_month, month_of
from desk.refusals import Refused
from desk.rehearsal import Own, Part
from desk.rounds import Rounds
from desk.structural_causes import Blocked, structural_causes
from hotline.indicators import IndicatorRules
from hotline.scope import WHOLE_DISTRICT, Scope


@dataclass(frozen=True)
class Asked:
    """What a report is asked for: the period [begin, end), microseconds, units and kinds; and within which scope."""

    as_of: int
    begin: int
    end: int
    units: tuple[str, ...] = UNITS
    kinds: tuple[str, ...] = (ALL_KINDS, *KINDS)
    scope: Scope = WHOLE_DISTRICT

    @classmethod
    def at(cls, as_of: int, begin: int | None, end: int | None) -> "Asked":
        """What is not said is the month of the period's beginning, or of the moment. Refused where it is none."""
        month = month_of(as_of if begin is None else begin)
        found = cls(as_of, month[0] if begin is None else begin, month[1] if end is None else end)
        if found.begin >= found.end:
            raise Refused("from", "the period ends before it begins; name a from that lies before to")
        if found.begin >= as_of:
            raise Refused("from", "the period begins after the moment asked about; name an earlier from")
        return found


@dataclass(frozen=True)
class IndicatorReport:
    """The report; `forecast` is None without a model."""

    figures: Indicators
    lag: LabelLag
    forecast: MonthForecast | None
    blocked: tuple[Blocked, ...]
    trend: tuple[MonthFigures, ...]


def without_people(report: IndicatorReport) -> IndicatorReport:
    """The same for whoever meets no order: no manager's name, and no order that could be turned."""
    figures = report.figures
    units = {unit: rows for unit, rows in figures.units.items() if unit != "manager"}
    forecast = replace(report.forecast, turns=()) if report.forecast else None
    return replace(report, figures=replace(figures, units=units), forecast=forecast)


def report_of(
    parts: Sequence[Part],
    communities: pd.DataFrame,
    asked: Asked,
    rules: IndicatorRules,
    with_forecast: bool,
) -> IndicatorReport:
    """The report of chronicles as known at the moment asked about; `communities` is the log's frame of them."""
    rounds = [part.rounds(asked.as_of) for part in parts]
    return IndicatorReport(
        indicators_of(rounds, asked.begin, asked.end, rules, asked.scope, asked.units, asked.kinds),
        label_lag(rounds, asked.begin, asked.end, rules.ripe_share, asked.scope),
        forecast_month(parts, asked.as_of, rules, own_of(asked.scope)) if with_forecast else None,
        structural_causes(rounds, communities, asked.scope),
        trend_of(rounds, min(asked.as_of, asked.end - 1), asked.as_of, rules, asked.scope),
    )


def own_of(scope: Scope) -> Own:
    """Which rounds lie within a scope, by whoever had them last."""

    def own(rounds: Rounds) -> np.ndarray:
        if scope.is_whole:
            return np.ones(len(rounds), dtype=bool)
        return within(scope, units_at(rounds, rounds.end))

    return own
