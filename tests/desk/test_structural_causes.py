"""What no phone call cures is listed by community, with how many and since when."""

from desk.rounds import Rounds
from desk.structural_causes import Blocked, Cause, structural_causes
from features.chronicle import Chronicle
from hotline.scope import WHOLE_DISTRICT, Scope
from tests.builders import Records, a_community, an_event, an_order, at

_NOTHING = Cause(0, None)


def _causes(records: Records, as_of: float = 20, scope: Scope = WHOLE_DISTRICT) -> tuple[Blocked, ...]:
    log = records.log()
    return structural_causes([Rounds.of(Chronicle.of(log), at(as_of))], log.communities, scope)


def _lift(name: str, day: float, community: str = "园") -> Records:
    return an_order(name, at(day), category="电梯", community=community, street="东")


def test_open_orders_without_assembly_or_account_are_counted_since_the_oldest() -> None:
    records = a_community("园", has_assembly=0.0, has_fund_account=1.0) + _lift("A", 3) + _lift("B", 1)
    records += _lift("C", 0) + an_event("C", "closed", at(2))
    records += an_order("D", at(0), category="绿化", community="园", street="东")
    records += a_community("苑", has_assembly=1.0, has_fund_account=1.0) + _lift("E", 1, "苑")
    assert _causes(records) == (Blocked("东", "园", 2, Cause(2, at(1)), _NOTHING, _NOTHING),)
    assert _causes(records, as_of=1.5)[0].no_assembly == Cause(2, at(0)), "C was still open then"


def test_what_was_asked_of_the_fund_waits_until_it_is_approved() -> None:
    records = _lift("A", 0) + an_event("A", "fund_requested", at(2), happened_at=at(1.5))
    assert _causes(records) == (Blocked("东", "园", 1, _NOTHING, _NOTHING, Cause(1, at(1.5))),)
    assert _causes(records + an_event("A", "fund_approved", at(5))) == ()
    assert _causes(records + an_event("A", "fund_approved", at(5)), as_of=4) != ()


def test_facts_of_a_community_count_from_when_they_were_known() -> None:
    records = a_community("园", has_fund_account=0.0) + a_community("园", at(9), has_fund_account=1.0)
    records += _lift("A", 0)
    assert _causes(records, as_of=8)[0].no_account == Cause(1, at(0))
    assert _causes(records, as_of=9) == ()


def test_the_list_is_the_streets_own() -> None:
    records = a_community("园", has_assembly=0.0) + _lift("A", 0)
    assert _causes(records, scope=Scope(streets=frozenset({"东"}))) != ()
    assert _causes(records, scope=Scope(streets=frozenset({"西"}))) == ()
