"""Who must do what by when: the notice's duties as one table, and which of them an order owes at a moment."""

from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from hotline import triggers as t
from hotline.calendar import WorkingCalendar
from hotline.draw_rules import DrawRules
from hotline.duties import Duty, Entry, Owed, Post, Rules, State
from hotline.lifecycle import EventType as E
from hotline.limits import Limit
from hotline.policy import Role
from hotline.situation import Situation

# fmt: off
ENTRIES: tuple[Entry, ...] = (
    Entry("P01", "962121转派工单", "指定专人负责，项目经理全程跟踪", Post.COMPANY, "30min", "三(一)¶1",
          t.is_relayed, t.by(E.ACCEPTED)),
    Entry("P02", "各类报修", "第一时间实地查看并核实", Post.MANAGER, "today", "三(一)¶2",
          t.is_repair, t.by(E.VISITED, E.REPAIRING)),
    Entry("P03", "属物业职责及能力范围", "尽快维修，完成后告知市民", Post.MANAGER, "due", "三(一)¶2",
          t.is_within_duty, t.by(E.CLOSED)),
    Entry("P04", "客观原因需延迟", "沟通解释并给出维修时限，原因排除后尽快维修", Post.MANAGER, "1wd", "三(一)¶2",
          t.is_delayed, t.is_promised),
    Entry("P05", "超出物业职责及能力", "现场告知原因，提供其他解决途径", Post.MANAGER, "today", "三(一)¶2",
          t.is_beyond, t.by(E.EXPLAINED)),
    Entry("P06", "投诉合理且能解决", "第一时间着手解决，给市民答复", Post.MANAGER, "1wd", "三(一)¶3",
          t.is_solvable_complaint, t.by(E.VISITED, E.REPAIRING, E.PUT_RIGHT, E.EXPLAINED, E.CLOSED)),
    Entry("P07", "投诉超出企业能力或职责", "立即上报业委会、居委会或街镇", Post.MANAGER, "today", "三(一)¶3",
          t.is_complaint_beyond, t.by(E.ESCALATED)),
    Entry("P08", "已办结", "第一时间回访，当面告知热线测评要求", Post.COMPANY, "1wd", "三(二)¶2",
          t.is_closed, t.by(E.FIRM_CALLED), ends="callback"),
    Entry("P09", "可能或已发现不满意", "主动联系市民询问情况，应改尽改", Post.MANAGER, "4wh", "三(二)¶2",
          t.is_dissatisfaction_likely, t.by(E.CONTACTED, E.PUT_RIGHT, E.FIRM_CALLED), ends="callback"),
    Entry("P10", "不满意程度较高", "亲自联系市民，给出解释或解决计划", Post.STREET_HANDLER, "1wd", "三(二)¶2",
          t.is_dissatisfaction_strong, t.by_the_street(E.CONTACTED, E.EXPLAINED, E.PUT_RIGHT), ends="callback"),
    Entry("P11", "维修资金审批中", "指导业委会或代行职责的居委会加快审批", Post.STREET, "week", "三(三)¶1",
          t.is_waiting_for_fund, t.by(E.FUND_APPROVED), ends="callback"),
    Entry("P12", "无业主大会或未开通维修资金账户", "指导组建业主大会、开通账户", Post.STREET, "month", "三(三)¶1",
          t.is_without_assembly, t.never, ends="callback"),
    Entry("P13", "相邻关系、综合整新", "相关部门及时介入，企业配合", Post.DEPARTMENTS, "1wd", "三(三)¶2",
          t.is_between_neighbours, t.by_the_street(E.VISITED, E.CONTACTED, E.EXPLAINED, E.PUT_RIGHT)),
    Entry("P14", "业主自用部位", "引导告知962121特约维修", Post.COMPANY, "1wd", "三(三)¶2",
          t.is_private_part, t.by(E.REFERRED)),
    Entry("P15", "项目经理处置困难", "提供业务指导和政策解释", Post.STREET_HANDLER, "1wd", "三(四)¶1",
          t.is_hard, t.by_the_street(E.CONTACTED, E.VISITED, E.EXPLAINED, E.PUT_RIGHT)),
    Entry("P16", "涉及信访、群访或涉法涉诉", "匹配信访编号或诉讼编号，填入办结内容", Post.STREET_HANDLER, "closing", "三(四)¶1",
          t.is_under_petition, t.number_is_matched, ends="callback"),
    Entry("P17", "重新交办，或962121判断为不满意", "立即核实并介入处置", Post.STREET_HANDLER, "30min", "三(四)¶2",
          t.is_for_the_liaison_group, t.by(E.ACCEPTED), ends="callback"),
    Entry("P18", "推送件暂时无法解决", "进一步沟通解释并告知维修期限", Post.STREET_HANDLER, "1wd", "三(四)¶2",
          t.is_not_solvable_now, t.is_promised, ends="callback"),
    Entry("P19", "962121判断为不满意", "推送12345房办联络员群", Post.CALL_CENTRE, "30min", "三(四)¶2",
          t.is_judged_dissatisfied, t.by(E.PUSHED), ends="callback"),
    Entry("P20", "尚未先行联系", "先行联系市民；逾期由街镇督促", Post.MANAGER, "1wd", "一",
          t.is_not_contacted, t.by(E.CONTACTED), then=Post.STREET_HANDLER),
    Entry("P21", "临近办理时限", "提醒按期完成；确需延期的说明原因", Post.MANAGER, "due", "一",
          t.is_near_due, t.by(E.CLOSED, E.DELAYED), then=Post.STREET_HANDLER),
    Entry("P22", "拟以解释说明办结", "再看一次能否实际解决", Post.STREET_HANDLER, "closing", "一",
          t.is_closing_by_explaining, t.by_the_street(E.VISITED, E.PUT_RIGHT), ends="callback"),
)
# fmt: on

