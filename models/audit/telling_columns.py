"""Columns that tell the rating by themselves, as no honest cause does."""

from collections.abc import Iterator

import numpy as np

from hotline.calendar import HOUR, NO_TIME
from hotline.leaks import Severity
from models.audit.findings import Finding
from models.audit.material import Column, Material
from models.audit.remedies import column_remedy
from models.audit.separation import binned, coded, enough
from models.audit.telling import Told, telling
from models.audit.wording import Wording

#: Words of which most are different, and long, are texts.
_MOSTLY_DIFFERENT, _TEXT_LENGTH = 0.2, 6
_NEARLY_ALWAYS = 0.95


def telling_columns(material: Material) -> Iterator[Finding]:
    """Columns that tell the rating from what training would see of them before it."""
    truth = material.is_bad[material.judged]
    if not enough(truth):
        return
    for column in material.columns:
        row = column.rows_by(material.time("label_at"))[material.judged]
        told = _told(column, row, material.time("received_at")[material.judged], truth)
        found = telling(told, truth)
        if found is None:
            continue
        if column.is_constant:
            found = found.from_the_start()
        elif column.is_of_event and not material.is_timed and not _comes_with_the_rating(column, material):
            found = found.as_course_of_events()
        remedy = column_remedy(found.kind, column)
        yield found.finding(column.name, remedy, Severity.NOTE if not column.is_declared else None)


def _comes_with_the_rating(column: Column, material: Material) -> bool:
    """Whether nearly all that the column ever says, it says at the instant at which the rating is known."""
    label_at = material.time("label_at")[column.order]
    is_told = column.is_filled & (label_at != NO_TIME)
    return bool((column.known_at == label_at)[is_told].mean() >= _NEARLY_ALWAYS)


def _told(column: Column, row: np.ndarray, received_at: np.ndarray, truth: np.ndarray) -> Told:
    """What the column says in these rows (−1: nothing)."""
    is_there = row >= 0
    if column.times is not None:
        hours = np.full(len(row), np.nan)
        known = is_there & (received_at != NO_TIME)
        hours[known] = (column.times[row[known]] - received_at[known]) / HOUR
        return Told(binned(hours), hours)
    if column.numbers is not None:
        numbers = np.where(is_there, column.numbers[row], np.nan)
        return Told(binned(numbers), numbers)
    words = column.words[row]
    words[~is_there] = None
    return Told(coded(words), wording=Wording.of(words, truth) if _are_texts(words[is_there]) else None)


def _are_texts(words: np.ndarray) -> bool:
    if not len(words) or len(set(words)) < _MOSTLY_DIFFERENT * len(words):
        return False
    return float(np.mean([len(word) for word in words])) >= _TEXT_LENGTH
