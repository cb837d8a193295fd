"""The log of scores."""

from dataclasses import replace

from store.database import LoggedPrediction, Store

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
