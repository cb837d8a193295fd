"""The liaison group's outbox: each matter once, at least once, again until someone accepts, never at night."""

from datetime import datetime, timedelta

import pytest

from desk.board.liaison_list import matters
from desk.liaison import Liaison, accept_until
from hotline.calendar import SHANGHAI, to_micros
from hotline.liaison import QuietHours
from hotline.order import Callback, Order, OrderEvent
from hotline.playbook import Playbook
from hotline.playbook_file import playbook_of
from hotline.satisfaction import Rating
from store import pushes
from store.connection import reading
from store.database import Store
from store.pushes import PushRow

_NOON = datetime(2026, 11, 25, 12, tzinfo=SHANGHAI)
_QUIET = QuietHours.of("22:00-07:00")


class Robot:
    """A receiver that keeps what arrives; `loses` answers are lost on the way back, `refuses` requests do not arrive."""

    def __init__(self) -> None:
        self.arrived: list[str] = []
        self.refuses, self.loses = 0, 0

    def __call__(self, text: str) -> None:
        if self.refuses:
            self.refuses -= 1
            raise ConnectionRefusedError
        self.arrived.append(text)
        if self.loses:
            self.loses -= 1
            raise TimeoutError


def _liaison(store: Store, robot: Robot, holder: str = "one") -> Liaison:
    return Liaison(store, Playbook(), robot, _QUIET, holder)


def _order(store: Store, *events: OrderEvent, order_id: str = "A1", at: datetime = _NOON) -> None:
    received = at - timedelta(days=2)
    order = Order(
        order_id,
        received,
        category="电梯",
        street="花木街道",
        community="清和苑",
        text="电梯坏了",
        caller="c-1",
    )
    store.add_order(order, to_micros(at))
    store.add_events(order_id, events, to_micros(at))


def _back(at: datetime = _NOON) -> OrderEvent:
    return OrderEvent("redispatched", at, at, f"back {at}")


def _accepted(at: datetime) -> OrderEvent:
    return OrderEvent("accepted", at, at, "accepted")


def _rows(store: Store) -> list[PushRow]:
    with reading(store.engine) as connection:
        return pushes.latest(connection, 100)


def _later(minutes: float) -> datetime:
    return _NOON + timedelta(minutes=minutes)


@pytest.mark.parametrize(("limit", "hours"), [("15min", 0.25), ("2wh", 2), ("due", 0.5)])
def test_what_is_pushed_is_to_be_accepted_by_the_playbooks_limit_in_its_own_unit(
    limit: str, hours: float
) -> None:
    playbook = playbook_of({"limits": {"P17": limit}})
    assert accept_until(playbook, _NOON) - _NOON == timedelta(hours=hours)


def test_a_matter_is_pushed_once_however_often_it_is_found(store: Store) -> None:
    robot = Robot()
    _order(store, _back())
    first, second = _liaison(store, robot), _liaison(store, robot)
    assert first.turn(_later(1)) == 1
    store.add_events("A1", [OrderEvent("urged", _later(2), _later(2))], to_micros(_later(2)))
    assert first.turn(_later(3)) == 0
    assert second.turn(_later(4)) == 0  # another process with the same holder, begun anew
    assert len(robot.arrived) == len(_rows(store)) == 1


def test_the_message_says_what_is_to_be_done_and_nothing_of_the_citizen(store: Store) -> None:
    robot = Robot()
    _order(store, _back())
    _liaison(store, robot).turn(_later(1))
    [text] = robot.arrived
    assert all(word in text for word in ("重新交办", "A1", "花木街道 清和苑", "12:31 前接单", "三(四)¶2"))
    assert not [word for word in ("电梯坏了", "c-1") if word in text]


def test_what_962121_judged_dissatisfied_is_pushed_and_does_its_duty(store: Store) -> None:
    robot = Robot()
    _order(store, OrderEvent("closed", _later(-60), _later(-60)))
    call = Callback("962121", _NOON, _NOON, rating=Rating.DISSATISFIED)
    store.add_callbacks("A1", [call], to_micros(_NOON))
    assert _liaison(store, robot).turn(_later(1)) == 1
    assert "962121判断为不满意" in robot.arrived[0]
    [event] = [event for event in store.rows(["A1"])["events"] if event["type"] == "pushed"]
    assert (event["duty"], event["known_at"]) == ("P19", to_micros(_later(1)))


