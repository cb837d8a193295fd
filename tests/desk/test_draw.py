"""The draw near a queue's cut line: by seed, as many called as stood above, nobody drawn who may not be."""

from collections.abc import Sequence

import numpy as np
import pytest

from desk.queue.callback_times import CallbackTimes
from desk.queue.draw import Arm, Draw, draw, seed_of
from desk.queue.effects import Effects
from desk.queue.queue import Place, queue
from hotline.calendar import HOUR
from hotline.draw_rules import DrawRules
from tests.desk.test_queue import some

_TIMES = CallbackTimes.learnt(np.full(100, HOUR), np.zeros(100, dtype=bool))
_RULES = DrawRules(share=0.5, nearness=1.0, agreed="meeting of 2026-11-26")
_RISKS = [0.30 - 0.001 * place for place in range(30)]


def _drawn(capacity: int = 10, rules: DrawRules = _RULES, seed: int = 1, never: Sequence[str] = ()) -> Draw:
    found = queue(some(_RISKS), _TIMES, Effects(), capacity)
    return draw(found, rules, seed, lambda names: set(names) - set(never))


def _arms(drawn: Draw) -> dict[str, Arm]:
    return {lot.order_id: lot.arm for lot in drawn.lots}


def test_only_those_near_the_line_are_drawn_and_as_many_called_as_stood_above_it() -> None:
    drawn = _drawn()
    assert {lot.rank for lot in drawn.lots} == set(range(6, 16)) and drawn.near == 10
    assert sum(lot.arm is Arm.CALL for lot in drawn.lots) == 5 and drawn.chance == 0.5


def test_the_same_seed_draws_the_same_and_another_desk_or_day_another() -> None:
    assert _arms(_drawn(seed=3)) == _arms(_drawn(seed=3)) != _arms(_drawn(seed=4))
    seeds = {
        seed_of(_RULES, desk, day)
        for desk in ("call_centre", "company:甲")
        for day in ("2026-11-26", "2026-11-27")
    }
    assert len(seeds) == 4 and max(seeds) < 2**63


def test_over_many_seeds_everyone_is_called_as_often_as_was_stated() -> None:
    called = [
        name for seed in range(2_000) for name, arm in _arms(_drawn(seed=seed)).items() if arm is Arm.CALL
    ]
    shares = [called.count(f"A{place}") / 2_000 for place in range(5, 15)]
    assert max(shares) - 0.5 < 0.045 and 0.5 - min(shares) < 0.045


def test_who_may_not_be_drawn_keeps_their_place() -> None:
    drawn = _drawn(never=["A6", "A7", "A12"])
    assert not {"A6", "A7", "A12"} & set(_arms(drawn))
    assert len(drawn.lots) == 7 and drawn.chance == pytest.approx(3 / 7)
    assert sum(lot.arm is Arm.CALL for lot in drawn.lots) == 3


def test_only_gains_near_that_of_the_line_are_drawn() -> None:
    near = _drawn(rules=DrawRules(share=1.0, nearness=0.01, agreed="x"))
    assert 2 <= len(near.lots) < len(_drawn(rules=DrawRules(share=1.0, nearness=0.05, agreed="x")).lots)


@pytest.mark.parametrize("capacity", [0, 30, 40])
def test_where_all_or_none_can_be_called_about_nothing_is_drawn(capacity: int) -> None:
    assert _drawn(capacity).lots == ()


def test_where_only_one_side_of_the_line_may_be_drawn_nothing_is() -> None:
    assert _drawn(never=[f"A{place}" for place in range(10)]).lots == ()


def test_orders_of_one_incident_are_drawn_as_one_or_not_at_all() -> None:
    orders = some(_RISKS, incident=np.array([place if place != 20 else 8 for place in range(30)]))
    found = queue(orders, _TIMES, Effects(), 10)
    together = draw(found, DrawRules(share=1.0, nearness=1.0, agreed="x"), 1, set)
    [lot] = [lot for lot in together.lots if lot.order_id == "A8"]
    assert lot.same == ("A20",)
    apart = draw(found, DrawRules(share=1.0, nearness=1.0, agreed="x"), 1, lambda names: set(names) - {"A20"})
    assert "A8" not in _arms(apart)


def test_those_drawn_are_called_and_left_wherever_they_stand() -> None:
    left, called = {"A2": Place.LEFT}, frozenset({"A25"})
    found = queue(some(_RISKS), _TIMES, Effects(), 5, left, called)
    assert [entry.order_id for entry in found.calls] == ["A0", "A1", "A3", "A4", "A25"]
    places = {entry.order_id: entry.place for entry in found.first()}
    assert places["A2"] is Place.LEFT and places["A5"] is Place.BELOW and len(found) == 30
    assert [entry.rank for entry in found.calls] == [1, 2, 3, 4, 5]
