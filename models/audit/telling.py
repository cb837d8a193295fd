"""Whether what is said of orders tells their rating by itself, as no honest cause does, and how gravely."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from hotline.leaks import FindingKind, Severity
from models.audit.findings import Figure, Finding
from models.audit.separation import Group, Separation, crossfitted, separation, telling_groups
from models.audit.wording import Wording

#: Real causes, all together, reach .6 to .8 before the callback; one column that reaches this is no cause.
_NEAR_PERFECT, _CLEAR_OF = 0.95, 0.90
_SUSPICIOUS, _CLEAR_OF_SUSPICIOUS = 0.85, 0.80
#: A share of orders in which the column is empty that is worth judging the filled ones by themselves.
_SOME_EMPTY = 0.02
#: A value that gives away less than half of the ratings of its side may be an honest, dire case; a column
#: that is filled for three in twenty of them, and hardly elsewhere, is written because of them. So is a value
#: or a word of a fifth of them, if hardly one in twenty that say it can have ended otherwise.
_HALF, _FIFTH, _PURE = 0.5, 0.2, 0.95
_WRITTEN_FOR = 0.15
#: What at least half of the orders say, of three things or more, is a default: it says nothing.
_DEFAULT, _THINGS = 0.5, 3

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
    """What is said of each judged order; `codes` −1 and `numbers` NaN where nothing."""

    codes: np.ndarray
    numbers: np.ndarray | None = None
    wording: Wording | None = None

    @property
    def is_filled(self) -> np.ndarray:
        """Where it says something."""
        return self.codes >= 0

    @property
    def is_unusual(self) -> np.ndarray:
        """Where it says something else than its default, such as an amount above 0; all where it has none."""
        said = self.codes if self.numbers is None else self.numbers
        things, count = np.unique(said[self.is_filled], return_counts=True)
        if len(things) < _THINGS or count.max() < _DEFAULT * count.sum():
            return self.is_filled
        return self.is_filled & (said != things[count.argmax()])


def telling(told: Told, truth: np.ndarray) -> Telling | None:
    """How it tells the rating, if it does."""
    best = max(_separations(told, truth), key=lambda s: (s.low, s.auc), default=None)
    if best and best.auc >= _NEAR_PERFECT and best.low >= _CLEAR_OF:
        return Telling(FindingKind.NEAR_PERFECT, Severity.SEVERE, _figures(best))
    presence = [g for there in (told.is_filled, told.is_unusual) for g in telling_groups(there * 1, truth)]
    values = telling_groups(told.codes, truth) + (told.wording.groups if told.wording else [])
    if presence or values:
        is_severe = any(map(_is_written_for, presence)) or any(map(_is_no_case, values))
        severity = Severity.SEVERE if is_severe else Severity.WARNING
        largest = max(presence + values, key=lambda group: group.given_away)
        return Telling(FindingKind.ONE_SIDED, severity, _group_figures(largest, truth))
    if best and best.auc >= _SUSPICIOUS and best.low >= _CLEAR_OF_SUSPICIOUS:
        return Telling(FindingKind.NEAR_PERFECT, Severity.WARNING, _figures(best))
    return None


def _is_written_for(presence: Group) -> bool:
    """Whether something is said because of the rating."""
    return presence.given_away >= _WRITTEN_FOR


def _is_no_case(value: Group) -> bool:
    """Whether one thing is said of too many, or too purely, to be an honest, dire case."""
    return value.given_away >= _HALF or (value.given_away >= _FIFTH and value.low >= _PURE)


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
