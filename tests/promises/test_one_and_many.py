"""Serving is a batch of one: an order alone gets the row it gets among all the others."""

import numpy as np
from hypothesis import given

from features.frame import OrderFrame
from features.history import Past
from tests.builders import Records
from tests.promises.asking import answers, differing, everything, history_of
from tests.promises.histories import PROMISE, histories


@PROMISE
@given(histories())
def test_an_order_with_only_its_own_log_gets_its_rows_of_the_batch(records: Records) -> None:
    history = history_of(records)
    batch = everything(history)
    in_batch = answers(batch, Past.of(batch, history))
    for number, order_id in enumerate(history.chronicle.order_ids):
        rows = np.flatnonzero(batch.order == number)
        own = history_of(records.of_orders({order_id})).chronicle
        position = batch.position[rows] - history.chronicle.first[number]
        alone = OrderFrame(own, np.zeros(len(rows), np.int64), batch.as_of[rows], position)
        expected = {name: values[rows] for name, values in in_batch.items()}
        assert not differing(answers(alone, Past.of(alone, history)), expected)


@PROMISE
@given(histories())
def test_one_question_gets_its_row_of_the_batch(records: Records) -> None:
    history = history_of(records)
    batch = everything(history)
    in_batch = answers(batch, Past.of(batch, history))
    for row in range(0, len(batch), 5):
        one = batch.take(np.array([row]))
        expected = {name: values[[row]] for name, values in in_batch.items()}
        assert not differing(answers(one, Past.of(one, history)), expected)


@PROMISE
@given(histories())
def test_a_question_by_id_and_time_finds_what_the_desk_knew_then(records: Records) -> None:
    history = history_of(records)
    for order_id in history.chronicle.order_ids:
        own = history_of(records.of_orders({order_id})).chronicle
        as_of = np.unique(own.known_at)
        alone = OrderFrame.at_times(own, [order_id] * len(as_of), as_of)
        among = OrderFrame.at_times(history.chronicle, [order_id] * len(as_of), as_of)
        assert not differing(answers(alone, Past.of(alone, history)), answers(among, Past.of(among, history)))
