"""When the entries of the playbook apply to an order, and what counts as done."""

from collections.abc import Callable
from datetime import datetime, timedelta

from hotline.categories import PAID_FROM_FUND, URGENT_REPAIRS
from hotline.duties import Owed, Rules
from hotline.lifecycle import EventType
from hotline.situation import Situation, by_street

_E = EventType
DoneAt = Callable[[Situation, datetime], datetime | None]


def by(*types: str) -> DoneAt:
    """Done by the first of these events since it is owed."""

    def done_at(order: Situation, since: datetime) -> datetime | None:
        found = order.events(*types, since=since)
        return found[0].known_at if found else None

    done_at.__doc__ = f"{' or '.join(types)}."
    return done_at


def by_the_street(*types: str) -> DoneAt:
    """Done by the first of these events that the street's own people did."""

    def done_at(order: Situation, since: datetime) -> datetime | None:
        found = by_street(order.events(*types, since=since))
        return found[0].known_at if found else None

    done_at.__doc__ = f"{' or '.join(types)}, by the street."
    return done_at


def is_promised(order: Situation, since: datetime) -> datetime | None:
    """A date that is told, or going on with the work."""
    events = order.events(_E.DELAYED, _E.REPAIRING, _E.CLOSED, since=since)
    told = [e.known_at for e in events if e.type != _E.DELAYED or e.promised_at is not None]
    return told[0] if told else None


def number_is_matched(order: Situation, since: datetime) -> datetime | None:
    """A petition or case number in the order; when it was written is not kept."""
    return since if order.order.petition_no or order.order.case_no else None


def never(order: Situation, since: datetime) -> datetime | None:
    """Nothing that happens to the order."""
    return None


def is_relayed(order: Situation, rules: Rules) -> Owed | None:
    """P01: 962121 sends the order."""
    sent = order.events(_E.DISPATCHED)
    return Owed(sent[0].known_at) if order.is_relayed and sent else None


def is_repair(order: Situation, rules: Rules) -> Owed | None:
    """P02: something is to be mended."""
    if not order.is_repair:
        return None
    urgent = order.order.category in URGENT_REPAIRS
    return Owed(order.round_start, limit="P02.urgent" if urgent else None)


def is_within_duty(order: Situation, rules: Rules) -> Owed | None:
    """P03: seen, and not beyond the firm's duty or ability."""
    seen = order.events(_E.VISITED, _E.REPAIRING)
    if not order.is_repair or not seen or is_structural(order, rules) or _is_beyond(order):
        return None
    return Owed(seen[0].known_at)


def is_delayed(order: Situation, rules: Rules) -> Owed | None:
    """P04: a delay or a request for money without a date, a cause that has ended, a promise that has passed."""
    told = [(e.known_at, e.promised_at) for e in order.events(_E.DELAYED) if e.promised_at is not None]
    since = [e.known_at for e in order.events(_E.DELAYED) if e.promised_at is None]
    since += [e.known_at for e in order.events(_E.DELAY_ENDED)]
    for asked in order.events(_E.FUND_REQUESTED):
        has_date = any(known_at <= asked.known_at < promised_at for known_at, promised_at in told)
        since += [] if has_date else [asked.known_at]
    closed = [order.closing.known_at] if order.closing else []
    for number, (_, promised_at) in enumerate(told):
        renewed = [known_at for known_at, _ in told[number + 1 :]]
        since += [promised_at] if promised_at <= min([order.at, *closed, *renewed]) else []
    waiting = [moment for moment in sorted(since) if is_promised(order, moment) is None]
    return Owed(min(waiting, default=max(since))) if since else None


def is_beyond(order: Situation, rules: Rules) -> Owed | None:
    """P05: reported up or referred, so beyond the firm."""
    found = order.events(_E.ESCALATED, _E.REFERRED)
    return Owed(found[0].known_at) if order.is_repair and found else None


def _is_beyond(order: Situation) -> bool:
    return bool(order.events(_E.ESCALATED, _E.REFERRED))


def is_solvable_complaint(order: Situation, rules: Rules) -> Owed | None:
    """P06: a complaint that the firm itself can put right."""
    if order.is_repair or order.order.category in rules.beyond_the_firm:
        return None
    return Owed(order.round_start)


def is_complaint_beyond(order: Situation, rules: Rules) -> Owed | None:
    """P07: a complaint that the firm can't put right."""
    if order.is_repair or order.order.category not in rules.beyond_the_firm:
        return None
    return Owed(order.round_start)


def is_closed(order: Situation, rules: Rules) -> Owed | None:
    """P08: closed, and the official callback is still to come."""
    return Owed(order.closing.known_at) if order.is_relayed and order.closing else None


