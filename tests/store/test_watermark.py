"""Who asks what has changed since last time hears of every write, once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from hotline.calendar import SHANGHAI
from hotline.order import Callback, Order, OrderEvent
from store.database import Store

AT = datetime(2026, 11, 2, 9, tzinfo=SHANGHAI)


def test_nothing_has_changed_in_the_beginning(store: Store) -> None:
    assert store.changed_since(store.watermark()) == ([], 0)


def test_every_kind_of_write_is_heard_of(store: Store) -> None:
    store.add_order(Order("A1", AT), 1)
    store.add_order(Order("A2", AT), 1)
    changed, mark = store.changed_since(0)
    assert changed == ["A1", "A2"]
    store.add_events("A2", [OrderEvent("urged", AT, AT)], 2)
    changed, mark = store.changed_since(mark)
    assert changed == ["A2"]
    store.add_callbacks("A1", [Callback("city", AT, AT)], 3)
    changed, mark = store.changed_since(mark)
    assert changed == ["A1"]
    assert store.changed_since(mark) == ([], mark)


def test_a_write_without_news_changes_no_order(store: Store) -> None:
    store.add_order(Order("A1", AT), 1)
    mark = store.watermark()
    store.add_order(Order("A1", AT), 2)
    assert store.changed_since(mark)[0] == []


def test_no_write_is_missed_while_many_write_at_once(store: Store) -> None:
    heard: set[str] = set()
    mark = 0

    def write(number: int) -> None:
        store.add_order(Order(f"A{number:02}", AT), number)

    with ThreadPoolExecutor(4) as writers:
        jobs = [writers.submit(write, number) for number in range(24)]
        while not all(job.done() for job in jobs):
            changed, mark = store.changed_since(mark)
            heard.update(changed)
    for job in jobs:
        job.result()
    heard.update(store.changed_since(mark)[0])
    assert heard == set(store.order_ids())
    assert len(heard) == 24
    assert store.watermark() == 24
