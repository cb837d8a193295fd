"""Claims on both databases: one holder at a time, under many hands too."""

from concurrent.futures import ThreadPoolExecutor

from store.claims import Outcome
from store.database import Store

_HOUR = 3_600_000_000


def test_who_comes_first_holds_an_order_and_the_next_is_told_who(store: Store) -> None:
    assert store.claim("A1", "wang", 10, 0).person == "wang"
    assert store.claim("A1", "li", 20, 0).person == "wang"
    assert store.claim("A1", "wang", 30, 0).claimed_at == 10
    assert store.claim("A2", "li", 20, 0).person == "li"
    assert {order: claim.person for order, claim in store.held_claims(0).items()} == {
        "A1": "wang",
        "A2": "li",
    }


def test_only_the_holder_ends_a_claim_and_then_others_may_have_the_order(store: Store) -> None:
    store.claim("A1", "wang", 10, 0)
    assert not store.end_claim("A1", "li", 20, Outcome.DONE)
    assert store.end_claim("A1", "wang", 30, Outcome.DISAGREED, "市民已表示满意")
    assert not store.end_claim("A1", "wang", 40, Outcome.DONE)
    [ended] = store.ended_claims(0, Outcome.DISAGREED)
    assert (ended.order_id, ended.person, ended.ended_at, ended.reason) == (
        "A1",
        "wang",
        30,
        "市民已表示满意",
    )
    assert not store.ended_claims(31, Outcome.DISAGREED) and not store.ended_claims(0, Outcome.DONE)
    assert store.claim("A1", "li", 50, 0).person == "li"


def test_a_claim_that_was_left_lying_is_let_go(store: Store) -> None:
    store.claim("A1", "wang", 10, 0)
    assert store.held_claims(since=11) == {}
    assert store.claim("A1", "li", 5 * _HOUR, held_since=_HOUR).person == "li"
    assert [claim.person for claim in store.ended_claims(0, Outcome.RELEASED)] == ["wang"]


def test_of_many_hands_at_once_one_holds_each_order(store: Store) -> None:
    people = [f"p{number}" for number in range(8)]

    def grabs(person: str) -> list[str]:
        claimed = (store.claim(f"A{order}", person, 10, 0) for order in range(10))
        return [claim.order_id for claim in claimed if claim.person == person]

    with ThreadPoolExecutor(len(people)) as pool:
        got = [order for orders in pool.map(grabs, people) for order in orders]
    assert sorted(got) == sorted(f"A{order}" for order in range(10))
