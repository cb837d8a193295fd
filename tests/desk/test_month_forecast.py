"""The pieces of the month's forecast, each against what is known to be right."""

from dataclasses import replace
from datetime import datetime

import numpy as np
import pytest
from scipy import special

from desk.drift import Drift, Shift, shift_of
from desk.indicator_report import own_of
from desk.indicator_words import forecast_sentences
from desk.month_drawings import drawn_ratings
from desk.month_forecast import MonthForecast, forecast_month, month_of
from desk.prospects import Prospects
from desk.rehearsal import Lessons, Part
from desk.rounds import Rounds
from desk.waiting import Delays
from desk.within_reach import Mine, moved
from features.arrays import Floats, Mask
from features.chronicle import Chronicle
from features.frame import OrderFrame
from hotline.calendar import DAY, SHANGHAI, to_micros
from hotline.indicators import IndicatorRules
from hotline.scope import Scope
from tests.builders import Records, a_callback, an_event, an_order, at

RULES = IndicatorRules()
_LEVELS = np.array([0.2, 0.1, 0.1, 0.6])


def _ask(frame: OrderFrame) -> tuple[Floats, Mask]:
    """Every order alike but those whose name says otherwise."""
    levels = np.tile(_LEVELS, (len(frame), 1))
    levels[[name.startswith("bad") for name in frame.order_id]] = [0.9, 0.0, 0.0, 0.1]
    return levels, np.array([name.endswith("blocked") for name in frame.order_id], dtype=bool)


def _life(name: str, day: float, rating: int | None = 3, wait: float = 8, **fields: str) -> Records:
    """Received, closed two days later, and called some days after that."""
    records = an_order(name, at(day), **fields) + an_event(name, "closed", at(day + 2))
    return records + a_callback(name, at(day + 2 + wait), rating)


def _steady(days: range, rng: np.random.Generator) -> Records:
    """Two orders a day; one in two is rated, 不满意 one in five of those; called after five to eleven days."""
    records = Records()
    for day in days:
        for number in range(2):
            rating = int(rng.choice(4, p=_LEVELS)) if rng.random() < 0.5 else None
            records += _life(f"{day:04d} {number}", day + number / 3, rating, float(rng.uniform(5, 11)))
    return records


def _forecast(
    records: Records, at_: datetime, rules: IndicatorRules = RULES, scope: Scope | None = None
) -> MonthForecast:
    part = Part(Chronicle.of(records.log()), _ask)
    return forecast_month([part], to_micros(at_), rules, own_of(scope) if scope else None)


@pytest.fixture(scope="module")
def steady() -> Records:
    return _steady(range(-300, 60), np.random.default_rng(5))


_MAY_10 = datetime(2026, 5, 10, tzinfo=SHANGHAI)


def _said(told: MonthForecast) -> str:
    return "".join(forecast_sentences(told, RULES))


def test_a_month_is_shanghais() -> None:
    begin, end = month_of(to_micros(datetime(2026, 12, 31, 23, 59, tzinfo=SHANGHAI)))
    assert begin == to_micros(datetime(2026, 12, 1, tzinfo=SHANGHAI))
    assert end == to_micros(datetime(2027, 1, 1, tzinfo=SHANGHAI))


def test_the_month_so_far_is_counted_and_the_rest_foreseen(steady: Records) -> None:
    told = _forecast(steady, _MAY_10)
    rounds = Rounds.of(Chronicle.of(steady.log()), told.end)
    position, rating = rounds.rated
    came = rating[(rounds.known(position) >= told.begin) & (rounds.known(position) < told.end)].astype(int)
    so_far = rating[(rounds.known(position) >= told.begin) & (rounds.known(position) <= told.as_of)].astype(
        int
    )
    assert told.rated == tuple(np.bincount(so_far, minlength=4).tolist())
    assert told.to_come.low <= len(came) - len(so_far) <= told.to_come.high
    assert told.rate is not None
    assert told.rate.low <= np.array(RULES.weights)[came].mean() <= told.rate.high
    assert told.bad.low <= (came == 0).sum() <= told.bad.high
    assert told.rehearsed == 6 and told.closed > 0 and told.open > 0


def test_nothing_later_than_the_moment_moves_the_forecast(steady: Records) -> None:
    later = _life("later", 40, 0) + an_event(
        "0001 0", "retracted", at(50), retracts=steady.events[0]["event_id"]
    )
    assert _forecast(steady, _MAY_10) == _forecast(steady + later, _MAY_10)