#: Limits that are not an entry's own.
OTHER_LIMITS = {"P02.urgent": "30min"}
#: The names of the entries.
DUTIES = tuple(entry.id for entry in ENTRIES)
LIMIT_NAMES = (*DUTIES, *OTHER_LIMITS)


#: Calls that a desk can make in a day (inferred; a setting).
CAPACITIES: Mapping[Role, int] = {
    Role.MANAGER: 6,
    Role.COMPANY: 20,
    Role.EMERGENCY_STATION: 10,
    Role.STREET_HANDLER: 20,
    Role.CALL_CENTRE: 40,
    Role.DISTRICT_CENTRE: 40,
}


@dataclass(frozen=True)
class Playbook:
    """The table with the limits and rules in force; a street may have limits of its own.

    limits  : by entry, such as P09, or by the name of another limit, such as P02.urgent
    streets : the same of single streets, by street
    capacities : calls a day, by who makes them
    desks   : the same of single desks, by whose orders they are: a street, a company, a manager
    draw    : how the discretionary calls near a queue's cut line are drawn, if at all
    """

    limits: Mapping[str, Limit] = field(default_factory=dict)
    streets: Mapping[str, Mapping[str, Limit]] = field(default_factory=dict)
    rules: Rules = field(default_factory=Rules)
    capacities: Mapping[Role, int] = field(default_factory=lambda: dict(CAPACITIES))
    desks: Mapping[str, int] = field(default_factory=dict)
    calendar: WorkingCalendar = field(default_factory=WorkingCalendar)
    draw: DrawRules = field(default_factory=DrawRules)

    def duties(self, order: Situation, posts: Container[Post] = frozenset(Post)) -> list[Duty]:
        """The duties that apply to an order at its moment: what is owed first, the most pressing at the top.

        With `posts` only entries that can fall to these.
        """
        entries = (entry for entry in ENTRIES if entry.post in posts or entry.then in posts)
        found = (self._duty(entry, order) for entry in entries)
        return sorted((duty for duty in found if duty), key=pressing)

    def capacity(self, role: Role, whose: str = "") -> int:
        """So many calls a desk can make in a day: one of its own number, or of its role."""
        return self.desks.get(whose, self.capacities.get(role, 0))

    def limit(self, name: str, street: str | None = None) -> Limit:
        """The limit of an entry, or of another name, in a street."""
        own = self.streets.get(street or "", {})
        found = own.get(name) or self.limits.get(name)
        return found or _USUAL[name]

    def _duty(self, entry: Entry, order: Situation) -> Duty | None:
        owed = entry.owed(order, self.rules)
        if owed is None:
            return None
        limit = self.limit(owed.limit or entry.id, order.order.street)
        due_at = _first(limit.ends(owed.since, order.order.due_at, self.calendar), owed.until)
        done_at = _first(entry.done_at(order, owed.since), _recorded(order, entry.id, owed.since))
        state = _state(entry, order, owed, due_at, done_at)
        is_passed_on = entry.then is not None and state is State.OVERDUE
        post = entry.then if is_passed_on and entry.then else entry.post
        return Duty(entry, post, owed.since, due_at, done_at, state, limit.zh)


_BY_ID = {entry.id: entry for entry in ENTRIES}
_USUAL = {name: Limit.of(OTHER_LIMITS.get(name) or _BY_ID[name].limit) for name in LIMIT_NAMES}


def _state(
    entry: Entry, order: Situation, owed: Owed, due_at: datetime | None, done_at: datetime | None
) -> State:
    if any(event.duty == entry.id for event in order.events(E.NOT_NEEDED, since=owed.since)):
        return State.NOT_NEEDED
    if done_at is not None:
        return State.DONE_LATE if due_at is not None and done_at > due_at else State.DONE
    is_over = order.over_at is not None or (entry.ends == "closing" and order.closing is not None)
    if is_over:
        return State.MISSED
    return State.OVERDUE if due_at is not None and order.at > due_at else State.OPEN


def _recorded(order: Situation, name: str, since: datetime) -> datetime | None:
    """When somebody recorded an event as this very duty."""
    done = (
        e for e in order.order.events if e.duty == name and e.type != E.NOT_NEEDED and e.known_at >= since
    )
    return min((event.known_at for event in done), default=None)


def _first(*moments: datetime | None) -> datetime | None:
    return min((moment for moment in moments if moment is not None), default=None)


def pressing(duty: Duty) -> tuple[bool, bool, float, str]:
    """What is owed before what is done, dates before lists, early dates before late ones."""
    is_list = _USUAL[duty.entry.id].is_a_list
    due = duty.due_at.timestamp() if duty.due_at else float("inf")
    return not duty.state.is_owed, is_list, due, duty.entry.id
