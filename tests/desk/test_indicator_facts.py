"""What the indicators count: equal to a slow count on random histories, and right on tiny ones."""

from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desk.indicator_facts import UNITS, facts_of, within
from desk.rounds import Rounds
from features.chronicle import Chronicle
from features.log import Log
from hotline.calendar import DAY, HOUR, MINUTE
from hotline.indicators import Indicator, IndicatorRules
from hotline.lifecycle import OfficialCaller
from hotline.scope import Scope, Whereabouts, is_within
from tests.builders import MONDAY, Records, a_callback, a_revision, an_event, an_order, at
from tests.desk.slow_indicators import slow_facts
from tests.promises.histories import PROMISE

#: More histories than other promises take: each is small.
MANY = settings(PROMISE, max_examples=120)
RULES = IndicatorRules()
_LATE = st.sampled_from([0, 0, 20 * MINUTE, 40 * MINUTE, 3 * HOUR, 2 * DAY])


_TYPES = st.sampled_from(
    ["dispatched", "accepted", "contacted", "visited", "closed", "closed", "redispatched", "urged"]
)
_GAPS = st.sampled_from([0, 0, 10 * MINUTE, 25 * MINUTE, 2 * HOUR, 30 * HOUR, 9 * DAY])
_YES_OR_NO = st.sampled_from([None, 0.0, 1.0])
_CHANGES = {
    "company": st.sampled_from(["甲", "乙"]),
    "street": st.sampled_from([None, "东", "西"]),
    "kind": st.sampled_from([None, "维修", "物业投诉"]),
    "category": st.sampled_from(["电梯", "电梯", "停车", None]),
    "due_at": st.sampled_from([None, at(1), at(4), at(12)]),
}


@st.composite
def lived_histories(draw: st.DrawFn) -> Records:
    """A few orders full of what is counted: entered late, at the same instant, changed, taken back, come back."""
    records = Records()
    for number in range(draw(st.integers(1, 3))):
        order_id, clock = f"order {number}", at(hours=draw(st.sampled_from([0, 9, 100])))
        fields: dict[str, Any] = {name: draw(values) for name, values in _CHANGES.items()}
        source = draw(st.sampled_from([None, "12345", "12345", "企业自接"]))
        record = an_order(order_id, clock, source=source, **fields)
        for step in range(draw(st.integers(3, 12))):
            clock += draw(_GAPS)
            what = draw(st.sampled_from(["event"] * 6 + ["callback"] * 3 + ["revision", "retraction"]))
            event_id = f"{order_id} event {7 * step % 10}{step}"
            if what == "event":
                told = {
                    "verdict": draw(st.sampled_from([None, "resolved", "explained"])),
                    "event_id": event_id,
                }
                record += an_event(order_id, draw(_TYPES), clock, happened_at=clock - draw(_LATE), **told)
            elif what == "callback":
                said = {name: draw(_YES_OR_NO) for name in ("solved", "contact_confirmed")}
                rating, by = draw(st.sampled_from([None, 0, 2, 3])), draw(st.sampled_from(["city", "962121"]))
                record += a_callback(order_id, clock, rating, by, callback_id=f"call {step:02d}", **said)
            elif what == "revision":
                name = draw(st.sampled_from(sorted(_CHANGES)))
                record += a_revision(order_id, clock, **{name: draw(_CHANGES[name])})
            elif record.events:
                named = draw(st.sampled_from([row["event_id"] for row in record.events]))
                record += an_event(order_id, "retracted", clock, event_id=event_id, retracts=named)
        records += record
    return records


@MANY
@given(lived_histories(), st.data())
def test_the_fast_count_equals_the_slow_one(records: Records, data: st.DataObject) -> None:
    log = records.log(label_caller=OfficialCaller.CITY)
    known = np.concatenate([log.orders["known_at"], log.events["known_at"], log.callbacks["known_at"]])
    as_of = int(data.draw(st.sampled_from(sorted(known.tolist())))) + data.draw(
        st.sampled_from([0, 0, 90 * DAY])
    )
    begin = as_of - data.draw(st.sampled_from([300, 30, 3])) * DAY
    end = as_of + data.draw(st.sampled_from([-1, 1])) * DAY
    slow = slow_facts(log, as_of, begin, end, RULES)
    fast = _facts(log, as_of, begin, end)
    assert {name: Counter(rows) for name, rows in fast.items()} == {n: Counter(r) for n, r in slow.items()}


