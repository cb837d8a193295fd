"""What is learnt from: moments strictly before their round's rating, each round weighing one."""

import numpy as np
from hypothesis import given

from features.labels import labels_of
from features.training_set import GRID_DAYS, examples_of
from hotline.calendar import DAY
from hotline.lifecycle import OfficialCaller
from tests.builders import Records
from tests.promises.asking import history_of
from tests.promises.histories import ATTRIBUTES, PROMISE, histories


@PROMISE
@given(histories())
def test_no_moment_sees_the_rating_of_its_round(records: Records) -> None:
    chronicle = history_of(records).chronicle
    examples = examples_of(chronicle)
    labels = labels_of(chronicle)
    rated_at = dict(zip(labels.round_start.tolist(), labels.position.tolist(), strict=True))
    for start, position in zip(examples.frame.round_start, examples.frame.position, strict=True):
        assert start <= position < rated_at[start]
    assert (examples.frame.as_of <= examples.label_known_at).all()
    assert (examples.frame.as_of < examples.label_known_at)[~examples.is_event].all()


@PROMISE
@given(histories())
def test_the_examples_of_a_round_weigh_one_and_foretell_one_rating(records: Records) -> None:
    examples = examples_of(history_of(records).chronicle)
    for start in np.unique(examples.frame.round_start):
        of_round = examples.frame.round_start == start
        assert np.isclose(examples.weight[of_round].sum(), 1.0)
        assert len(np.unique(examples.rating[of_round])) == 1
    some = examples.take(np.arange(0, len(examples), 2))
    assert np.isclose(some.weight.sum(), len(np.unique(some.frame.round_start)))


@PROMISE
@given(histories())
def test_every_event_and_every_grid_day_before_a_rating_is_an_example(records: Records) -> None:
    chronicle = history_of(records).chronicle
    examples, labels = examples_of(chronicle), labels_of(chronicle)
    events, grid = 0, 0
    for start, position, known_at in zip(labels.round_start, labels.position, labels.known_at, strict=True):
        events += int(chronicle.is_moment[start:position].sum())
        grid += sum(chronicle.known_at[start] + days * DAY < known_at for days in GRID_DAYS)
    assert examples.is_event.sum() == events
    assert (~examples.is_event).sum() == grid
    assert examples_of(chronicle, on_grid=False).is_event.sum() == events


@PROMISE
@given(histories())
def test_the_label_of_a_round_is_its_first_rating_by_the_caller_that_counts(records: Records) -> None:
    log = records.log(ATTRIBUTES)
    callers = {row["by"] for row in records.callbacks if row["rating"] is not None}
    counts = "962121" if callers == {"962121"} else "city"
    assert log.label_caller is OfficialCaller(counts)
    labels = labels_of(history_of(records).chronicle)
    counted = [row for row in records.callbacks if row["by"] == "city" and row["rating"] is not None]
    assert set(labels.rating.tolist()) <= {row["rating"] for row in counted}
    assert len(np.unique(labels.round_start)) == len(labels.order)
    for order_id in {row["order_id"] for row in counted}:
        earliest = min(row["known_at"] for row in counted if row["order_id"] == order_id)
        order = history_of(records).chronicle.order_number(np.array([order_id], dtype=object))[0]
        assert earliest == labels.known_at[labels.order == order].min()
