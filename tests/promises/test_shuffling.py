"""In which order rows come in their frames means nothing."""

import random
from dataclasses import fields

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from features.history import Past
from features.training_set import examples_of
from tests.builders import Records
from tests.promises.asking import answers, differing, everything, history_of
from tests.promises.histories import PROMISE, histories


@PROMISE
@given(histories(), st.randoms(use_true_random=False))
def test_shuffling_the_rows_of_every_frame_changes_no_answer(records: Records, by: random.Random) -> None:
    one, other = history_of(records), history_of(shuffled(records, by))
    asked, asked_again = everything(one), everything(other)
    assert asked.order_id.tolist() == asked_again.order_id.tolist()
    assert asked.as_of.tolist() == asked_again.as_of.tolist()
    assert not differing(
        answers(asked, Past.of(asked, one)), answers(asked_again, Past.of(asked_again, other))
    )


@PROMISE
@given(histories(), st.randoms(use_true_random=False))
def test_shuffling_the_rows_changes_no_example(records: Records, by: random.Random) -> None:
    one = examples_of(history_of(records).chronicle)
    other = examples_of(history_of(shuffled(records, by)).chronicle)
    assert one.frame.order_id.tolist() == other.frame.order_id.tolist()
    for name in ("rating", "label_known_at", "received_at", "events", "weight", "is_event"):
        assert np.array_equal(getattr(one, name), getattr(other, name))


def shuffled(records: Records, by: random.Random) -> Records:
    """The same rows in another order."""

    def mixed(rows: tuple[dict, ...]) -> tuple[dict, ...]:
        return tuple(by.sample(rows, len(rows)))

    return Records(**{field.name: mixed(getattr(records, field.name)) for field in fields(records)})
