"""A month's forecast is shown again within the hour, to whoever may read the same, and never in another month."""

from dataclasses import replace
from datetime import datetime, timedelta

from desk.access.person import Person
from desk.month_forecast import MonthForecast, Range, month_of
from hotline.calendar import SHANGHAI, to_micros
from hotline.policy import Role
from hotline.scope import WHOLE_DISTRICT, Scope
from serve.web.kept_forecasts import KeptForecasts

_CALLER = Person("话务", Role.CALL_CENTRE, WHOLE_DISTRICT)
_STREET = Person("街", Role.STREET_HANDLER, Scope(streets=frozenset({"花木街道"})))
_SCIENTIST = Person("分析", Role.DATA_SCIENTIST, WHOLE_DISTRICT)


def _made(at: datetime) -> MonthForecast:
    begin, end = month_of(to_micros(at))
    some = Range(1.0, 0.0, 2.0)
    return MonthForecast(
        begin, end, to_micros(at), (0, 0, 0, 1), 0, 0, some, some, some, 0.9, 1.0, (), 0, 0, 6
    )


def test_a_forecast_is_shown_for_an_hour_to_those_who_may_read_the_same() -> None:
    kept, noon = KeptForecasts(), datetime(2028, 2, 29, 12, tzinfo=SHANGHAI)
    made = _made(noon)
    kept.keep(_CALLER, made)
    assert kept.of(replace(_CALLER, name="另一位"), noon + timedelta(minutes=59)) == made
    assert kept.of(_CALLER, noon + timedelta(minutes=61)) is None
    assert kept.of(_STREET, noon) is None, "other orders"
    assert kept.of(_SCIENTIST, noon) is None, "who meets no order"


def test_after_midnight_last_months_forecast_is_none_of_this_month() -> None:
    kept, evening = KeptForecasts(), datetime(2028, 2, 29, 23, 50, tzinfo=SHANGHAI)
    kept.keep(_CALLER, _made(evening))
    assert kept.of(_CALLER, evening + timedelta(minutes=9)) is not None
    assert kept.of(_CALLER, evening + timedelta(minutes=10)) is None
