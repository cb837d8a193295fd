"""Every entry of the playbook: an order that owes it, one that does not, and how it is done."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from hotline.calendar import SHANGHAI
from hotline.duties import Duty, Post, Rules, State
from hotline.limits import Limit
from hotline.order import OrderEvent
from hotline.playbook import ENTRIES, LIMIT_NAMES, Playbook
from hotline.satisfaction import Rating
from hotline.situation import CommunityNow, Situation
from tests.hotline.situations import after, an_order, happened, heard

_BLOCKED = CommunityNow(has_assembly=False, has_fund_account=False)
_COMPLAINT = {"kind": "物业投诉", "category": "服务态度"}
_STREET = "街镇房管"

#: For each entry: an order that owes it, and one like it that does not.
CASES: dict[str, tuple[Situation, Situation]] = {
    "P01": (an_order(happened("dispatched", 1)), an_order(happened("dispatched", 1), source="企业自接")),
    "P02": (an_order(), an_order(**_COMPLAINT)),
    "P03": (an_order(happened("visited", 1)), an_order(happened("visited", 1), happened("escalated", 1.5))),
    "P04": (an_order(happened("delayed", 1)), an_order(happened("delayed", 1, promised_at=after(days=3)))),
    "P05": (an_order(happened("referred", 1)), an_order(happened("visited", 1))),
    "P06": (an_order(**_COMPLAINT), an_order(kind="物业投诉", category="违建群租")),
    "P07": (an_order(kind="物业投诉", category="违建群租"), an_order(**_COMPLAINT)),
    "P08": (an_order(happened("closed", 1)), an_order(happened("visited", 1))),
    "P09": (an_order(risk=0.3), an_order(risk=0.29)),
    "P10": (an_order(risk=0.5), an_order(risk=0.49)),
    "P11": (an_order(happened("fund_requested", 1)), an_order(happened("repairing", 1))),
    "P12": (an_order(category="电梯", community=_BLOCKED), an_order(community=_BLOCKED)),
    "P13": (an_order(kind="物业投诉", category="噪声"), an_order(**_COMPLAINT)),
    "P14": (an_order(part="自用部位"), an_order(part="共用部位")),
    "P15": (an_order(happened("supervised", 1)), an_order(happened("urged", 1), happened("urged", 1.5))),
    "P16": (an_order(text="该事项已信访，多次反映"), an_order(text="再不修就去信访")),
    "P17": (an_order(happened("redispatched", 1)), an_order(happened("dispatched", 1))),
    "P18": (
        an_order(happened("redispatched", 1), happened("delayed", 1.5)),
        an_order(happened("redispatched", 1), happened("visited", 1.5)),
    ),
    "P19": (
        an_order(happened("closed", 1), heard("962121", 1.5, Rating.DISSATISFIED)),
        an_order(happened("closed", 1), heard("962121", 1.5, Rating.FAIR)),
    ),
    "P20": (an_order(), an_order(happened("contacted", 1))),
    "P21": (an_order(due_at=after(hours=20)), an_order(due_at=after(hours=30))),
    "P22": (
        an_order(happened("closed", 1, verdict="explained")),
        an_order(happened("closed", 1, verdict="resolved")),
    ),
}

#: For each entry what does it, an hour after it is owed at the latest; P12 ends with the community's facts.
DONE = {
    "P01": {"type": "accepted"},
    "P02": {"type": "visited"},
    "P03": {"type": "closed"},
    "P04": {"type": "delayed", "promised_at": after(days=3)},
    "P05": {"type": "explained"},
    "P06": {"type": "put_right"},
    "P07": {"type": "escalated"},
    "P08": {"type": "firm_called"},
    "P09": {"type": "contacted"},
    "P10": {"type": "contacted", "group": _STREET},
    "P11": {"type": "fund_approved"},
    "P13": {"type": "visited", "group": _STREET},
    "P14": {"type": "referred"},
    "P15": {"type": "explained", "group": _STREET},
    "P17": {"type": "accepted"},
    "P18": {"type": "delayed", "promised_at": after(days=3)},
    "P19": {"type": "pushed"},
    "P20": {"type": "contacted"},
    "P21": {"type": "closed"},
    "P22": {"type": "visited", "group": _STREET},
}


def _duty(order: Situation, name: str, playbook: Playbook | None = None) -> Duty | None:
    return next((d for d in (playbook or Playbook()).duties(order) if d.entry.id == name), None)


def _is_owed(order: Situation, name: str) -> bool:
    duty = _duty(order, name)
    return duty is not None and duty.state.is_owed


def _later(order: Situation, hours: float, *more: OrderEvent) -> Situation:
    """The same order some hours later, with what has happened since."""
    since = replace(order.order, events=(*order.order.events, *more))
    at = order.at + timedelta(hours=hours)
    return Situation.of(since, at, order.community, order.risks)


def test_every_entry_has_an_order_that_owes_it_and_one_that_does_not() -> None:
    assert [entry.id for entry in ENTRIES] == [f"P{number:02d}" for number in range(1, 23)] == [*CASES]


@pytest.mark.parametrize("name", CASES)
def test_an_entry_applies_to_the_order_that_owes_it_alone(name: str) -> None:
    owes, owes_not = CASES[name]
    assert _is_owed(owes, name)
    assert not _is_owed(owes_not, name)


@pytest.mark.parametrize("name", DONE)
def test_a_duty_is_done_by_what_the_notice_asks_for(name: str) -> None:
    owes = CASES[name][0]
    kind = DONE[name]
    done = happened(
        hours=(owes.at - after()).total_seconds() / 3600 + 0.2,
        event_type=kind["type"],
        **{field: value for field, value in kind.items() if field != "type"},
    )
    duty = _duty(_later(owes, 0.5, done), name)
    assert duty is not None and duty.done_at == done.known_at and not duty.state.is_owed


@pytest.mark.parametrize("name", CASES)
def test_a_duty_can_be_recorded_by_its_name_or_be_said_not_to_be_needed(name: str) -> None:
    owes = CASES[name][0]
    hours = (owes.at - after()).total_seconds() / 3600 + 0.2
    recorded = _duty(_later(owes, 0.5, happened("contacted", hours, duty=name)), name)
    assert recorded is not None and recorded.state in (State.DONE, State.DONE_LATE)
    waived = _duty(_later(owes, 0.5, happened("not_needed", hours, duty=name, note="重复工单")), name)
    assert waived is not None and waived.state is State.NOT_NEEDED
    another = "P02" if name == "P01" else "P01"
    of_another = _duty(_later(owes, 0.5, happened("not_needed", hours, duty=another)), name)
    assert of_another is not None and of_another.state is not State.NOT_NEEDED


def test_what_was_taken_back_counts_no_longer() -> None:
    contacted = happened("contacted", 1)
    taken_back = happened("retracted", 1.5, retracts=contacted.event_id)
    assert not _is_owed(an_order(contacted), "P20")
    assert _is_owed(an_order(contacted, taken_back), "P20")


def test_nothing_is_seen_before_it_is_known() -> None:
    assert _is_owed(an_order(happened("contacted", 3), hours=2), "P20")


def test_without_a_model_clocks_and_words_speak_alone() -> None:
    silent = {d.entry.id for d in Playbook().duties(an_order(happened("closed", 1)))}
    assert "P08" in silent and not {"P09", "P10"} & silent
    judged = an_order(happened("closed", 1), heard("962121", 1.5, Rating.DISSATISFIED))
    assert {"P09", "P10", "P17", "P19"} <= {d.entry.id for d in Playbook().duties(judged)}


def test_a_structural_block_never_becomes_a_call() -> None:
    blocked = an_order(category="电梯", community=_BLOCKED, risk=0.9)
    found = {duty.entry.id: duty.post for duty in Playbook().duties(blocked)}
    assert found["P12"] is Post.STREET
    assert not {"P09", "P10"} & found.keys()
    open_account = an_order(category="电梯", risk=0.9, community=CommunityNow(True, True))
    assert {"P09", "P10"} <= {duty.entry.id for duty in Playbook().duties(open_account)}


@pytest.mark.parametrize(
    ("name", "order", "due"),
    [
        ("P01", an_order(happened("dispatched", 10), hours=11), after(10.5)),
        ("P02", an_order(), datetime(2026, 4, 13, 17, 30, tzinfo=SHANGHAI)),
        ("P02", an_order(category="窨井盖"), after(0.5)),
        ("P09", an_order(risk=0.9, hours=6), datetime(2026, 4, 14, 11, 30, tzinfo=SHANGHAI)),
        ("P20", an_order(), datetime(2026, 4, 14, 17, 30, tzinfo=SHANGHAI)),
        ("P21", an_order(due_at=after(20)), after(20)),
        ("P11", an_order(happened("fund_requested", 1)), datetime(2026, 4, 19, 23, 59, 59, tzinfo=SHANGHAI)),
        ("P12", CASES["P12"][0], datetime(2026, 4, 30, 23, 59, 59, tzinfo=SHANGHAI)),
    ],
)
def test_limits_run_in_working_time_but_for_the_urgent(name: str, order: Situation, due: datetime) -> None:
    duty = _duty(order, name)
    assert duty is not None and duty.due_at == due


def test_an_overdue_contact_falls_to_the_street() -> None:
    in_time, late = _duty(an_order(), "P20"), _duty(an_order(hours=48), "P20")
    assert in_time is not None and (in_time.post, in_time.state) == (Post.MANAGER, State.OPEN)
    assert late is not None and (late.post, late.state) == (Post.STREET_HANDLER, State.OVERDUE)


def test_what_comes_first_is_owed_and_due_the_soonest() -> None:
    order = an_order(happened("dispatched", 0.2), happened("fund_requested", 1), happened("contacted", 1.5))
    duties = Playbook().duties(order)
    owed = [duty for duty in duties if duty.state.is_owed]
    assert duties[: len(owed)] == owed
    assert [duty.entry.id for duty in owed] == ["P01", "P02", "P04", "P11"]


def test_a_closing_without_the_number_is_believed_and_owes_an_overdue_number() -> None:
    closed = an_order(happened("closed", 1), text="已起诉物业")
    duty = _duty(closed, "P16")
    assert duty is not None and (duty.state, duty.due_at) == (State.OVERDUE, after(1))
    numbered = _duty(
        an_order(happened("closed", 1), text="已起诉物业", case_no="（2026）沪0115民初1号"), "P16"
    )
    assert numbered is not None and numbered.state is State.DONE


def test_once_the_city_has_heard_the_citizen_nothing_is_owed() -> None:
    rated = an_order(happened("closed", 1), heard("city", 3, Rating.DISSATISFIED), hours=4, risk=0.9)
    duties = Playbook().duties(rated)
    assert duties and not [duty for duty in duties if duty.state.is_owed]
    assert State.MISSED in {duty.state for duty in duties}


def test_a_re_dispatch_opens_a_round_of_its_own() -> None:
    again = an_order(
        happened("contacted", 1), heard("city", 3, Rating.DISSATISFIED), happened("redispatched", 5), hours=6
    )
    assert _is_owed(again, "P20") and _is_owed(again, "P17")


def test_a_street_may_have_limits_of_its_own() -> None:
    playbook = Playbook(streets={"花木街道": {"P20": Limit.of("2wh")}})
    here, there = an_order(street="花木街道"), an_order(street="洋泾街道")
    ours, theirs = _duty(here, "P20", playbook), _duty(there, "P20", playbook)
    assert ours is not None and ours.due_at == after(2)
    assert theirs is not None and theirs.due_at == datetime(2026, 4, 14, 17, 30, tzinfo=SHANGHAI)


def test_every_limit_can_be_set_and_is_then_in_force() -> None:
    assert set(LIMIT_NAMES) == {*CASES, "P02.urgent"}
    for name in CASES:
        order = CASES[name][0]
        of_table = _duty(order, name)
        assert of_table is not None
        own = "P02.urgent" if name == "P02" and of_table.entry.limit != "today" else name
        duty = _duty(order, name, Playbook(limits={own: Limit.of("7min")}))
        assert duty is not None and duty.limit_zh == "7分钟内"


def test_the_risks_from_which_somebody_calls_are_settings() -> None:
    order = an_order(risk=0.2)
    assert _duty(order, "P09") is None
    assert _duty(order, "P09", Playbook(rules=Rules(likely=0.2))) is not None


def test_a_risk_is_owed_an_answer_since_it_has_stood_high_without_a_break() -> None:
    course = [(after(1), 0.6), (after(2), 0.2), (after(3), 0.35), (after(4), 0.7)]
    order = replace(an_order(hours=5), risks=tuple(course))
    likely, strong = _duty(order, "P09"), _duty(order, "P10")
    assert likely is not None and likely.since == after(3)
    assert strong is not None and strong.since == after(4)
    assert _duty(replace(order, risks=tuple(course[:2])), "P09") is None
    again = an_order(happened("redispatched", 3.5), hours=5)
    in_this_round = _duty(replace(again, risks=tuple(course)), "P09")
    assert in_this_round is not None and in_this_round.since == after(4)
