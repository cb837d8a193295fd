"""Whose orders are and were: the names that forms offer."""

from datetime import datetime

from hotline.calendar import SHANGHAI, to_micros
from hotline.order import Order
from store.database import Store
from store.whereabouts import firms_of_managers, names_in_use

_AT = datetime(2026, 11, 26, 9, tzinfo=SHANGHAI)


def test_every_name_that_an_order_ever_had_is_offered_once(store: Store) -> None:
    assert names_in_use(store.engine) == {"street": [], "company": [], "community": [], "manager": []}
    for order in (
        Order("A", _AT, street="花木街道", company="清和物业", manager="甲"),
        Order("A", _AT, manager="乙"),
        Order("B", _AT, community="东苑", company="别家物业", manager="甲"),
    ):
        store.add_order(order, to_micros(_AT))
    assert names_in_use(store.engine) == {
        "street": ["花木街道"],
        "company": ["别家物业", "清和物业"],
        "community": ["东苑"],
        "manager": ["乙", "甲"],
    }
    assert firms_of_managers(store.engine) == {"甲": {"清和物业", "别家物业"}, "乙": frozenset()}
