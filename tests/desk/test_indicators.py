"""Figures by unit: small cases by hand, as of a moment, within a scope, never ranked."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from desk.indicator_trend import trend_of
from desk.indicators import ALL_KINDS, Figure, Indicators, Row, indicators_of
from desk.month_forecast import month_of
from desk.rounds import Rounds
from features.chronicle import Chronicle
from hotline.indicators import Indicator, IndicatorRules, Label
from hotline.scope import WHOLE_DISTRICT, Scope
from tests.builders import Records, a_callback, an_event, an_order, at

RULES = IndicatorRules(least=4)
_SATISFACTION = Indicator.SATISFACTION


def _rated(unit: str, ratings: list[int], **fields: Any) -> Records:
    records = Records()
    for number, rating in enumerate(ratings):
        name = f"{unit} {number}"
        records += an_order(name, **{"community": unit, "street": "东"} | fields)
        records += an_event(name, "closed", at(1), verdict="resolved" if rating else "explained")
        records += a_callback(name, at(3), rating, solved=float(rating > 0))
    return records


def _told(
    records: Records, as_of: int | None = None, rules: IndicatorRules = RULES, scope: Scope = WHOLE_DISTRICT
) -> Indicators:
    moment = at(30) if as_of is None else as_of
    return indicators_of([Rounds.of(Chronicle.of(records.log()), moment)], at(0), at(20), rules, scope)


def _figure(
    rows: tuple[Row, ...], name: str, kind: str = ALL_KINDS, indicator: Indicator = _SATISFACTION
) -> Figure:
    return next(row for row in rows if (row.name, row.kind) == (name, kind)).figures[indicator]


def test_the_formulas_on_a_district_of_six_orders() -> None:
    told = _told(_rated("园", [3, 3, 3, 2, 1, 0]))
    figure = _figure(told.total, "全区")
    assert figure.counted == 6 and figure.levels == (1, 1, 1, 3)
    assert figure.value == pytest.approx((3 + 0.8 + 0.6) / 6)
    assert _figure(told.total, "全区", indicator=Indicator.SOLVED).value == pytest.approx(5 / 6)
    assert _figure(told.total, "全区", indicator=Indicator.RESOLVED).value == pytest.approx(5 / 6)
    weighed = _told(_rated("园", [3, 3, 3, 2, 1, 0]), rules=replace(RULES, weights=(0, 0, 0, 1)))
    assert _figure(weighed.total, "全区").value == pytest.approx(3 / 6)


def test_kinds_are_told_apart_and_together() -> None:
    told = _told(_rated("园", [3] * 4, kind="维修") + _rated("苑", [0] * 5, kind="物业投诉"))
    counted = {row.kind: row.figures[_SATISFACTION].counted for row in told.total}
    assert counted == {"全部": 9, "维修": 4, "投诉": 5}
    assert [(row.name, row.kind) for row in told.units["community"]] == [
        ("园", "全部"),
        ("园", "维修"),
        ("苑", "全部"),
        ("苑", "投诉"),
    ]


def test_a_unit_is_drawn_towards_its_own_street_and_a_street_towards_the_district() -> None:
    records = _rated("好园", [3] * 40, street="好") + _rated("坏园", [0] * 40, street="坏")
    records += _rated("小好", [3] * 3 + [0], street="好") + _rated("小坏", [3] * 3 + [0], street="坏")
    told = _told(records)
    good, bad = (_figure(told.units["community"], name) for name in ("小好", "小坏"))
    assert good.value == bad.value == 0.75
    assert good.drawn is not None and bad.drawn is not None
    assert bad.drawn < 0.7 < 0.75 < good.drawn
    street = _figure(told.units["street"], "好")
    assert street.drawn is not None and street.value is not None and 0.5 < street.drawn < street.value


def test_with_too_few_there_is_no_figure() -> None:
    told = _told(_rated("园", [3, 3, 0]) + _rated("大园", [3] * 9))
    few = _figure(told.units["community"], "园")
    assert few == Figure(3, (1, 0, 0, 2), None, None, None, None, Label.FEW)


def test_units_stand_by_name_whatever_their_figures() -> None:
    records = _rated("丙", [0] * 5) + _rated("甲", [3] * 5) + _rated("乙", [1] * 5)
    for rows in (
        _told(records).units["community"],
        _told(_rated("丙", [3] * 5) + records).units["community"],
    ):
        names = [row.name for row in rows if row.kind == ALL_KINDS]
        assert names == sorted(names)


def test_a_past_moment_reads_as_it_read_then() -> None:
    records = _rated("园", [3] * 4) + an_order("园 late", community="园", street="东")
    later = a_callback("园 late", at(9), 0)
    taken = an_event("园 0", "contacted", at(0.1), event_id="c") + an_event(
        "园 0", "retracted", at(12), retracts="c"
    )
    before, after = _told(records + taken, at(8)), _told(records + taken + later, at(8))
    assert before.total == after.total and before.units == after.units
    now = _told(records + taken + later)
    assert _figure(now.total, "全区").counted == 5
    made = [_figure(of.total, "全区", indicator=Indicator.CONTACT_IN_TIME).value for of in (after, now)]
    assert made == [pytest.approx(1 / 5), 0.0]


def test_a_scope_narrows_the_figures_but_not_what_they_are_drawn_towards() -> None:
    records = _rated("园", [3] * 8 + [0] * 2, manager="王") + _rated("苑", [0] * 30, manager="李")
    whole, own = _told(records), _told(records, scope=Scope(managers=frozenset({"王"})))
    assert _figure(own.total, "王").counted == 10
    assert {row.name for row in own.units["community"]} == {"园"}
    assert _figure(own.units["manager"], "王") == _figure(whole.units["manager"], "王")
    nothing = _told(records, scope=Scope())
    assert nothing.units["manager"] == () and _figure(nothing.total, "无").counted == 0


def test_orders_of_several_histories_are_counted_together() -> None:
    one, other = _rated("园", [3] * 5), _rated("苑", [0] * 6)
    parts = [Rounds.of(Chronicle.of(records.log()), at(30)) for records in (one, other)]
    apart, together = indicators_of(parts, at(0), at(20), RULES), _told(one + other)
    assert apart.total == together.total and apart.units == together.units


def test_orders_that_are_left_out_are_in_no_figure() -> None:
    chronicle = Chronicle.of((_rated("园", [3] * 5) + _rated("苑", [0] * 6)).log())
    without = np.array([name.startswith("苑") for name in chronicle.order_ids])
    told = indicators_of([Rounds.of(chronicle, at(30), without)], at(0), at(20), RULES)
    assert told.total == _told(_rated("园", [3] * 5)).total


def test_the_trend_tells_of_each_month_what_its_own_report_tells() -> None:
    records = Records()
    for month in range(3):
        for number in range(6):
            name = f"{month} {number}"
            records += an_order(name, community="园", street="东")
            records += an_event(name, "closed", at(1 + 30 * month), verdict="resolved")
            records += a_callback(name, at(3 + 30 * month), 3 if number > month else 0)
    rounds = [Rounds.of(Chronicle.of(records.log()), at(70))]
    trend = trend_of(rounds, at(70), at(70), RULES)
    assert len(trend) == 12 and [month.is_over for month in trend] == [True] * 11 + [False]
    told = [month.figures[_SATISFACTION] for month in trend]
    assert [figure.counted for figure in told][:8] == [0] * 8 and told[0].value is None
    assert sum(figure.counted for figure in told) == 18
    for month in trend:
        begin, end = month_of(month.begin)
        [row] = indicators_of(rounds, begin, end, RULES, units=(), kinds=(ALL_KINDS,)).total
        assert row.figures == month.figures
