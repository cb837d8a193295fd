"""What only one process may do at a time."""

from store.database import Store


def test_a_lease_is_held_renewed_and_taken_over_only_when_it_is_over(store: Store) -> None:
    assert store.take_lease("task", "one", 0, 10)
    assert not store.take_lease("task", "two", 5, 15)
    assert store.take_lease("task", "one", 9, 20)
    assert not store.take_lease("task", "two", 20, 30)
    assert store.take_lease("task", "two", 21, 31)
    assert not store.take_lease("task", "one", 25, 40)


def test_a_lease_given_back_is_free_at_once_and_only_by_its_holder(store: Store) -> None:
    assert store.take_lease("task", "one", 0, 10)
    store.give_lease_back("task", "two")
    assert not store.take_lease("task", "two", 5, 15)
    store.give_lease_back("task", "one")
    assert store.take_lease("task", "two", 5, 15)
