"""Random histories of a few orders, dense in what goes wrong: ties, handovers, retractions, second rounds."""

import os
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from features.catalogue import feature_set_for
from hotline.calendar import NO_TIME
from hotline.lifecycle import EventType
from hotline.order import Attribute, AttributeKind, AttributeOf
from tests.builders import MONDAY, Records, a_callback, a_community, a_revision, an_event, an_order, at

ATTRIBUTES = tuple(
    Attribute(f"{of.value}_{kind.value}", of, kind, f"{of.value} {kind.value}")
    for of in AttributeOf
    for kind in AttributeKind
)
OWN_TYPES = ("Send Fine", "补件")
FEATURES = feature_set_for(ATTRIBUTES, OWN_TYPES)

#: Every promise is tried on so many histories; the same ones each time where CI is set.
PROMISE = settings(
    max_examples=40,
    deadline=None,
    derandomize="CI" in os.environ,
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

_GAPS = st.sampled_from([0.0, 0.0, 1.0, 7.0, 24.0, 24.0, 100.0, 24.0 * 40, 24.0 * 100])
_HANDLING = [t.value for t in EventType if t not in (EventType.RECEIVED, EventType.RETRACTED)]
_TYPES = st.sampled_from([*_HANDLING, *OWN_TYPES, *["closed", "closed", "redispatched", "urged", "delayed"]])
_WORDS = st.sampled_from([None, "甲", "乙"])
_NUMBERS = st.sampled_from([None, -1.5, 0.0, 1 / 3, 7.0, 1e7])
_BOOLEANS = st.sampled_from([None, 0.0, 1.0])
_RATINGS = st.sampled_from([None, None, 0, 0, 1, 2, 3])
_TEXTS = st.sampled_from([None, "灯不亮", "多次投诉没人管！要曝光", "老人摔倒，请尽快维修"])
_CATEGORIES = st.sampled_from([None, "电梯", "停车"])
_KEEPERS = ("company", "manager", "community", "street", "caller")


@st.composite
def histories(draw: st.DrawFn, orders: int = 5) -> Records:
    """A few orders with all that happened to them, and what is known of their communities."""
    records = draw(_communities())
    for number in range(draw(st.integers(1, orders))):
        records += draw(lives(f"order {number}"))
    return records


@st.composite
def lives(draw: st.DrawFn, order_id: str) -> Records:
    """One order from its receipt on."""
    clock = at(hours=draw(st.sampled_from([0, 0, 1, 24, 24 * 8, 24 * 60])))
    stated = draw(st.sampled_from([clock, clock, NO_TIME, at(hours=-30)]))
    record = an_order(order_id, clock, **draw(_fields(is_whole=True)) | {"received_at": stated})
    for number in range(draw(st.integers(0, 9))):
        clock += at(hours=draw(_GAPS)) - MONDAY
        what = draw(st.sampled_from(["event"] * 5 + ["revision", "retraction", "callback", "callback"]))
        if what == "event":
            record += draw(_events(order_id, clock, number))
        elif what == "revision":
            record += a_revision(order_id, clock, **draw(_fields(is_whole=False)))
        elif what == "callback":
            record += draw(_callbacks(order_id, clock, number))
        elif record.events:
            named = draw(st.sampled_from([row["event_id"] for row in record.events] + ["unheard of"]))
            id_ = _event_id(order_id, number)
            record += an_event(order_id, "retracted", clock, event_id=id_, retracts=named)
    return record


def _event_id(order_id: str, number: int) -> str:
    return f"{order_id} event {(7 * number) % 10}"


@st.composite
def _events(draw: st.DrawFn, order_id: str, known_at: int, number: int) -> Records:
    fields: dict[str, Any] = draw(_attributes(AttributeOf.EVENT))
    fields |= {"actor": draw(_WORDS), "group": draw(_WORDS)}
    type_ = draw(_TYPES)
    if type_ == EventType.CLOSED:
        fields["verdict"] = draw(st.sampled_from([None, "resolved", "explained"]))
    if draw(st.integers(0, 3)) == 0:
        fields["promised_at"] = known_at + at(hours=draw(st.sampled_from([-1, 0, 24, 500]))) - MONDAY
    return an_event(order_id, type_, known_at, event_id=_event_id(order_id, number), **fields)


@st.composite
def _callbacks(draw: st.DrawFn, order_id: str, known_at: int, number: int) -> Records:
    answers = {"solved": draw(_BOOLEANS), "callback_id": f"{order_id} call {number}"}
    by = draw(st.sampled_from(["city", "city", "962121"]))
    return a_callback(order_id, known_at, draw(_RATINGS), by, **answers)


@st.composite
def _fields(draw: st.DrawFn, is_whole: bool) -> dict[str, Any]:
    """Fields of an order; in a revision most are left as they were."""
    fields: dict[str, Any] = draw(_attributes(AttributeOf.ORDER))
    fields |= {name: draw(_WORDS) for name in _KEEPERS} | {"category": draw(_CATEGORIES)}
    fields |= {"text": draw(_TEXTS), "source": draw(_WORDS), "petition_no": draw(_WORDS)}
    if draw(st.booleans()):
        fields["due_at"] = at(hours=draw(st.sampled_from([0, 48, 1000])))
    kept = fields if is_whole else draw(st.lists(st.sampled_from(sorted(fields)), unique=True, max_size=4))
    return {name: fields[name] for name in kept}


@st.composite
def _attributes(draw: st.DrawFn, of: AttributeOf) -> dict[str, Any]:
    strategies = {
        AttributeKind.NUMERIC: _NUMBERS,
        AttributeKind.BOOLEAN: _BOOLEANS,
        AttributeKind.CATEGORY: _WORDS,
        AttributeKind.TEXT: _TEXTS,
    }
    return {a.name: draw(strategies[a.kind]) for a in ATTRIBUTES if a.of is of}


@st.composite
def _communities(draw: st.DrawFn) -> Records:
    records = Records()
    for _ in range(draw(st.integers(0, 4))):
        facts = {"has_assembly": draw(_BOOLEANS), "has_fund_account": draw(_BOOLEANS)}
        facts |= {"year_built": draw(st.sampled_from([None, 1995.0, 2010.0])), "households": draw(_NUMBERS)}
        known_at = draw(st.sampled_from([NO_TIME, NO_TIME, at(), at(hours=24), at(days=30)]))
        records += a_community(draw(st.sampled_from(["甲", "乙"])), known_at, **facts)
    return records
