"""The indicators of a period by district, street, company, community and manager, as known at a moment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from desk.indicator_facts import KINDS, UNITS, facts_of, within
from desk.rounds import Rounds
from desk.shrinkage import Shrunk, alone, shrunk, strength_of, worth
from features.arrays import Floats
from hotline.indicators import Indicator, IndicatorRules, Label, label_of
from hotline.satisfaction import Rating
from hotline.scope import WHOLE_DISTRICT, Scope

#: All kinds together, beside each apart.
ALL_KINDS = "全部"


@dataclass(frozen=True)
class Figure:
    """One indicator of one unit.

    counted  : the denominator
    levels   : for 满意率, how many ratings of each level, worst first; empty otherwise
    value    : as it was counted; None with too few, as all that follows
    drawn    : drawn towards the level above
    low,high : the interval
    """

    counted: int
    levels: tuple[int, ...]
    value: float | None
    drawn: float | None
    low: float | None
    high: float | None
    label: Label


@dataclass(frozen=True)
class Row:
    """A unit with its figures; `within` is the street of a community, told where it has one."""

    name: str
    kind: str
    within: str | None
    figures: dict[Indicator, Figure]


@dataclass(frozen=True)
class Indicators:
    """A period's figures: of all that is within reach, and by unit; by name, never ranked.

    Times are microseconds; the period is [begin, end).
    """

    begin: int
    end: int
    as_of: int
    scope_zh: str
    total: tuple[Row, ...]
    units: dict[str, tuple[Row, ...]]
    rules: IndicatorRules


def indicators_of(
    rounds: Sequence[Rounds],
    begin: int,
    end: int,
    rules: IndicatorRules,
    scope: Scope = WHOLE_DISTRICT,
    units: Sequence[str] = UNITS,
    kinds: Sequence[str] = (ALL_KINDS, *KINDS),
) -> Indicators:
    """The figures of the period that lie within a scope.

    What a unit is drawn towards is learnt from the whole district, whatever the scope.
    """
    facts = facts_of(rounds, begin, end, rules)
    tables = [
        _Table(indicator, kind, rows if kind == ALL_KINDS else rows[rows["kind"] == kind], rules, scope)
        for indicator, rows in facts.items()
        for kind in kinds
    ]
    return Indicators(
        begin,
        end,
        rounds[0].as_of if rounds else 0,
        scope.zh,
        _rows([(t.kind, t.indicator, t.total()) for t in tables], kinds),
        {unit: _rows([(t.kind, t.indicator, t.by(unit)) for t in tables], kinds) for unit in units},
        rules,
    )


def totals_of(
    facts: Mapping[Indicator, pd.DataFrame], rules: IndicatorRules, scope: Scope
) -> dict[Indicator, Figure]:
    """The figures, all kinds together, of the facts (see `facts_of`) that lie within a scope."""
    tables = (_Table(indicator, ALL_KINDS, rows, rules, scope) for indicator, rows in facts.items())
    return {table.indicator: next(iter(table.total().values()))[1] for table in tables}


_Named = dict[str, tuple[str | None, Figure]]


def _rows(told: Sequence[tuple[str, Indicator, _Named]], kinds: Sequence[str]) -> tuple[Row, ...]:
    """The rows by name and kind; an indicator that counted nothing is a figure of nothing."""
    nothing = Figure(0, (), None, None, None, None, Label.FEW)
    names = {name: street for _, _, named in told for name, (street, _) in named.items()}
    found: dict[tuple[str, str], dict[Indicator, Figure]] = {}
    for kind, indicator, named in told:
        for name, (_, figure) in named.items():
            found.setdefault((name, kind), {})[indicator] = figure
    return tuple(
        Row(name, kind, names[name], {i: found[name, kind].get(i, nothing) for i in Indicator})
        for name in sorted(names)
        for kind in kinds
        if (name, kind) in found
    )


class _Table:
    """One indicator and kind: its facts, what is within reach of them, and the levels that units are drawn to."""

    def __init__(
        self, indicator: Indicator, kind: str, facts: pd.DataFrame, rules: IndicatorRules, scope: Scope
    ) -> None:
        self.indicator, self.kind, self._rules, self._scope = indicator, kind, rules, scope
        is_rating = indicator is Indicator.SATISFACTION
        value = facts["value"].to_numpy(dtype=np.float64)
        points = np.array(rules.weights)[value.astype(int)] if is_rating else value
        self._facts = facts.assign(points=points)
        self._worth = worth(points) if is_rating else 1.0
        self._mean = (points.sum() + 0.5) / (len(points) + 1)
        self._own = self._facts[within(scope, facts)]

    def total(self) -> _Named:
        """The figure of all that is within reach, drawn to nothing."""
        counted, points = np.array([float(len(self._own))]), np.array([self._own["points"].sum()])
        found = alone(self._worth * counted, self._worth * points, self._rules.tail)
        levels = self._levels(np.zeros(len(self._own), dtype=np.int64), 1)
        return {self._scope.zh or "无": (None, self._figures(counted, points, found, levels)[0])}

    def by(self, unit: str) -> _Named:
        """The figures by unit; orders whose unit nobody has said are in none."""
        own = self._own[self._own[unit].notna()]
        code, names = pd.factorize(own[unit], sort=True)
        prior_of_all = self._prior(unit, self._facts)
        everyone = self._facts[unit].notna().to_numpy()
        strength = self._streets[0] if unit == "street" else self._strength(unit, prior_of_all, everyone)
        counted = np.bincount(code, minlength=len(names)).astype(np.float64)
        points = np.bincount(code, own["points"], minlength=len(names))
        prior = np.bincount(code, self._prior(unit, own), minlength=len(names)) / np.maximum(counted, 1)
        w = self._worth
        found = shrunk(w * counted, w * points, prior, strength, self._rules.tail)
        figures = self._figures(counted, points, found, self._levels(code, len(names), own))
        streets = own.groupby(code)["street"].first().tolist() if unit == "community" else [None] * len(names)
        return {n: (s or None, f) for n, s, f in zip(names, streets, figures, strict=True)}

    @cached_property
    def _streets(self) -> tuple[float, "pd.Series[float]"]:
        """How much the district weighs for a street, and each street's figure drawn towards it."""
        sums = self._facts.groupby("street")["points"].agg(["size", "sum"])
        counted, points = (self._worth * sums[n].to_numpy(dtype=np.float64) for n in ("size", "sum"))
        prior = np.full(len(sums), self._mean)
        strength = strength_of(counted, points, prior)
        return strength, pd.Series(shrunk(counted, points, prior, strength, 0.5).value, sums.index)

    def _prior(self, unit: str, facts: pd.DataFrame) -> Floats:
        """What each fact's unit is drawn towards: the district for a street, the fact's street for all others."""
        if unit == "street":
            return np.full(len(facts), self._mean)
        return facts["street"].map(self._streets[1]).fillna(self._mean).to_numpy(dtype=np.float64)

    def _strength(self, unit: str, prior: Floats, told: np.ndarray) -> float:
        code, names = pd.factorize(self._facts[unit].to_numpy()[told])
        counted = np.bincount(code, minlength=len(names)).astype(np.float64)
        points = np.bincount(code, self._facts["points"].to_numpy()[told], minlength=len(names))
        mean = np.bincount(code, prior[told], minlength=len(names)) / np.maximum(counted, 1)
        return strength_of(self._worth * counted, self._worth * points, mean)

    def _levels(self, code: np.ndarray, units: int, own: pd.DataFrame | None = None) -> np.ndarray | None:
        """Ratings by unit and level; None for the other indicators."""
        if self.indicator is not Indicator.SATISFACTION:
            return None
        value = (self._own if own is None else own)["value"].to_numpy(dtype=np.int64)
        size = len(Rating)
        return np.bincount(code * size + value, minlength=units * size).reshape(units, size)

    def _figures(
        self, counted: Floats, points: Floats, found: Shrunk, levels: np.ndarray | None
    ) -> list[Figure]:
        rules, figures = self._rules, []
        target = rules.targets.get(self.indicator)
        for n, count in enumerate(counted.astype(int).tolist()):
            of_level = tuple(levels[n].tolist()) if levels is not None else ()
            low, high = float(found.low[n]), float(found.high[n])
            label = label_of(count, count - float(points[n]), low, high, target, rules.least)
            if label is Label.FEW:
                figures.append(Figure(count, of_level, None, None, None, None, label))
                continue
            value = float(points[n]) / count
            figures.append(Figure(count, of_level, value, float(found.value[n]), low, high, label))
        return figures