def test_random_histories_bring_facts_of_every_indicator() -> None:
    met: Counter[str] = Counter()

    @settings(MANY, derandomize=True)
    @given(lived_histories())
    def count(records: Records) -> None:
        facts = slow_facts(
            records.log(label_caller=OfficialCaller.CITY), at(days=2000), at(days=-100), at(days=2001), RULES
        )
        met.update({(name, row[-1] > 0): 1 for name, rows in facts.items() for row in rows})

    count()
    assert {(name, hit) for name in Indicator for hit in (False, True)} <= met.keys()


def _facts(log: Log, as_of: int, begin: int, end: int) -> dict[Indicator, list[tuple[Any, ...]]]:
    found = facts_of([Rounds.of(Chronicle.of(log), as_of)], begin, end, RULES)
    columns = [*UNITS, "kind", "category", "value"]
    return {
        name: list(zip(*(rows[c].tolist() for c in columns), strict=True)) for name, rows in found.items()
    }


def _values(records: Records, indicator: Indicator, as_of: int | None = None) -> list[float]:
    moment = at(days=60) if as_of is None else as_of
    found = _facts(records.log(), moment, at(days=-60), at(days=61))[indicator]
    return sorted(row[-1] for row in found)


def _closed(order_id: str, days: float, verdict: str = "resolved", **fields: Any) -> Records:
    return an_event(order_id, "closed", at(days), verdict=verdict, **fields)


def test_a_closing_is_judged_by_when_it_happened_and_counts_from_when_it_was_known() -> None:
    late = an_order("A", due_at=at(1)) + _closed("A", 1.5, happened_at=at(0.9))
    assert _values(late, Indicator.ON_TIME, at(1.2)) == [0.0], "not yet known to be closed"
    assert _values(late, Indicator.ON_TIME, at(1.6)) == [1.0]
    assert _values(late, Indicator.ON_TIME, at(0.9)) == [], "not due yet"
    just = an_order("A", due_at=at(1)) + _closed("A", 1)
    assert _values(just, Indicator.ON_TIME) == [1.0], "at the very moment is in time"


def test_a_due_date_that_was_extended_holds_until_the_closing() -> None:
    extended = an_order("A", due_at=at(1)) + a_revision("A", at(0.9), due_at=at(3)) + _closed("A", 2)
    assert _values(extended, Indicator.ON_TIME) == [1.0]


def test_the_due_date_of_an_earlier_round_is_not_that_of_the_next() -> None:
    again = (
        an_order("A", due_at=at(2)) + _closed("A", 1) + an_event("A", "redispatched", at(5)) + _closed("A", 6)
    )
    assert _values(again, Indicator.ON_TIME) == [1.0]
    renewed = again + a_revision("A", at(5), due_at=at(5.5))
    assert _values(renewed, Indicator.ON_TIME) == [0.0, 1.0]


def test_a_contact_is_due_at_the_close_of_the_next_working_day() -> None:
    for hours, kept in ((31.4, 1.0), (31.6, 0.0)):  # Monday 10:00 on; Tuesday 17:30 is the limit
        order = an_order("A") + an_event("A", "contacted", at(hours=hours))
        assert _values(order, Indicator.CONTACT_IN_TIME) == [kept]
    assert _values(an_order("A"), Indicator.CONTACT_IN_TIME, at(hours=31)) == []


def test_what_was_taken_back_counts_until_then_and_not_afterwards() -> None:
    order = an_order("A") + an_event("A", "contacted", at(hours=1), event_id="e")
    order += an_event("A", "retracted", at(5), retracts="e")
    assert _values(order, Indicator.CONTACT_IN_TIME, at(4)) == [1.0]
    assert _values(order, Indicator.CONTACT_IN_TIME, at(5)) == [0.0]