def test_the_same_question_has_the_same_answer(steady: Records) -> None:
    assert _forecast(steady, _MAY_10) == _forecast(steady, _MAY_10)


def test_what_is_to_come_holds_at_the_end_of_a_month(steady: Records) -> None:
    told = _forecast(steady, datetime(2026, 5, 31, 23, 59, tzinfo=SHANGHAI))
    assert told.to_come.high <= 1
    assert told.rate is not None and told.rate.high - told.rate.low < 0.03


def test_the_chance_of_an_open_round_is_lower_than_that_of_one_waiting_for_its_call(steady: Records) -> None:
    rounds = Rounds.of(Chronicle.of(steady.log()), to_micros(_MAY_10))
    found = Prospects.of(rounds, rounds.as_of + 9 * DAY, Delays.of([rounds]))
    assert 0 < found.chance[found.is_open].mean() < found.chance[~found.is_open].mean() < 1
    longer = Prospects.of(rounds, rounds.as_of + 30 * DAY, Delays.of([rounds]))
    assert longer.chance[~longer.is_open].mean() == pytest.approx(0.5, abs=0.1), "one in two is ever rated"


def test_who_is_rated_archived_relayed_by_nobody_or_come_back_is_not_awaited() -> None:
    records = _steady(range(-100, 0), np.random.default_rng(1)) + _life("rated", 1, 3, 3)
    records += (
        an_order("own", at(3), source="企业自接")
        + an_order("away", at(3))
        + an_event("away", "archived", at(4))
    )
    records += _life("back", 1, 0, 1) + an_event("back", "redispatched", at(5)) + an_order("open", at(5))
    rounds = Rounds.of(Chronicle.of(records.log()), at(6))
    found = Prospects.of(rounds, at(30), Delays.of([rounds]))
    names = set(rounds.chronicle.order_ids[rounds.order[found.row]])
    assert {"open", "back"} <= names and names.isdisjoint({"rated", "own", "away"})
    assert (found.row[rounds.chronicle.order_ids[rounds.order[found.row]] == "back"] > 0).sum() == 1


def test_a_shift_brings_chances_to_what_came() -> None:
    chance = np.linspace(0.05, 0.5, 4000)
    moved_by = shift_of(chance, float(special.expit(special.logit(chance) + 0.7).sum()))
    assert moved_by.value == pytest.approx(0.7, abs=0.01)
    assert shift_of(np.full(3, 0.5), 3.0).value < 1.5, "three orders prove little"


def test_drift_learns_what_months_share_and_how_they_differ() -> None:
    rng = np.random.default_rng(3)
    alike = Drift.learn([Shift(0.4, 0.01)] * 6)
    unlike = Drift.learn([Shift(0.4 + (-1) ** n * 0.5, 0.01) for n in range(6)])
    assert alike.expected == pytest.approx(0.4, abs=0.05)
    month = rng.standard_normal(4000)
    assert np.std(unlike.draw(rng, month)) > 2 * np.std(alike.draw(rng, month))
    nothing = Drift.learn([])
    assert nothing.expected == 0.0 and 0.2 < np.std(nothing.draw(rng, month)) < 0.6


def test_moving_the_worst_keeps_the_others_in_proportion() -> None:
    found = moved(_LEVELS[None, :], np.array([1.0]))
    assert found.sum() == pytest.approx(1.0)
    assert special.logit(found[0, 0]) - special.logit(0.2) == pytest.approx(1.0)
    assert (found[0, 1:] / found[0, 3]).tolist() == pytest.approx((_LEVELS[1:] / _LEVELS[3]).tolist())


def _sure() -> Drift:
    return Drift(np.array([1.0] + [0.0] * 59), np.zeros(60), np.zeros(60))


def test_without_any_drift_the_drawings_are_the_sum_of_single_chances() -> None:
    chance = np.repeat([0.2, 0.7], 150)
    named = np.full(300, None, dtype=object)
    mine = Mine(named, named, named, chance < 0.5, chance, np.tile(_LEVELS, (300, 1)), np.zeros(300, bool))
    none = Lessons((_sure(),) * 2, (_sure(),) * 2, np.zeros((6, 4), dtype=np.int64), np.full(6, 50))
    drawn = drawn_ratings(mine, none, 0, np.random.default_rng(1))
    assert drawn.mean(axis=0).tolist() == pytest.approx((chance.sum() * _LEVELS).tolist(), rel=0.03)
    q = chance * 0.2
    assert drawn[:, 0].std() == pytest.approx(np.sqrt((q * (1 - q)).sum()), rel=0.06)


