"""What the indicators count: one row a fact, with the unit that had the order in hand just then."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd

from desk.rounds import Rounds
from features.arrays import Floats, Ints, Mask
from features.timing import end_of_next_working_day
from hotline.calendar import MINUTE, NO_TIME
from hotline.categories import URGENT_REPAIRS
from hotline.indicators import Indicator, IndicatorRules
from hotline.lifecycle import EventType, Verdict
from hotline.scope import PARTS, Scope

#: The units that figures are told of, from the whole downwards.
UNITS = ("street", "company", "community", "manager")
KINDS = ("维修", "投诉")
_ANSWERS = (EventType.ACCEPTED, EventType.CONTACTED, EventType.VISITED, EventType.REPAIRING)
_E = EventType

#: Position in the chronicle, moment that decides the period, value from 0 to 1 (a rating 0–3 for 满意率).
Found = tuple[Ints, Ints, Floats]


def facts_of(
    rounds: Sequence[Rounds], begin: int, end: int, rules: IndicatorRules
) -> dict[Indicator, pd.DataFrame]:
    """The facts of the period [begin, end), microseconds, as known at the rounds' moment.

    Columns: the units, `kind` (维修 or 投诉), `category`, `at` (the moment that decides the period), and
    `value`. For 满意率 the value is the rating, 0–3;
    for all others 1 where it was kept and 0 where it was missed.
    """
    return {
        indicator: pd.concat(
            [_laid(part, found(part, rules), begin, end) for part in rounds], ignore_index=True
        )
        for indicator, found in _FINDERS.items()
    }


def within(scope: Scope, facts: pd.DataFrame) -> Mask:
    """Which rows with units, kind and category lie within a scope: `hotline.scope.is_within` over columns."""
    if scope.is_whole:
        return np.ones(len(facts), dtype=bool)
    asked = [(getattr(scope, part), facts[field]) for part, field in PARTS.items() if getattr(scope, part)]
    inside = np.full(len(facts), bool(asked))
    for allowed, values in asked:
        inside &= values.isin(list(allowed)).to_numpy()
    if scope.is_urgent_only:
        inside &= is_urgent(facts["kind"].to_numpy(), facts["category"].to_numpy())
    return inside


def is_urgent(kind: np.ndarray, category: np.ndarray) -> Mask:
    """Whether an emergency station takes them."""
    return (kind == KINDS[0]) & pd.Series(category, dtype=object).isin(list(URGENT_REPAIRS)).to_numpy()


def kind_of(words: np.ndarray) -> np.ndarray:
    """维修 or 投诉; orders that do not say are taken for repairs."""
    repair = (words == None) | (words == KINDS[0])  # noqa: E711 - elementwise
    return np.where(repair, *KINDS)


def units_at(rounds: Rounds, position: Ints) -> pd.DataFrame:
    """Units, kind and category of the orders at these positions, in words."""
    fields = {name: rounds.chronicle.field(name).at(position, None) for name in (*UNITS, "category")}
    kind = kind_of(rounds.chronicle.field("kind").at(position, None))
    columns: dict[str, pd.Index] = {
        name: pd.Index(values, dtype=object) for name, values in {**fields, "kind": kind}.items()
    }
    return pd.DataFrame(columns)


def _laid(rounds: Rounds, found: Found, begin: int, end: int) -> pd.DataFrame:
    position, at, value = found
    inside = (position >= 0) & (at >= begin) & (at < end) & rounds.is_relayed
    return units_at(rounds, position[inside]).assign(at=at[inside], value=value[inside])


def contact_confirmed(rounds: Rounds, rules: IndicatorRules) -> Found:
    """What citizens said of a first contact."""
    position, said = rounds.told("contact_confirmed")
    return position, rounds.known(position), said


def contact_in_time(rounds: Rounds, rules: IndicatorRules) -> Found:
    """First contacts whose limit has come."""
    due = rounds.opened_at
    for _ in range(rules.contact_working_days):
        due = end_of_next_working_day(due)
    made = rounds.earliest(_E.CONTACTED)
    return _when_come(rounds, due, (made != NO_TIME) & (made <= due))


def on_time(rounds: Rounds, rules: IndicatorRules) -> Found:
    """Due dates that have come, as in force at the closing; one from before the round is not its own."""
    told = np.where(rounds.closing >= 0, rounds.closing, rounds.end)
    due = rounds.chronicle.field("due_at").at(told, NO_TIME)
    due = np.where(rounds.is_first | (due > rounds.opened_at), due, NO_TIME)
    closed_at = rounds.happened(rounds.closing)
    position, at, kept = _when_come(rounds, due, (closed_at != NO_TIME) & (closed_at <= due))
    return np.where(rounds.closing >= 0, rounds.closing, position), at, kept


def solved(rounds: Rounds, rules: IndicatorRules) -> Found:
    """What citizens said of the solution."""
    position, said = rounds.told("solved")
    return position, rounds.known(position), said


def resolved(rounds: Rounds, rules: IndicatorRules) -> Found:
    """Closings by their verdict."""
    verdict = np.full(len(rounds), None, dtype=object)
    closed = rounds.closing >= 0
    verdict[closed] = rounds.chronicle.event_column("verdict")[rounds.closing[closed]]
    told = (verdict == Verdict.RESOLVED.value) | (verdict == Verdict.EXPLAINED.value)
    position = np.where(told, rounds.closing, -1)
    return position, rounds.happened(position), (verdict == Verdict.RESOLVED.value).astype(np.float64)


def rated(rounds: Rounds, rules: IndicatorRules) -> Found:
    """Ratings, by when the callback was entered."""
    position, rating = rounds.rated
    return position, rounds.known(position), rating


def response(rounds: Rounds, rules: IndicatorRules) -> Found:
    """Answers to the last dispatch of urgent repairs."""
    dispatch = rounds.last(_E.DISPATCHED)
    sent = rounds.happened(dispatch)
    due = np.where(sent != NO_TIME, sent + rules.response_minutes * MINUTE, NO_TIME)
    answered = rounds.earliest(*_ANSWERS, since=sent)
    where = np.maximum(dispatch, 0)
    fields = (rounds.chronicle.field(name).at(where, None) for name in ("kind", "category"))
    kind, category = fields
    due = np.where(is_urgent(kind_of(kind), category), due, NO_TIME)
    _, at, kept = _when_come(rounds, due, (answered != NO_TIME) & (answered <= due))
    return np.where(at != NO_TIME, dispatch, -1), at, kept


def _when_come(rounds: Rounds, due: Ints, is_kept: Mask) -> Found:
    """Limits that have come by the moment, at the position that was known then."""
    come = (due != NO_TIME) & (due <= rounds.as_of)
    position = rounds.position_at(np.where(come, due, rounds.as_of))
    return np.where(come, position, -1), np.where(come, due, NO_TIME), is_kept.astype(np.float64)


_FINDERS: Mapping[Indicator, Callable[[Rounds, IndicatorRules], Found]] = {
    Indicator.CONTACT_CONFIRMED: contact_confirmed,
    Indicator.CONTACT_IN_TIME: contact_in_time,
    Indicator.ON_TIME: on_time,
    Indicator.SOLVED: solved,
    Indicator.RESOLVED: resolved,
    Indicator.SATISFACTION: rated,
    Indicator.RESPONSE: response,
}