def test_a_round_counts_its_first_rating_and_a_redispatch_opens_another() -> None:
    order = an_order("A") + _closed("A", 1) + a_callback("A", at(2), 0) + a_callback("A", at(3), 3)
    assert _values(order, Indicator.SATISFACTION) == [0.0]
    again = order + an_event("A", "redispatched", at(2.5), event_id="r")
    assert _values(again, Indicator.SATISFACTION) == [0.0, 3.0]
    taken_back = again + an_event("A", "retracted", at(9), retracts="r")
    assert _values(taken_back, Indicator.SATISFACTION, at(8)) == [0.0, 3.0]
    assert _values(taken_back, Indicator.SATISFACTION) == [0.0]


def test_the_firms_own_orders_and_962121s_ratings_are_not_counted() -> None:
    own = an_order("A", source="企业自接", due_at=at(1)) + _closed("A", 2)
    assert _values(own, Indicator.ON_TIME) == [] == _values(own, Indicator.RESOLVED)
    heard = an_order("A") + a_callback("A", at(1), 0, by="962121") + an_order("B") + a_callback("B", at(1), 3)
    assert _values(heard, Indicator.SATISFACTION) == [3.0]


def test_an_urgent_repair_is_answered_within_half_an_hour_of_its_last_dispatch() -> None:
    sent = an_order("A", category="电梯", kind="维修") + an_event("A", "dispatched", at(hours=1))
    assert _values(sent + an_event("A", "accepted", at(hours=1.4)), Indicator.RESPONSE) == [1.0]
    assert _values(sent + an_event("A", "accepted", at(hours=1.5)), Indicator.RESPONSE) == [1.0]
    assert _values(sent + an_event("A", "accepted", at(hours=1.6)), Indicator.RESPONSE) == [0.0]
    again = sent + an_event("A", "accepted", at(hours=1.1)) + an_event("A", "dispatched", at(hours=9))
    assert _values(again, Indicator.RESPONSE) == [0.0], "whoever answered before it was returned"
    assert _values(sent, Indicator.RESPONSE, at(hours=1.4)) == [], "half an hour has not gone"
    other = an_order("B", category="停车", kind="维修") + an_event("B", "dispatched", at(hours=1))
    assert _values(other, Indicator.RESPONSE) == []


def test_whoever_had_the_order_just_then_answers_for_it() -> None:
    order = an_order("A", company="甲") + _closed("A", 1) + a_revision("A", at(1.5), company="乙")
    found = _facts((order + a_callback("A", at(2), 0)).log(), at(9), MONDAY, at(9))
    assert [row[1] for row in found[Indicator.RESOLVED]] == ["甲"]
    assert [row[1] for row in found[Indicator.SATISFACTION]] == ["乙"]


@pytest.mark.parametrize(
    "scope",
    [
        Scope(),
        Scope(is_whole=True),
        Scope(streets=frozenset({"东"})),
        Scope(companies=frozenset({"甲"}), managers=frozenset({"王"})),
        Scope(streets=frozenset({"东"}), is_urgent_only=True),
        Scope(is_urgent_only=True),
    ],
)
def test_a_scope_over_columns_is_that_of_single_orders(scope: Scope) -> None:
    records, everyone = Records(), []
    for number, street in enumerate(("东", "西", None)):
        for company, category in (("甲", "电梯"), ("乙", "停车"), (None, None)):
            where = Whereabouts(street, company, "园", "王", "维修" if number else None, category)
            everyone.append(where)
            order_id = f"{number}{company}"
            records += an_order(order_id, **where._asdict()) + a_callback(order_id, at(1), 3)
    rows = facts_of([Rounds.of(Chronicle.of(records.log()), at(9))], MONDAY, at(9), RULES)
    facts = rows[Indicator.SATISFACTION]
    inside = Counter(facts[within(scope, facts)][["street", "company"]].itertuples(index=False, name=None))
    assert inside == Counter((w.street, w.company) for w in everyone if is_within(scope, w))