def test_ratings_of_rounds_not_opened_yet_are_as_many_as_in_earlier_months_that_were_as_busy() -> None:
    nobody = Mine(*(np.zeros(0),) * 5, np.zeros((0, 4)), np.zeros(0, bool))
    unforeseen = np.array([[4, 0, 0, 16], [6, 0, 0, 18], [5, 0, 0, 13], [5, 0, 0, 19]])
    lessons = Lessons((_sure(),) * 2, (_sure(),) * 2, unforeseen, np.array([100, 120, 90, 120]))
    drawn = drawn_ratings(nobody, lessons, 200, np.random.default_rng(1))
    assert drawn.sum(axis=1).mean() == pytest.approx(200 * np.mean([0.2, 0.2, 0.2, 0.2]), rel=0.03)
    assert (drawn[:, 0].sum() / drawn.sum()) == pytest.approx(20 / 86, abs=0.03)
    assert drawn.sum(axis=1).std() > np.sqrt(40) * 0.9, "no surer than chance allows"


def test_the_fewest_orders_that_reach_the_target_are_those_that_gain_most(steady: Records) -> None:
    open_now = Records()
    for name in ("bad 1", "bad 2", "bad blocked", "good 1"):
        open_now += an_order(name, at(20)) + an_event(name, "closed", at(22))
    told = _forecast(steady + open_now, _MAY_10, replace(RULES, targets={}))
    assert [turn.order_id for turn in told.turns[:2]] == ["bad 1", "bad 2"]
    assert all("blocked" not in turn.order_id for turn in told.turns)
    gains = [turn.gain for turn in told.turns]
    assert gains == sorted(gains, reverse=True)
    assert told.turns[0].gain == pytest.approx(told.turns[0].chance * told.turns[0].loss)


@pytest.mark.parametrize("step", [0.0, 0.005, 0.03])
def test_so_many_as_are_needed_reach_the_target_and_one_less_does_not(steady: Records, step: float) -> None:
    usual = _forecast(steady, _MAY_10)
    assert usual.rate is not None
    rules = replace(RULES, targets={next(iter(RULES.targets)).SATISFACTION: usual.rate.expected + step})
    told = _forecast(steady, _MAY_10, rules)
    assert told.needed is not None
    ratings = sum(told.rated) + told.to_come.expected
    won = [
        sum(turn.gain for turn in told.turns[:number]) / ratings for number in (told.needed, told.needed - 1)
    ]
    assert won[0] >= step - 0.004
    assert ("可达到" in _said(told)) == (told.needed == 0)
    assert told.needed == 0 or f"至少需把{told.needed}件工单转为满意" in _said(told)
    if step == 0.03:
        assert won[1] < step + 0.004 and told.needed > 2


def test_a_target_that_nothing_can_reach_any_more_is_called_that() -> None:
    records = _steady(range(-300, 18), np.random.default_rng(5))
    for number in range(60):
        records += _life(f"bad {number}", 15, 0, 2)
    told = _forecast(records, datetime(2026, 5, 25, tzinfo=SHANGHAI))
    assert told.is_out_of_reach and told.best is not None and told.best < 0.6
    assert told.needed is None
    assert f"本月已无法达到93.0%：即使余下的全部满意，也只有{100 * told.best:.1f}%。" in _said(told)
    assert not _forecast(records, _MAY_10.replace(day=1)).is_out_of_reach


def test_a_scope_foresees_its_own_month_by_everybodys_errors(steady: Records) -> None:
    own = Records()
    for day in range(-200, 30, 4):
        own += _life(f"own {day}", day, 3, 8, street="东")
    scope = Scope(streets=frozenset({"东"}))
    told, whole = _forecast(steady + own, _MAY_10, scope=scope), _forecast(steady + own, _MAY_10)
    assert told.rehearsed == whole.rehearsed == 6
    assert sum(told.rated) < sum(whole.rated) and {t.order_id[:3] for t in told.turns} == {"own"}
    assert told.to_come.expected < 0.5 * whole.to_come.expected
    nothing = _forecast(steady, _MAY_10, scope=Scope())
    assert nothing.rated == (0, 0, 0, 0) and nothing.turns == ()


def test_a_young_district_is_told_with_a_wide_interval() -> None:
    told = _forecast(_steady(range(-20, 20), np.random.default_rng(2)), datetime(2026, 5, 1, tzinfo=SHANGHAI))
    assert told.rehearsed == 0 and told.rate is not None
    assert told.rate.high - told.rate.low > 0.15
