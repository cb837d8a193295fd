"""Today's calls: the most to gain first, structural blocks never, one call an incident, and a reason for each."""

import time
from dataclasses import replace

import numpy as np
import pytest

from desk.queue.callback_times import CallbackTimes
from desk.queue.candidates import Candidates
from desk.queue.effects import PRIOR, Basis, CallKind, Effects, kinds_of
from desk.queue.gain import expected_losses, gains, shifted
from desk.queue.incidents import incident_of
from desk.queue.queue import Place, Queue, queue, queue_by_clock
from features.history import History
from hotline.calendar import HOUR, NO_TIME
from tests.builders import Records, a_callback, an_event, an_order, at

_NEVER_CALLED = CallbackTimes.learnt(np.full(100, HOUR), np.zeros(100, dtype=bool))


def some(risks: list[float], **columns: object) -> Candidates:
    """Orders of these risks, each of a community of its own; `columns` are what is not usual of them."""
    n = len(risks)
    p = np.array(risks)
    words = {name: np.array(["甲"] * n, object) for name in ("street", "company", "manager")}
    usual: dict[str, object] = {
        "order_id": np.array([f"A{number}" for number in range(n)], object),
        "probabilities": np.stack([p, np.zeros(n), np.zeros(n), 1 - p], axis=1),
        **words,
        "community": np.array([f"小区{number}" for number in range(n)], object),
        "kind": np.array(["维修"] * n, object),
        "category": np.array(["公共照明"] * n, object),
        "due_at": np.full(n, NO_TIME),
        "round_at": np.zeros(n, dtype=np.int64),
        "waited_hours": np.full(n, 10.0),
        "is_called_back": np.zeros(n, dtype=bool),
        "is_called": np.zeros(n, dtype=bool),
        "incident": np.arange(n),
        "is_structural": np.zeros(n, dtype=bool),
        "is_relayed": np.ones(n, dtype=bool),
    }
    return Candidates(**usual | columns)  # type: ignore[arg-type]


def _called(found: Queue) -> list[str]:
    return [entry.order_id for entry in found.calls]


def _places(found: Queue) -> dict[str, Place]:
    return {entry.order_id: entry.place for entry in found.first()}


def test_those_with_most_to_gain_come_first_up_to_the_capacity() -> None:
    found = queue(some([0.1, 0.6, 0.3]), _NEVER_CALLED, Effects(), capacity=2)
    assert _called(found) == ["A1", "A2"]
    assert [entry.rank for entry in found.first()] == [1, 2, 3]
    assert _places(found)["A0"] is Place.BELOW


def test_the_gain_is_what_a_call_takes_off_the_loss_if_it_comes_in_time() -> None:
    chances = np.array([[0.4, 0.1, 0.2, 0.3]])
    called = shifted(chances, np.array([-1.0]))
    assert called.sum() == pytest.approx(1) and (called >= 0).all()
    assert np.log(called[0, 0] / (1 - called[0, 0])) == pytest.approx(np.log(0.4 / 0.6) - 1)
    gain = gains(chances, np.array([-1.0]), np.array([0.5]))
    assert gain == pytest.approx((expected_losses(chances) - expected_losses(called)) * 0.5)
    assert gains(chances, np.array([0.0]), np.array([1.0])) == pytest.approx(0)


def test_a_callback_that_will_not_wait_makes_a_call_worth_less() -> None:
    times = CallbackTimes.learnt(np.repeat([5, 6, 200], [40, 40, 20]) * HOUR, np.ones(100, dtype=bool))
    orders = some([0.5, 0.5], waited_hours=np.array([4.0, 100.0]))
    assert _called(queue(orders, times, Effects(), capacity=1)) == ["A1"]


def test_without_a_model_the_nearest_callback_comes_first_then_the_nearest_limit() -> None:
    times = CallbackTimes.learnt(np.repeat([30, 100], [60, 40]) * HOUR, np.ones(100, dtype=bool))
    orders = some(
        [0.5] * 6,
        waited_hours=np.array([np.nan, 1.0, 20.0, np.nan, 50.0, np.nan]),
        due_at=np.array([NO_TIME, NO_TIME, NO_TIME, 9 * HOUR, NO_TIME, 5 * HOUR]),
    )
    found = queue_by_clock(orders, times, capacity=2)
    assert [entry.order_id for entry in found.first()] == ["A2", "A4", "A1", "A5", "A3", "A0"]
    assert _called(found) == ["A2", "A4"] and _places(found)["A1"] is Place.BELOW
    assert [entry.rank for entry in found.first()] == [1, 2, 3, 4, 5, 6]