def is_dissatisfaction_likely(order: Situation, rules: Rules) -> Owed | None:
    """P09: the risk is high, or 962121 heard 不满意; never for a structural block."""
    if is_structural(order, rules):
        return None
    return _dissatisfaction(order, rules.likely)


def is_dissatisfaction_strong(order: Situation, rules: Rules) -> Owed | None:
    """P10: the risk is very high, or 962121 heard 不满意; never for a structural block."""
    if is_structural(order, rules):
        return None
    return _dissatisfaction(order, rules.strong)


def _dissatisfaction(order: Situation, from_risk: float) -> Owed | None:
    risky = order.risky_since(from_risk) if order.is_relayed else None
    since = [moment for moment in (order.judged_dissatisfied_at, risky) if moment is not None]
    return Owed(min(since)) if since else None


def is_structural(order: Situation, rules: Rules) -> bool:
    """Whether something stands in the way that no phone call removes."""
    return order.order.category in PAID_FROM_FUND and order.community.is_blocked


def is_waiting_for_fund(order: Situation, rules: Rules) -> Owed | None:
    """P11: money from the fund was asked for and is not approved."""
    asked = order.last(_E.FUND_REQUESTED)
    return Owed(asked.known_at) if asked else None


def is_without_assembly(order: Situation, rules: Rules) -> Owed | None:
    """P12: only the fund could pay, and there is no assembly or no account."""
    return Owed(order.round_start) if is_structural(order, rules) else None


def is_between_neighbours(order: Situation, rules: Rules) -> Owed | None:
    """P13: a matter between neighbours, or of the whole estate's renewal."""
    return Owed(order.round_start) if order.order.category in rules.neighbours else None


def is_private_part(order: Situation, rules: Rules) -> Owed | None:
    """P14: what is broken is the owner's own."""
    part = order.order.part or ""
    return Owed(order.round_start) if order.is_repair and part.startswith(rules.private_part) else None


def is_hard(order: Situation, rules: Rules) -> Owed | None:
    """P15: reported up, put under supervision, or urged again and again."""
    signs = [event.known_at for event in order.events(_E.ESCALATED, _E.SUPERVISED)]
    signs += [event.known_at for event in order.events(_E.URGED)[rules.urged - 1 : rules.urged]]
    return Owed(min(signs)) if signs else None


def is_under_petition(order: Situation, rules: Rules) -> Owed | None:
    """P16: a petition or a lawsuit stands beside the order."""
    number = order.order.petition_no or order.order.case_no
    if not number and not is_without_number(order.order.text, number, rules):
        return None
    until = order.closing.known_at if order.closing else None
    return Owed(order.round_start, until=until)


def is_without_number(text: str | None, number: str | None, rules: Rules) -> bool:
    """Whether the citizen's words speak of a petition or a lawsuit, and nobody has written its number."""
    return not number and any(word in (text or "") for word in rules.petition_words)


def is_for_the_liaison_group(order: Situation, rules: Rules) -> Owed | None:
    """P17: the order came back, or 962121 heard 不满意."""
    since = [order.round_start] if order.is_redispatched else []
    since += [order.judged_dissatisfied_at] if order.judged_dissatisfied_at else []
    return Owed(min(since)) if since else None


def is_not_solvable_now(order: Situation, rules: Rules) -> Owed | None:
    """P18: the same, and there is a delay, a report up or a request for money."""
    pushed = is_for_the_liaison_group(order, rules)
    if pushed is None:
        return None
    waits = order.events(_E.DELAYED, _E.ESCALATED, _E.FUND_REQUESTED, since=pushed.since)
    return Owed(waits[0].known_at) if waits else None


def is_judged_dissatisfied(order: Situation, rules: Rules) -> Owed | None:
    """P19: 962121 heard 不满意."""
    return Owed(order.judged_dissatisfied_at) if order.judged_dissatisfied_at else None


def is_not_contacted(order: Situation, rules: Rules) -> Owed | None:
    """P20: the clock of the first contact runs from the receipt, or from the re-dispatch."""
    return Owed(order.round_start)


def is_near_due(order: Situation, rules: Rules) -> Owed | None:
    """P21: the due date is near."""
    due = order.order.due_at
    if due is None or order.at < due - timedelta(hours=rules.near_hours):
        return None
    return Owed(max(order.round_start, due - timedelta(hours=rules.near_hours)))


def is_closing_by_explaining(order: Situation, rules: Rules) -> Owed | None:
    """P22: explained and not mended, or closed as 解释说明 already."""
    if order.is_closed_by_explaining and order.closing:
        explained = order.events(_E.EXPLAINED)
        since = explained[0].known_at if explained else order.closing.known_at
        return Owed(since, until=order.closing.known_at)
    explained = [] if order.closing else order.events(_E.EXPLAINED)
    mended = order.events(_E.PUT_RIGHT, _E.REPAIRING)
    return Owed(explained[0].known_at) if explained and not mended else None
