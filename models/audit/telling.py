"""Columns and events that tell the rating by themselves, as no honest cause does."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hotline.calendar import HOUR, NO_TIME
from hotline.leaks import FindingKind, Severity
from hotline.lifecycle import EventType, rank
from models.audit.findings import Figure, Finding
from models.audit.material import Column, Material
from models.audit.remedies import column_remedy, event_remedy
from models.audit.separation import (
    Group,
    Separation,
    binned,
    coded,
    crossfitted,
    enough,
    separation,
    telling_groups,
)
from models.audit.wording import Wording

#: Real causes, all together, reach .6 to .8 before the callback; one column that reaches this is no cause.
_NEAR_PERFECT, _CLEAR_OF = 0.95, 0.90
_SUSPICIOUS, _CLEAR_OF_SUSPICIOUS = 0.85, 0.80
#: A share of orders in which the column is empty that is worth judging the filled ones by themselves.
_SOME_EMPTY = 0.02
#: Words of which most are different, and long, are texts.
_MOSTLY_DIFFERENT, _TEXT_LENGTH = 0.2, 6

_NEARLY_ALWAYS = 0.95
#: Counts of an event above this are one group.
_MANY = 3
#: A value that gives away less than half of the ratings of its side may be an honest, dire case; a column
#: that is filled for a fifth of them alone, and hardly elsewhere, is written because of them.
_HALF, _FIFTH = 0.5, 0.2
#: What the hotline, and others, call what happens at a callback and after it.
_OF_OUTCOME = (EventType.CALLED_BACK.value, EventType.REDISPATCHED.value)
_OUTCOME_WORDS = re.compile(
    r"(?<!企业)回访|评价|满意|重办|返工单|survey|rating|review|satisf|call.?back", re.I
)

_WHY = {
    FindingKind.NEAR_PERFECT: "it nearly decides the rating by itself; no cause known at the time does, so it was "
    "written with or after the rating",
    FindingKind.CONSTANT_FROM_START: "it nearly decides the rating and stands in an order's first row already: the "
    "export wrote the end into every row",
    FindingKind.ONE_SIDED: "wherever it says this, nearly all ratings are alike: it was written after some of them",
}
_COURSE = (
    "the outcome has no time of its own and counts as known at the order's last event, and this nearly decides "
    "it; harmless if it truly comes before the outcome, but late moments will look better than they are"
)


@dataclass(frozen=True)
class Telling:
    """How something tells the rating, and how grave that is."""

    kind: FindingKind
    severity: Severity
    figures: dict[str, Figure]
    why: str = ""

    def as_course_of_events(self) -> "Telling":
        """The same of something that comes in the course of handling, before an outcome without a time."""
        return Telling(self.kind, Severity.WARNING, self.figures, _COURSE)

    def from_the_start(self) -> "Telling":
        """The same of something that stands in all rows of an order."""
        if self.kind is not FindingKind.NEAR_PERFECT:
            return self
        return Telling(FindingKind.CONSTANT_FROM_START, self.severity, self.figures)

    def finding(self, column: str, remedy: str, severity: Severity | None = None) -> Finding:
        """As a finding about this column."""
        why = self.why or _WHY[self.kind]
        return Finding(self.kind, column, severity or self.severity, why, remedy, self.figures)


@dataclass(frozen=True, eq=False)
class Told:
    """What one column says of each judged order; `codes` −1 and `numbers` NaN where nothing."""

    codes: np.ndarray
    numbers: np.ndarray | None = None
    wording: Wording | None = None

    @property
    def is_filled(self) -> np.ndarray:
        """Where it says something."""
        return self.codes >= 0


def telling_columns(material: Material) -> Iterator[Finding]:
    """Columns that tell the rating from what training would see of them before it."""
    truth = material.is_bad[material.judged]
    if not enough(truth):
        return
    for column in material.columns:
        row = column.rows_by(material.time("label_at"))[material.judged]
        told = _told(column, row, material.time("received_at")[material.judged], truth)
        telling = _telling(told, truth)
        if telling is None:
            continue
        if column.is_constant:
            telling = telling.from_the_start()
        elif column.is_of_event and not material.is_timed and not _comes_with_the_rating(column, material):
            telling = telling.as_course_of_events()
        remedy = column_remedy(telling.kind, column)
        yield telling.finding(column.name, remedy, Severity.NOTE if not column.is_declared else None)


def _comes_with_the_rating(column: Column, material: Material) -> bool:
    """Whether nearly all that the column ever says, it says at the instant at which the rating is known."""
    label_at = material.time("label_at")[column.order]
    is_told = column.is_filled & (label_at != NO_TIME)
    return bool((column.known_at == label_at)[is_told].mean() >= _NEARLY_ALWAYS)


def telling_events(material: Material) -> Iterator[Finding]:
    """Types of events whose mere presence before the rating tells it."""
    truth = material.is_bad[material.judged]
    if not enough(truth):
        return
    events = material.events
    place = np.full(len(material.orders), -1)
    place[material.judged] = np.arange(len(material.judged))
    is_seen = _seen(material)
    for name, rows in events.groupby("type").indices.items():
        seen = rows[is_seen[rows]]
        order = place[events["order"].to_numpy()[seen]]
        count = np.bincount(order[order >= 0], minlength=len(truth))
        telling = _telling(Told(np.minimum(count, _MANY)), truth) if 0 < (count > 0).mean() < 1 else None
        if telling is None:
            continue
        if not material.is_timed and not _belongs_to_the_end(str(name), events.iloc[rows], material):
            telling = telling.as_course_of_events()
        yield telling.finding(str(name), event_remedy(telling.kind, str(name)))


def _seen(material: Material) -> np.ndarray:
    """Which events training sees before the rating of their order."""
    events = material.events
    label_at = material.time("label_at")[events["order"].to_numpy(dtype=np.int64)]
    known_at = events["known_at"].to_numpy(dtype=np.int64)
    is_before = events["type"].map(rank).to_numpy() <= rank(EventType.CALLED_BACK)
    return (known_at < label_at) | ((known_at == label_at) & is_before)


def _belongs_to_the_end(name: str, events: "pd.DataFrame", material: Material) -> bool:
    """Whether a type of event is no course of handling, but part of the outcome.

    A wide file's column, a word of callbacks, or something that follows the closing.
    """
    if name in _OF_OUTCOME or _OUTCOME_WORDS.search(name) or events["is_moment"].mean() > 0.5:
        return True
    closed_at = material.first_closed_at()[events["order"].to_numpy(dtype=np.int64)]
    is_after = (closed_at != NO_TIME) & (events["known_at"].to_numpy() > closed_at)
    return bool(is_after.mean() > 0.9)


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


def _telling(told: Told, truth: np.ndarray) -> Telling | None:
    """How it tells the rating, if it does."""
    best = max(_separations(told, truth), key=lambda s: (s.low, s.auc), default=None)
    if best and best.auc >= _NEAR_PERFECT and best.low >= _CLEAR_OF:
        return Telling(FindingKind.NEAR_PERFECT, Severity.SEVERE, _figures(best))
    presence = telling_groups(told.is_filled.astype(int), truth)
    groups = presence + telling_groups(told.codes, truth) + (told.wording.groups if told.wording else [])
    if groups:
        largest = max(groups, key=lambda group: group.given_away)
        is_severe = largest.given_away >= _HALF or any(group.given_away >= _FIFTH for group in presence)
        severity = Severity.SEVERE if is_severe else Severity.WARNING
        return Telling(FindingKind.ONE_SIDED, severity, _group_figures(largest, truth))
    if best and best.auc >= _SUSPICIOUS and best.low >= _CLEAR_OF_SUSPICIOUS:
        return Telling(FindingKind.NEAR_PERFECT, Severity.WARNING, _figures(best))
    return None


def _separations(told: Told, truth: np.ndarray) -> Iterator[Separation]:
    """Over all orders, emptiness being a word, and over those in which it says something."""
    filled = told.is_filled
    subsets = [np.ones(len(truth), dtype=bool)]
    if (~filled).mean() > _SOME_EMPTY and filled.any():
        subsets.append(filled)
    for rows in subsets:
        scored = [(crossfitted(told.codes[rows], truth[rows]), truth[rows])]
        if told.numbers is not None:
            numbers = rows & filled
            scored.append((told.numbers[numbers], truth[numbers]))
        if told.wording is not None:
            looked_at = rows[told.wording.rows]
            scored.append((told.wording.score[looked_at], truth[told.wording.rows][looked_at]))
        yield from filter(None, (separation(score, outcome) for score, outcome in scored))


def _figures(found: Separation) -> dict[str, Figure]:
    return {
        "auc": round(found.auc, 4),
        "auc_low": round(found.low, 3),
        "rated_orders": found.n,
        "dissatisfied": found.outcomes,
    }


def _group_figures(group: Group, truth: np.ndarray) -> dict[str, Figure]:
    return {
        "orders": group.n,
        "dissatisfied_share": round(group.share, 4),
        "given_away": round(group.given_away, 3),
        "dissatisfied_share_of_all": round(float(truth.mean()), 4),
        "rated_orders": len(truth),
    }
