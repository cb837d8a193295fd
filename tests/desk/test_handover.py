"""Handovers: all of a manager's open orders or those of one community, once, within the reach of whoever does it."""

from datetime import datetime, timedelta

import pytest

from desk.access.issuing import Issuing
from desk.access.person import Person
from desk.clock_desk import ClockDesk
from desk.handover import Handover, concerned, foreseen, hand_over, known_managers
from desk.refusals import Refused
from hotline.calendar import SHANGHAI, to_micros
from hotline.order import Order, OrderEvent
from hotline.policy import Role
from hotline.scope import WHOLE_DISTRICT, Scope, scope_of
from store.database import Store
from store.kept_answers import KeyTaken
from store.whereabouts import whereabouts

_NOW = datetime(2026, 11, 26, 12, tzinfo=SHANGHAI)
_ADMIN = Person("管", Role.ADMIN, WHOLE_DISTRICT, "s")
_FIRM = Person("清和", Role.COMPANY, Scope(companies=frozenset({"清和物业"})), "s")


def _order(order_id: str, manager: str = "甲", community: str = "东苑", company: str = "清和物业") -> Order:
    received_at = _NOW - timedelta(days=2)
    return Order(order_id, received_at, kind="维修", community=community, company=company, manager=manager)


@pytest.fixture
def district(store: Store) -> Store:
    """Three orders of 甲 (one of another firm), one that is over, one of 乙."""
    ended = OrderEvent("archived", _NOW - timedelta(hours=1), _NOW - timedelta(hours=1))
    for order in (
        _order("A-1"),
        _order("A-2", community="西苑"),
        _order("A-3", company="别家物业"),
        _order("A-4"),
        _order("B-1", manager="乙"),
    ):
        store.add_order(order, to_micros(_NOW - timedelta(days=1)))
    store.add_events("A-4", [ended], to_micros(_NOW))
    return store


def _moved(store: Store, handover: Handover, who: Person = _ADMIN, key: str = "key-0001") -> list[str]:
    orders = concerned(ClockDesk(store).look(), handover, who.scope, _NOW)
    with store.transaction() as within:
        return hand_over(within, handover, [name for name, _ in orders], who, key, _NOW, to_micros(_NOW) - 1)


def _keepers(store: Store) -> dict[str, str | None]:
    return {name: where.manager for name, where in whereabouts(store.engine, store.order_ids()).items()}


def test_all_open_orders_go_and_each_says_so(district: Store) -> None:
    assert sorted(_moved(district, Handover("甲", "乙"))) == ["A-1", "A-2", "A-3"]
    assert _keepers(district) == {"A-1": "乙", "A-2": "乙", "A-3": "乙", "A-4": "甲", "B-1": "乙"}
    [event] = district.rows(["A-1"])["events"]
    assert (event["type"], event["actor"], event["known_at"]) == ("handed_over", "管", to_micros(_NOW))
    assert whereabouts(district.engine, ["A-1"])["A-1"].company == "清和物业", "the firm stays"


def test_one_community_and_another_company_if_asked(district: Store) -> None:
    assert _moved(district, Handover("甲", "丙", "西苑", "新物业")) == ["A-2"]
    where = whereabouts(district.engine, ["A-2"])["A-2"]
    assert (where.manager, where.company) == ("丙", "新物业")


def test_a_firm_hands_over_its_own_orders_only(district: Store) -> None:
    assert sorted(_moved(district, Handover("甲", "乙"), _FIRM)) == ["A-1", "A-2"]
    assert _keepers(district)["A-3"] == "甲"


def test_sent_again_it_is_one_handover_and_the_same_key_is_no_other(district: Store) -> None:
    first = _moved(district, Handover("甲", "乙"))
    assert _moved(district, Handover("甲", "乙")) == first
    assert [len(district.rows([name])["events"]) for name in first] == [1, 1, 1]
    with pytest.raises(KeyTaken):
        _moved(district, Handover("乙", "甲"))
    assert len(_moved(district, Handover("乙", "甲"), key="key-0002")) == 4, "and back again"


def test_what_went_elsewhere_meanwhile_keeps_all_where_they_are(district: Store) -> None:
    with pytest.raises(Refused) as refused, district.transaction() as within:
        hand_over(within, Handover("甲", "乙"), ["A-1", "B-1"], _ADMIN, "key-0003", _NOW, 0)
    assert "请重新查看" in refused.value.message
    assert _keepers(district)["A-1"] == "甲" and not district.rows(["A-1"])["events"]


def test_what_it_would_do_is_told_in_figures_and_who_would_see_it(district: Store) -> None:
    handover = Handover("甲", "乙")
    orders = concerned(ClockDesk(district).look(), handover, WHOLE_DISTRICT, _NOW)
    told = foreseen(district, handover, orders)
    assert (told.count, dict(told.communities), told.unseen) == (3, {"东苑": 2, "西苑": 1}, 3)
    scope = scope_of(Role.MANAGER, managers=["乙"], companies=["清和物业"])
    Issuing(district.engine, "test", _NOW).add_account("乙", Role.MANAGER, scope)
    assert foreseen(district, handover, orders).unseen == 1, "the order of the other firm"


def test_one_hands_over_to_managers_who_are_known_a_firm_to_its_own(district: Store) -> None:
    issuing = Issuing(district.engine, "test", _NOW)
    issuing.add_account(
        "新人", Role.MANAGER, scope_of(Role.MANAGER, managers=["新人"], companies=["清和物业"])
    )
    issuing.add_account("外人", Role.MANAGER, scope_of(Role.MANAGER, managers=["外人"]))
    assert known_managers(district, WHOLE_DISTRICT) == {"甲", "乙", "新人", "外人"}
    assert known_managers(district, _FIRM.scope) == {"甲", "乙", "新人"}
    issuing.disable("新人")
    assert known_managers(district, _FIRM.scope) == {"甲", "乙"}
