"""The indicators' facts worked out slowly, order by order in plain Python, for the fast ones to equal."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from features.log import Log
from hotline.calendar import MINUTE, NO_TIME, WorkingCalendar, from_micros, to_micros
from hotline.categories import URGENT_REPAIRS
from hotline.indicators import Indicator, IndicatorRules
from hotline.lifecycle import EventType, rank

#: Street, company, community, manager, kind, category, value.
Fact = tuple[Any, ...]
_UNITS = ("street", "company", "community", "manager")
_ANSWERS = ("accepted", "contacted", "visited", "repairing")
_RECEIPT, _REVISION, _EVENT, _CALLBACK = range(4)


@dataclass
class _Row:
    known_at: int
    rank: float
    tie: str
    what: int
    said: dict[str, Any]


@dataclass
class _Round:
    """What happened in one round, with the order's fields as they stood after each row of it."""

    is_first: bool
    rows: list[tuple[_Row, dict[str, Any]]] = field(default_factory=list)

    def events(self, *types: str) -> Iterator[tuple[_Row, dict[str, Any]]]:
        return ((r, f) for r, f in self.rows if r.what == _EVENT and r.said["type"] in types)

    def told(self, column: str) -> Iterator[tuple[_Row, dict[str, Any]]]:
        calls = ((r, f) for r, f in self.rows if r.what == _CALLBACK)
        return ((r, f) for r, f in calls if r.said["by"] == "city" and r.said[column] == r.said[column])

    def fields_at(self, moment: int) -> dict[str, Any]:
        """The fields when that was known; those at its start if it had not begun."""
        known = [fields for row, fields in self.rows if row.known_at <= moment]
        return known[-1] if known else self.rows[0][1]

    @property
    def opened_at(self) -> int:
        first, last = self.rows[0][0], self.rows[-1][1]
        if self.is_first:
            return last["received_at"] if last.get("received_at") is not None else first.known_at
        happened: int = first.said["happened_at"]
        return happened


def slow_facts(
    log: Log, as_of: int, begin: int, end: int, rules: IndicatorRules
) -> dict[Indicator, list[Fact]]:
    """The facts of every order, by indicator."""
    found: dict[Indicator, list[Fact]] = {indicator: [] for indicator in Indicator}
    for order_id in sorted(set(log.orders["order_id"])):
        for one in _rounds(log, order_id, as_of):
            if one.rows[-1][1].get("source") == "企业自接":
                continue
            for indicator, at, fields, value in _facts(one, as_of, rules):
                if begin <= at < end:
                    kind = "维修" if fields.get("kind") in (None, "维修") else "投诉"
                    units = (fields.get(name) for name in _UNITS)
                    found[indicator].append((*units, kind, fields.get("category"), value))
    return found


def _facts(
    one: _Round, as_of: int, rules: IndicatorRules
) -> Iterator[tuple[Indicator, int, dict[str, Any], float]]:
    for indicator, column in (
        (Indicator.CONTACT_CONFIRMED, "contact_confirmed"),
        (Indicator.SOLVED, "solved"),
        (Indicator.SATISFACTION, "rating"),
    ):
        for row, fields in list(one.told(column))[:1]:
            yield indicator, row.known_at, fields, row.said[column]
    limit = WorkingCalendar().end_of_working_day(from_micros(one.opened_at), rules.contact_working_days)
    due = to_micros(limit)
    if due <= as_of:
        made = any(row.said["happened_at"] <= due for row, _ in one.events("contacted"))
        yield Indicator.CONTACT_IN_TIME, due, one.fields_at(due), float(made)
    closings = list(one.events("closed"))
    fields = closings[-1][1] if closings else one.rows[-1][1]
    own_due = fields.get("due_at")
    if own_due is not None and own_due <= as_of and (one.is_first or own_due > one.opened_at):
        kept = bool(closings) and closings[-1][0].said["happened_at"] <= own_due
        yield Indicator.ON_TIME, own_due, fields if closings else one.fields_at(own_due), float(kept)
    if closings and (verdict := closings[-1][0].said["verdict"]) in ("resolved", "explained"):
        yield Indicator.RESOLVED, closings[-1][0].said["happened_at"], fields, float(verdict == "resolved")
    for row, fields in list(one.events("dispatched"))[-1:]:
        sent = row.said["happened_at"]
        due = sent + rules.response_minutes * MINUTE
        is_urgent = fields.get("kind") in (None, "维修") and fields.get("category") in URGENT_REPAIRS
        if is_urgent and due <= as_of:
            answers = (answer.said["happened_at"] for answer, _ in one.events(*_ANSWERS))
            yield Indicator.RESPONSE, due, fields, float(any(sent <= at <= due for at in answers))


def _rounds(log: Log, order_id: str, as_of: int) -> list[_Round]:
    rows = sorted(_rows(log, order_id), key=lambda row: (row.known_at, row.rank, row.tie))
    known = [row for row in rows if row.known_at <= as_of]
    gone = {
        row.said["retracts"]
        for row in known
        if row.what == _EVENT and row.said["type"] == "retracted" and row.said["retracts"] != row.tie
    }
    rounds: list[_Round] = []
    fields: dict[str, Any] = {}
    for row in known:
        if row.what in (_RECEIPT, _REVISION):
            fields = fields | row.said
        if row.what == _EVENT and row.tie in gone:
            continue
        is_again = row.what == _EVENT and row.said["type"] == "redispatched"
        if row.what == _RECEIPT or is_again:
            rounds.append(_Round(is_first=row.what == _RECEIPT))
        rounds[-1].rows.append((row, fields))
    return rounds


def _rows(log: Log, order_id: str) -> Iterator[_Row]:
    revisions = [row for row in _of(log.orders) if row["order_id"] == order_id]
    revisions.sort(key=lambda row: (row["known_at"], repr(tuple(row.values()))))
    for number, row in enumerate(revisions):
        told = {n: v for n, v in row.items() if v is not None and v == v and v != NO_TIME}
        place = rank(EventType.CLOSED) + 0.5 if number else -1.0
        what = _REVISION if number else _RECEIPT
        yield _Row(row["known_at"], place, f"{number:03d}", what, told)
    for row in _of(log.events):
        if row["order_id"] == order_id:
            yield _Row(row["known_at"], rank(row["type"]), row["event_id"], _EVENT, row)
    for row in _of(log.callbacks):
        if row["order_id"] == order_id:
            place = rank(EventType.CALLED_BACK) + (0.5 if row["by"] == "city" else 0.0)
            yield _Row(row["known_at"], place, row["callback_id"], _CALLBACK, row)


def _of(frame: Any) -> list[dict[str, Any]]:
    columns = {name: frame[name].tolist() for name in frame.columns}
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