def test_without_a_model_too_nobody_is_called_about_whose_callback_will_not_come() -> None:
    times = CallbackTimes.learnt(np.repeat([30, 100], [60, 40]) * HOUR, np.ones(100, dtype=bool))
    orders = some([np.nan] * 3, waited_hours=np.array([500.0, 1.0, np.nan]))
    found = queue_by_clock(orders, times, capacity=3)
    assert _called(found) == ["A1", "A2"] and _places(found)["A0"] is Place.NOTHING_TO_GAIN


def test_without_a_model_too_each_order_that_is_out_has_its_reason() -> None:
    orders = some(
        [np.nan] * 6,
        incident=np.array([0, 0, 1, 2, 3, 4]),
        is_structural=np.arange(6) == 2,
        is_called_back=np.arange(6) == 3,
        is_called=np.arange(6) == 4,
        waited_hours=np.array([10.0, 11.0, 12.0, 13.0, 14.0, 15.0]),
    )
    found = queue_by_clock(orders, _NEVER_CALLED, capacity=4, taken={"A5": Place.CLAIMED})
    assert _places(found) == {
        "A0": Place.SAME_INCIDENT,
        "A1": Place.IN,
        "A2": Place.STRUCTURAL,
        "A3": Place.NOTHING_TO_GAIN,
        "A4": Place.DONE,
        "A5": Place.CLAIMED,
    }
    assert found.calls[0].same == ("A0",)


def test_a_structural_block_never_becomes_a_call() -> None:
    orders = some([0.9, 0.1], is_structural=np.array([True, False]))
    found = queue(orders, _NEVER_CALLED, Effects(), capacity=5)
    assert _called(found) == ["A1"]
    assert _places(found)["A0"] is Place.STRUCTURAL


def test_orders_of_one_incident_are_one_call() -> None:
    orders = some([0.3, 0.35, 0.5], incident=np.array([7, 7, 8]))
    found = queue(orders, _NEVER_CALLED, Effects(), capacity=1)
    assert _called(found) == ["A1"]
    assert found.calls[0].same == ("A0",)
    assert _places(found)["A0"] is Place.SAME_INCIDENT
    alone = queue(some([0.3, 0.35, 0.5]), _NEVER_CALLED, Effects(), capacity=3)
    assert found.calls[0].gain == pytest.approx(sum(e.gain for e in alone.first() if e.order_id != "A2"))


def test_what_is_claimed_or_done_makes_room_for_the_next() -> None:
    taken = {"A1": Place.CLAIMED, "A2": Place.DONE}
    found = queue(some([0.1, 0.6, 0.3]), _NEVER_CALLED, Effects(), capacity=1, taken=taken)
    assert _called(found) == ["A0"]
    assert (_places(found)["A1"], _places(found)["A2"]) == (Place.CLAIMED, Place.DONE)


def test_whoever_was_called_since_the_closing_is_not_called_again() -> None:
    found = queue(some([0.9, 0.1], is_called=np.array([True, False])), _NEVER_CALLED, Effects(), capacity=2)
    assert _called(found) == ["A1"] and _places(found)["A0"] is Place.DONE


def test_the_firms_own_orders_are_not_called_for() -> None:
    found = queue(some([0.9], is_relayed=np.array([False])), _NEVER_CALLED, Effects(), capacity=1)
    assert not found.calls and _places(found)["A0"] is Place.OWN_DESK


def test_every_order_has_a_place_and_a_reason_in_words() -> None:
    orders = some([0.5] * 6, incident=np.array([0, 0, 1, 2, 3, 4]), is_structural=np.arange(6) == 3)
    found = queue(orders, _NEVER_CALLED, Effects(), capacity=2, taken={"A4": Place.CLAIMED})
    assert sorted(_places(found)) == [f"A{number}" for number in range(6)]
    assert all(place.zh for place in Place)


def test_until_effects_are_measured_they_are_assumed_and_say_so() -> None:
    kinds = some(
        [0.4] * 3,
        kind=np.array(["维修", "物业投诉", "物业投诉"], object),
        category=np.array(["电梯", "服务态度", "收费"], object),
    )
    assert kinds_of(kinds).tolist() == ["repair", "service", "other_complaint"]
    assert Effects().shift(kinds).tolist() == [PRIOR[kind] for kind in CallKind]
    assert queue(kinds, _NEVER_CALLED, Effects(), 1).is_prior
    measured = Effects({**PRIOR, CallKind.OTHER_COMPLAINT: -3.0}, {CallKind.OTHER_COMPLAINT: Basis.MEASURED})
    found = queue(kinds, _NEVER_CALLED, measured, 1)
    assert _called(found) == ["A2"] and not found.is_prior


