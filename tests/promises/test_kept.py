"""A history kept in a file answers like the one that was sorted, to the last digit."""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from features.changes import ChangeBook
from features.history import History, Past
from features.kept_file import read_laid, write_laid
from features.kept_history import Laid
from features.own_chronicle import apart
from tests.builders import Records
from tests.promises.asking import Columns, answers, everything, history_of
from tests.promises.histories import PROMISE, histories
from tests.promises.test_changes import same_as_sorted, warmed, write_changes
from tests.promises.test_layers import as_it_was


def kept(history: History) -> History:
    """The same history, written to a file and read from there."""
    log = history.chronicle.log
    with TemporaryDirectory() as folder:
        write_laid(Laid.of(history), Path(folder) / "history")
        laid = read_laid(Path(folder) / "history")
    return laid.history(log.attributes, log.label_caller, log.communities)


def alike(one: Columns, other: Columns) -> bool:
    """Whether two sets of columns are the same to the last digit."""
    return one.keys() == other.keys() and all(
        one[name].dtype == other[name].dtype and repr(one[name].tolist()) == repr(other[name].tolist())
        for name in one
    )


@PROMISE
@given(histories())
def test_a_kept_history_answers_to_the_last_digit(records: Records) -> None:
    history = warmed(records)
    read = kept(history)
    assert read.asked == history.asked
    frame, same = everything(history), everything(read)
    expected = answers(frame, Past.of(frame, history))
    assert alike(answers(same, Past.of(same, read)), expected), "all together, from the file's own rows"
    assert alike(answers(apart(same), Past.of(apart(same), read)), expected)
    for row in range(0, len(frame), 7):
        one = apart(same.take(np.array([row])))
        assert alike(answers(one, Past.of(one, read)), {n: v[[row]] for n, v in expected.items()})


@PROMISE
@given(histories(), st.data())
def test_what_was_written_since_is_added_to_a_kept_history(records: Records, data: st.DataObject) -> None:
    before = as_it_was(records, data)
    before = Records(before.orders, before.events, before.callbacks, records.communities)
    base = kept(warmed(before))
    book = ChangeBook(base.asked)
    write_changes(book, before, records, base)
    asked = everything(history_of(records))
    assert same_as_sorted(records, Past(asked, ((base, 1),), (book.look(),)), asked)


def test_a_history_without_an_order_can_be_kept() -> None:
    read = kept(warmed(Records()))
    assert len(read.chronicle.order_ids) == len(read.chronicle) == 0
    assert read.asked == warmed(Records()).asked
