"""The log of scores."""

from dataclasses import replace

from store.database import LoggedPrediction, Store
from store.predictions import Cause

FIRST = LoggedPrediction("A1", 10, 11, "7", (0.4, 0.1, 0.2, 0.3), "orange", "contacted", '{"x":1.0}')


def test_scores_come_back_as_given_oldest_first(store: Store) -> None:
    later = replace(FIRST, as_of=20, scored_at=21)
    store.append_predictions([later])
    store.append_predictions([FIRST, replace(FIRST, order_id="A2")])
    assert store.predictions("A1") == (FIRST, later)
    assert store.predictions("A3") == ()


def test_logging_a_score_changes_no_order(store: Store) -> None:
    mark = store.watermark()
    store.append_predictions([FIRST])
    assert store.changed_since(mark) == ([], mark)
    assert store.counts()["predictions"] == 1


def test_the_latest_score_of_each_order_leaves_out_orders_as_given(store: Store) -> None:
    later = replace(FIRST, scored_at=21, band="red", cause=Cause.RESCORED)
    given = replace(FIRST, scored_at=31, cause=Cause.GIVEN)
    store.append_predictions([FIRST, later, given, replace(FIRST, order_id="A2", cause=Cause.GIVEN)])
    assert store.latest_predictions(["A1", "A2", "A3"]) == {"A1": later}


def test_scores_are_drawn_evenly_over_the_log_of_one_model(store: Store) -> None:
    rows = [replace(FIRST, scored_at=n) for n in range(20)]
    store.append_predictions([*rows, replace(FIRST, model_version="8")])
    drawn = store.drawn_predictions("7", 5)
    assert [row.scored_at for row in drawn] == [3, 7, 11, 15, 19]
    assert len(store.drawn_predictions("7", 100)) == 20