def test_an_empty_desk_has_an_empty_queue() -> None:
    assert queue(some([]).take(np.empty(0, int)), _NEVER_CALLED, Effects(), 5).first() == ()


def test_incidents_are_close_reports_of_one_matter_in_one_community() -> None:
    community = np.array(["甲", "甲", "甲", "乙", None, None], object)
    category = np.array(["电梯", "电梯", "电梯", "电梯", "电梯", "电梯"], object)
    received = np.array([0, 40, 100, 0, 0, 0]) * HOUR
    found = incident_of(community, category, received)
    assert found[0] == found[1] and len(set(found.tolist())) == 5


def test_the_times_of_callbacks_count_those_that_still_wait() -> None:
    hours = np.array([10] * 50 + [20] * 50) * HOUR
    all_called = CallbackTimes.learnt(hours, np.ones(100, dtype=bool))
    assert all_called.chance_after(np.array([0.0]), 15)[0] == pytest.approx(0.5, abs=0.01)
    half_waiting = CallbackTimes.learnt(hours, hours == 10 * HOUR)
    assert half_waiting.chance_after(np.array([0.0, np.nan]), 5).tolist() == pytest.approx([0.5, 0.5])
    assert half_waiting.chance_after(np.array([15.0]), 5)[0] == 0  # those that still wait are never called
    assert all_called.chance_after(np.array([np.nan, 12.0]), 4).tolist() == pytest.approx([1.0, 1.0])
    assert CallbackTimes.learnt(hours[:10], np.ones(10, dtype=bool)).chance_after(np.array([90.0]), 4)[0] == 1


def test_the_times_of_callbacks_are_those_known_at_the_moment() -> None:
    records = Records()
    for number in range(40):
        order_id = f"A{number:02d}"
        records += an_order(order_id) + an_event(order_id, "closed", at(days=1))
        records += a_callback(order_id, at(days=3 if number < 35 else 9), rating=3)
    chronicle = History.of(records.log()).chronicle
    early = CallbackTimes.of(chronicle, "city", at(days=2))
    later = CallbackTimes.of(chronicle, "city", at(days=4))
    assert (early.seen, later.seen) == (0, 35)
    assert later.chance_after(np.array([0.0]), 24)[0] == pytest.approx(35 / 40)


def test_after_a_callback_without_a_rating_another_comes_as_often_as_it_did() -> None:
    records = Records()
    for number in range(40):
        order_id = f"A{number:02d}"
        records += (
            an_order(order_id) + an_event(order_id, "closed", at(days=1)) + a_callback(order_id, at(days=3))
        )
        if number < 10:
            records += a_callback(order_id, at(days=4), rating=3)
        elif number < 20:  # of the next round, which has nothing to do with it
            records += an_event(order_id, "redispatched", at(days=4)) + a_callback(
                order_id, at(days=6), rating=3
            )
    times = CallbackTimes.of(History.of(records.log()).chronicle, "city", at(days=60))
    assert times.again == pytest.approx(0.25)
    waits, called_back = np.array([48.0, 48.0]), np.array([True, False])
    assert times.chance_after(waits, 4, called_back)[0] == pytest.approx(0.25)
    assert times.chance_after(waits, 4, called_back)[1] == times.chance_after(waits, 4)[1]
    young = CallbackTimes.of(History.of(records.log()).chronicle, "city", at(days=20))
    assert young.again == 1.0  # too early to say that none will follow


def test_a_call_that_can_save_nothing_is_never_made() -> None:
    waits = np.array([4.0, 100.0])
    called_back_by_now = CallbackTimes.learnt(np.full(100, 50) * HOUR, np.ones(100, dtype=bool))
    found = queue(some([0.5, 0.9], waited_hours=waits), called_back_by_now, Effects(), capacity=2)
    assert _places(found) == {"A0": Place.IN, "A1": Place.NOTHING_TO_GAIN}
    harmful = Effects(dict.fromkeys(CallKind, 0.5), dict.fromkeys(CallKind, Basis.MEASURED))
    assert not queue(some([0.5, 0.9]), _NEVER_CALLED, harmful, capacity=2).calls


def test_a_hundred_thousand_open_orders_are_queued_in_two_seconds() -> None:
    n = 100_000
    rng = np.random.default_rng(1)
    orders = some(rng.uniform(0, 1, n).tolist())
    orders = replace(orders, incident=rng.integers(0, n // 2, n), waited_hours=rng.uniform(0, 300, n))
    began = time.process_time()
    found = queue(orders, _NEVER_CALLED, Effects(), capacity=40)
    assert len(found) == n and len(found.calls) == 40 and len(found.first(1000)) == 1000
    assert time.process_time() - began < 2
