"""The effect of calling from the ledger of draws: right on average, honest about noise, and for those drawn only."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from desk.effect.estimate import Estimate, effect_of_calling
from desk.effect.learnt import factor_for, learnt
from desk.effect.ledger import Ledger
from desk.effect.report import Verdict, effect_report
from desk.effect.sheet import ledger_sheet
from desk.effect.words import effect_json, sentences
from desk.queue.candidates import STEPPED_IN
from desk.queue.effects import PRIOR, Basis, CallKind
from desk.queue.gain import expected_losses, shifted
from desk.rounds import Rounds
from features.arrays import Floats
from features.chronicle import Chronicle
from hotline.calendar import NO_TIME
from hotline.draw_rules import DrawRules
from store.draws import DrawnOrder
from tests.builders import Records, a_callback, an_event, an_order, at

_NOW = datetime(2026, 11, 26, tzinfo=UTC)


def _drawn(order_id: str, arm: str, drawn_at: int = at(days=2), **fields: Any) -> DrawnOrder:
    usual = {"round_at": at(), "desk": "call_centre", "day": "2026-04-15", "head": order_id, "rank": 1}
    chances = {"p0": 0.2, "p1": 0.0, "p2": 0.1, "p3": 0.7}
    told = usual | {"arm": arm, "chance": 0.5, "kind": "repair", "drawn_at": drawn_at} | chances | fields
    return DrawnOrder(order_id=order_id, **told)


def _ledger(records: Records, *drawn: DrawnOrder, as_of: int = at(days=30)) -> Ledger:
    return Ledger.of(drawn, Rounds.of(Chronicle.of(records.log()), as_of))


def _closed(order_id: str) -> Records:
    return an_order(order_id) + an_event(order_id, "closed", at(days=1))


def a_ledger(seed: int, n: int, helps: float, kinds: tuple[CallKind, ...] = (CallKind.REPAIR,)) -> Ledger:
    """Drawn orders whose citizens are dissatisfied with the chances stated, less by `helps` (0–1) of it if called."""
    rng = np.random.default_rng(seed)
    risk, is_drawn = rng.uniform(0.1, 0.3, n), rng.random(n) < 0.4
    is_called = np.where(is_drawn, rng.random(n) < 0.9, rng.random(n) < 0.05)
    is_bad = rng.random(n) < risk * np.where(is_called, 1 - helps, 1)
    done_at = np.full((n, len(STEPPED_IN)), NO_TIME)
    done_at[is_called, 0] = 5
    return Ledger(
        matter=np.arange(n),
        desk=np.full(n, "call_centre", dtype=object),
        day=np.full(n, "2026-04-15", dtype=object),
        kind=np.array([kinds[i % len(kinds)].value for i in range(n)], dtype=object),
        is_drawn=is_drawn,
        chance=np.full(n, 0.4),
        probabilities=np.stack([risk, np.zeros(n), np.zeros(n), 1 - risk], axis=1),
        drawn_at=np.zeros(n, dtype=np.int64),
        done_at=done_at,
        called_back_at=np.full(n, 10),
        answered_at=np.full(n, 10),
        rating=np.where(is_bad, 0.0, 3.0),
    )


def _told(ledger: Ledger) -> Estimate:
    found = effect_report(ledger, DrawRules(), _NOW).effects[0].points
    assert found is not None
    return found


def test_without_noise_the_effect_is_that_of_calling_not_of_the_lot() -> None:
    n = 400
    is_drawn = np.arange(n) % 2 == 0
    is_called = is_drawn & (np.arange(n) % 4 == 0)  # half of those whom the lot named
    told = effect_of_calling(
        np.where(is_called, 0.9, 0.6), np.zeros(n), is_drawn, np.full(n, 0.5), is_called, np.arange(n)
    )
    assert told is not None and told.value == pytest.approx(0.3) and told.calls_moved == pytest.approx(0.5)


def test_unequal_chances_of_being_drawn_do_not_mislead() -> None:
    n = 4_000
    rng = np.random.default_rng(1)
    is_grave = np.arange(n) < n // 2  # called about nine times in ten, and worse off
    chance = np.where(is_grave, 0.9, 0.1)
    is_drawn = rng.random(n) < chance
    outcome = np.where(is_grave, 0.2, 0.9)
    told = effect_of_calling(outcome, np.zeros(n), is_drawn, chance, is_drawn, np.arange(n))
    assert told is not None and abs(told.value) < 0.03
    assert outcome[is_drawn].mean() - outcome[~is_drawn].mean() < -0.4  # what a plain comparison says


def test_over_many_ledgers_the_interval_holds_what_is_true_as_often_as_stated() -> None:
    truth = 0.5 * 0.2  # half of the mean risk
    found = [_told(a_ledger(seed, 400, helps=0.5)) for seed in range(400)]
    assert 0.92 <= np.mean([one.low <= truth <= one.high for one in found]) <= 0.98
    assert np.mean([one.value for one in found]) == pytest.approx(truth, abs=0.006)
    assert np.mean([one.error for one in found]) == pytest.approx(
        np.std([one.value for one in found]), rel=0.1
    )


def test_without_an_effect_the_ledger_says_so_however_often_one_looks() -> None:
    def is_ever_certain(seed: int) -> bool:
        ledger = a_ledger(seed, 600, helps=0.0)
        looks = range(100, 601, 25)
        return any(_told(ledger.take(np.arange(n))).clears_zero for n in looks)

    assert np.mean([is_ever_certain(seed) for seed in range(100)]) <= 0.05
    report = effect_report(a_ledger(1, 600, helps=0.0), DrawRules(), _NOW)
    assert report.effects[0].verdict is Verdict.UNTOLD and report.in_force.is_prior
    assert any("看不出效果" in sentence for sentence in sentences(report))


def test_what_is_certain_becomes_what_the_queue_goes_by() -> None:
    ledger = a_ledger(1, 6_000, helps=0.6)
    effects = learnt(ledger)
    assert effects.bases[CallKind.REPAIR] is Basis.MEASURED and not effects.is_prior
    assert effects.bases[CallKind.SERVICE] is Basis.MEASURED_TOGETHER
    saved = expected_losses(ledger.probabilities) - expected_losses(
        shifted(ledger.probabilities, effects.shifts[CallKind.REPAIR])
    )
    assert saved.mean() == pytest.approx(_told(ledger).value, abs=1e-6)
    ratios = [effects.shifts[kind] / PRIOR[kind] for kind in (CallKind.SERVICE, CallKind.OTHER_COMPLAINT)]
    assert ratios[0] == pytest.approx(ratios[1]) and ratios[0] > 1


def test_a_call_that_harms_is_learnt_too() -> None:
    harmed = replace(a_ledger(2, 6_000, helps=-0.9))
    assert learnt(harmed).shifts[CallKind.REPAIR] > 0
    assert effect_report(harmed, DrawRules(), _NOW).effects[0].verdict is Verdict.HARMS


@pytest.mark.parametrize("points", [0.9, -0.9])
def test_points_that_no_shift_can_bring_are_taken_for_the_most_that_one_can(points: float) -> None:
    found = factor_for(np.array([[0.2, 0.0, 0.0, 0.8]]), np.ones(1), points, 6.0)
    assert found == (-6.0 if points > 0 else 6.0)


def test_too_few_ratings_and_lots_that_moved_nobody_bring_no_figure() -> None:
    few = effect_report(a_ledger(1, 40, helps=0.5), DrawRules(), _NOW).effects[0]
    assert few.points is None and few.verdict is Verdict.TOO_FEW
    ledger = a_ledger(1, 2_000, helps=0.5)
    unmoved = replace(ledger, done_at=np.full_like(ledger.done_at, 5))
    assert effect_report(unmoved, DrawRules(), _NOW).effects[0].verdict is Verdict.UNMOVED


def test_the_ledger_takes_what_happened_between_the_draw_and_the_callback() -> None:
    records = _closed("A") + an_event("A", "contacted", at(days=3)) + a_callback("A", at(days=5), rating=3)
    records += _closed("B") + an_event("B", "contacted", at(days=6)) + a_callback("B", at(days=5), rating=0)
    records += _closed("C") + an_event("C", "firm_called", at(days=3)) + a_callback("C", at(days=5))
    records += _closed("D")
    arms = {"A": "call", "B": "leave", "C": "call", "D": "leave"}
    ledger = _ledger(records, *(_drawn(name, arm) for name, arm in arms.items()))
    assert ledger.is_drawn.tolist() == [True, False, True, False]
    assert ledger.is_called.tolist() == [True, False, False, False]
    assert ledger.is_done[0].tolist() == [name == "contacted" for name in STEPPED_IN]
    assert ledger.rating[:2].tolist() == [3, 0] and np.isnan(ledger.rating[2:]).all()
    assert (ledger.called_back_at != NO_TIME).tolist() == [True, True, True, False]


def test_a_later_answer_of_the_same_round_counts_and_one_of_the_next_does_not() -> None:
    records = _closed("A") + a_callback("A", at(days=4)) + a_callback("A", at(days=6), rating=1)
    records += _closed("B") + a_callback("B", at(days=4)) + an_event("B", "redispatched", at(days=5))
    records += an_event("B", "closed", at(days=6)) + a_callback("B", at(days=8), rating=0)
    ledger = _ledger(records, _drawn("A", "call"), _drawn("B", "call"))
    assert ledger.rating[0] == 1 and np.isnan(ledger.rating[1])


def test_what_was_taken_back_or_known_later_is_not_in_the_ledger() -> None:
    records = _closed("A") + an_event("A", "contacted", at(days=3), event_id="e1")
    records += an_event("A", "retracted", at(days=4), retracts="e1") + a_callback("A", at(days=5), rating=3)
    assert _ledger(records, _drawn("A", "call"), as_of=at(days=3, hours=1)).is_called.tolist() == [True]
    assert _ledger(records, _drawn("A", "call")).is_called.tolist() == [False]
    assert np.isnan(_ledger(records, _drawn("A", "call"), as_of=at(days=4)).rating).all()
    assert len(_ledger(records, _drawn("A", "call"), as_of=at(days=1))) == 0


def test_whom_the_city_had_called_back_already_was_drawn_too_late() -> None:
    records = _closed("A") + a_callback("A", at(days=3), rating=0, callback_id="c1")
    records += _closed("B") + a_callback("B", at(days=3), rating=0, callback_id="c1")
    records += an_event("B", "contacted", at(days=2, hours=20))
    drawn = [_drawn("A", "leave"), _drawn("B", "leave"), _drawn("unknown", "call")]
    rounds = Rounds.of(Chronicle.of(records.log()), at(days=30))
    made_at = {("A", "c1"): at(days=1, hours=8), ("B", "c1"): at(days=2, hours=10)}
    ledger = Ledger.of(drawn, rounds, made_at)
    assert len(ledger) == 1 and not ledger.is_called.any()
    assert Ledger.of(drawn, rounds).is_called.tolist() == [False, True]  # entered after that call


def test_orders_of_one_incident_are_one_matter_and_widen_the_interval() -> None:
    records = _closed("A") + _closed("B") + _closed("C")
    ledger = _ledger(records, _drawn("A", "call"), _drawn("B", "call", head="A"), _drawn("C", "leave"))
    assert ledger.matter.tolist() == [0, 0, 1]
    single = a_ledger(1, 400, helps=0.5)
    twice = single.take(np.repeat(np.arange(400), 2))
    assert _told(twice).error == pytest.approx(_told(single).error, rel=0.02)


def test_no_rating_at_all_is_a_report_too() -> None:
    report = effect_report(_ledger(_closed("A"), _drawn("A", "call")), DrawRules(), _NOW)
    assert report.answering is None and report.to_call.drawn == 1
    assert "样本太少" in "".join(sentences(report))
    nothing = effect_report(_ledger(_closed("A")), DrawRules(), _NOW)
    assert next(sentences(nothing)).startswith("未开启抽签")
    assert effect_json(nothing)["draws"] == 0 and ledger_sheet(_ledger(_closed("A"))).empty


def test_a_lot_that_changes_who_answers_is_told() -> None:
    ledger = a_ledger(1, 1_000, helps=0.0)
    silent = ~ledger.is_drawn & (np.arange(1_000) % 2 == 0)
    report = effect_report(replace(ledger, rating=np.where(silent, np.nan, ledger.rating)), DrawRules(), _NOW)
    assert report.answers_differ and any("只对作了评价的市民成立" in line for line in sentences(report))
    assert not effect_report(ledger, DrawRules(), _NOW).answers_differ


def test_the_sheet_holds_what_it_takes_to_compute_it_again_and_no_order() -> None:
    ledger = a_ledger(3, 500, helps=0.5)
    sheet = ledger_sheet(ledger)
    again = effect_of_calling(
        (sheet["rating"] == 3).to_numpy(float),
        _foreseen(sheet["p_dissatisfied"].to_numpy()),
        (sheet["arm"] == "call").to_numpy(),
        sheet["chance_of_call"].to_numpy(),
        sheet["called"].to_numpy(bool),
        sheet["matter"].to_numpy(),
    )
    assert again is not None and again.value == pytest.approx(_told(ledger).value)
    assert not {"order_id", "head"} & set(sheet.columns)


def _foreseen(risk: Floats) -> Floats:
    return 1 - risk
