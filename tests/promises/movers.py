"""What must change each feature: for every word that it may give as `moved_by`, histories before and after.

The question is always about order A, four days after it came. A word may stand for several changes;
a feature is moved if one of them moves it.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from hotline.lifecycle import EventType
from hotline.order import ORDER_FIELDS
from tests.builders import Records, a_callback, a_community, a_revision, an_event, an_order, at
from tests.promises.histories import ATTRIBUTES, OWN_TYPES
from tests.promises.neighbours import KEEPERS, OF_A, WHAT_HAPPENS, a_neighbour

NOW = at(days=4)


@dataclass(frozen=True, eq=False)
class Change:
    """A history before and after something happened, and when order A is asked about in each."""

    before: Records
    after: Records
    asked_before: int = NOW
    asked_after: int = NOW


def changes(moved_by: str) -> list[Change]:
    """The changes that this word stands for; LookupError for a word that nobody has given a meaning."""
    if moved_by in _CHANGES:
        return _CHANGES[moved_by]
    raise LookupError(f"nothing is known to move a feature by {moved_by!r}; say what does in {__name__}")


def order_a(*events: tuple[str, float], **fields: Any) -> Records:
    """Order A with events so many days after it came, and strangers to whom everything has happened."""
    record = an_order("A", due_at=at(days=3), **OF_A | fields) + a_community(
        OF_A["community"], households=500
    )
    record += a_neighbour("a slow stranger", at(days=-9), ()) + an_event("a slow stranger", "closed", at())
    record += a_neighbour("a stranger", at(days=-9), (), *WHAT_HAPPENS)
    for type_, days in events:
        record += an_event("A", type_, at(days=days))
    return record


def happening(type_: str, *before: tuple[str, float], **fields: Any) -> Change:
    """One more event of A, after a day and a bit."""
    return Change(order_a(*before), order_a(*before) + an_event("A", type_, at(days=1, hours=2), **fields))


def learning(name: str, *values: Any) -> list[Change]:
    """A field of A takes these values one after the other."""
    states = [order_a(), *(order_a() + a_revision("A", at(days=1), **{name: value}) for value in values)]
    return [Change(one, other) for one, other in pairwise(states)]


def told(**facts: float) -> Change:
    """A fact about A's community."""
    return Change(order_a(), order_a() + a_community(OF_A["community"], at(days=1), **facts))


def to_neighbour(what: str, *shared: str) -> Change:
    """Something happens to another order that shares these fields with A."""
    other = a_neighbour("B", at(days=1), shared)
    return Change(order_a() + other, order_a() + a_neighbour("B", at(days=1), shared, what))


def calling(*shared: str, times: int = 1) -> Change:
    """Other orders that share these fields with A come in shortly before the question."""
    others = [a_neighbour(f"B{number}", NOW + at(hours=-2) - at(), shared) for number in range(times)]
    return Change(order_a(), sum(others, order_a()))


def _of_neighbours() -> dict[str, list[Change]]:
    found = {"any_received": [calling()], "any_rated": [to_neighbour("rated")]}
    for keeper in KEEPERS:
        found[f"{keeper}_received"] = [calling(keeper, "category")]
        for what in WHAT_HAPPENS:
            found[f"{keeper}_{what}"] = [to_neighbour(what, keeper, "category")]
    return found


def _of_attributes() -> dict[str, list[Change]]:
    found: dict[str, list[Change]] = {f"type:{name}": [happening(name)] for name in OWN_TYPES}
    for attribute in ATTRIBUTES:
        is_number = attribute.kind in ("numeric", "boolean")
        one, other = (0.0, 1.0) if is_number else ("灯", "灯不亮")
        found[f"order:{attribute.name}"] = learning(attribute.name, one, other)
        found[f"event:{attribute.name}"] = [happening("visited", **{attribute.name: one})]
        shared = {attribute.name: one}
        asked = order_a(**shared) + an_order("B", at(days=1), **shared)
        found[f"rated:{attribute.name}"] = [Change(asked, asked + a_callback("B", at(days=2), 0))]
    return found


_CHANGES: dict[str, list[Change]] = (
    {t.value: [happening(t)] for t in EventType}
    | {
        name: learning(name, "灯不亮", "多次反映半年了没人管！老人有危险，请尽快，否则投诉到媒体曝光")
        for name in ORDER_FIELDS
    }
    | _of_neighbours()
    | _of_attributes()
    | {
        "clock": [Change(order_a(), order_a(), asked_after=NOW + at(hours=3) - at())],
        "received_at": learning("received_at", at(hours=-12)),
        "due_at": learning("due_at", at(days=9)),
        "category": learning("category", "停车"),
        "redispatched": [happening("redispatched", ("urged", 1))],
        "firm_called": [happening("firm_called", ("closed", 1))],
        "closed_explained": [
            Change(
                *(
                    order_a() + an_event("A", "closed", at(days=2), verdict=v)
                    for v in ("resolved", "explained")
                )
            )
        ],
        "promised_at": [happening("visited", promised_at=at(days=3))],
        "actor": [happening("visited", actor="张")],
        "group": [happening("visited", group="维修组")],
        "judged": [Change(order_a(), order_a() + a_callback("A", at(days=2), 1, by="962121"))],
        "earlier_round_rated": [
            Change(
                order_a(("redispatched", 2)), order_a(("redispatched", 2)) + a_callback("A", at(days=1), 1)
            )
        ],
        "caller_received_thrice": [calling("caller", "category", times=2)],
        "incident_received": [calling("community", "category")],
        "has_assembly": [told(has_assembly=0.0)],
        "has_fund_account": [told(has_fund_account=0.0)],
        "year_built": [told(year_built=1995.0)],
        "households": [told(households=800.0)],
        "structural": [told(has_assembly=0.0), told(has_fund_account=0.0), happening("fund_requested")],
    }
)