def test_a_receiver_that_is_away_is_tried_again_with_growing_patience(store: Store) -> None:
    robot = Robot()
    robot.refuses = 3
    _order(store, _back())
    liaison = _liaison(store, robot)
    tried = []
    for second in range(0, 600, 10):
        before = robot.refuses
        liaison.turn(_later(second / 60))
        if robot.refuses < before or robot.arrived:
            tried.append(second)
        if robot.arrived:
            break
    assert tried == [0, 30, 90, 210]
    assert _rows(store)[0].fault is None and _rows(store)[0].sent == 1


def test_a_lost_reply_brings_the_message_twice_and_nothing_else_does(store: Store) -> None:
    robot = Robot()
    robot.loses = 1
    _order(store, _back())
    liaison = _liaison(store, robot)
    for minute in range(1, 10):
        liaison.turn(_later(minute))
    assert len(robot.arrived) == 2


def test_not_accepted_in_half_an_hour_it_is_pushed_again_and_then_no_more(store: Store) -> None:
    robot = Robot()
    _order(store, _back())
    liaison = _liaison(store, robot)
    for minute in range(0, 300, 5):
        liaison.turn(_later(minute))
    assert len(robot.arrived) == 4
    assert "再次提醒" not in robot.arrived[0] and all("再次提醒" in text for text in robot.arrived[1:])
    assert _rows(store)[0].next_at is None


def test_once_the_street_has_accepted_nothing_more_is_pushed(store: Store) -> None:
    robot = Robot()
    _order(store, _back())
    liaison = _liaison(store, robot)
    liaison.turn(_NOON)
    store.add_events("A1", [_accepted(_later(10))], to_micros(_later(10)))
    for minute in range(15, 120, 5):
        liaison.turn(_later(minute))
    assert len(robot.arrived) == 1
    assert _rows(store)[0].accepted_at == to_micros(_later(10))


def test_at_night_it_waits_for_the_morning(store: Store) -> None:
    robot = Robot()
    night = datetime(2026, 11, 25, 23, tzinfo=SHANGHAI)
    _order(store, _back(night), at=night)
    liaison = _liaison(store, robot)
    assert liaison.turn(night) == 0 and len(_rows(store)) == 1
    assert liaison.turn(night + timedelta(hours=7.9)) == 0
    assert liaison.turn(night + timedelta(hours=8)) == 1


def test_a_kill_between_writing_and_sending_loses_nothing(store: Store) -> None:
    robot = Robot()
    _order(store, _back())

    def killed(text: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Liaison(store, Playbook(), killed, _QUIET, "one").turn(_NOON)
    assert _liaison(store, robot, "two").turn(_later(10)) == 1
    assert len(robot.arrived) == 1


def test_of_two_workers_one_pushes(store: Store) -> None:
    robot = Robot()
    _order(store, _back())
    assert _liaison(store, robot, "one").turn(_NOON) == 1
    assert _liaison(store, robot, "two").turn(_later(1)) is None


def test_old_matters_and_rounds_that_are_over_are_left_alone(store: Store) -> None:
    robot = Robot()
    long_ago = _NOON - timedelta(days=10)
    _order(store, _back(long_ago), at=long_ago)
    _order(store, _back(_later(-60)), order_id="A2", at=_later(-60))
    over = Callback("city", _later(-5), _later(-5), rating=Rating.SATISFIED)
    store.add_callbacks("A2", [over], to_micros(_later(-5)))
    assert _liaison(store, robot).turn(_NOON) == 0
    assert not robot.arrived


def test_what_people_read_is_to_be_accepted_by_the_same_limit_as_what_the_robot_says(store: Store) -> None:
    playbook = playbook_of({"limits": {"P17": "2wh"}})
    _order(store, _back())
    [matter] = matters(store, playbook, _later(60))
    assert matter.accept_by == accept_until(playbook, _NOON) == _later(120)
    assert not matter.is_late(_later(119)) and matter.is_late(_later(121))
