"""What a duty is: an entry of the playbook that applies to an order, to whom it falls and how it stands."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from hotline.policy import Role
from hotline.situation import STREET, Situation


class Post(StrEnum):
    """Who owes a duty, in the notice's words."""

    COMPANY = "company"
    MANAGER = "manager"
    STREET_HANDLER = "street_handler"
    STREET = "street"
    DEPARTMENTS = "departments"
    CALL_CENTRE = "call_centre"

    @property
    def zh(self) -> str:
        """The post as people write it."""
        return _POST_ZH[self]


_POST_ZH = {
    Post.COMPANY: "物业企业",
    Post.MANAGER: "项目经理",
    Post.STREET_HANDLER: "街镇处置人员",
    Post.STREET: "街镇",
    Post.DEPARTMENTS: "街镇相关部门",
    Post.CALL_CENTRE: "962121",
}


#: The posts whose duties people of a role do; the others see them all.
_POSTS_OF = {
    Role.MANAGER: frozenset({Post.MANAGER}),
    Role.COMPANY: frozenset({Post.COMPANY, Post.MANAGER}),
    Role.EMERGENCY_STATION: frozenset({Post.MANAGER}),
    Role.STREET_HANDLER: frozenset({Post.STREET_HANDLER, Post.STREET, Post.DEPARTMENTS}),
    Role.CALL_CENTRE: frozenset({Post.CALL_CENTRE}),
}


def posts_of(role: Role) -> frozenset[Post]:
    """Whose duties someone of this role is shown."""
    return _POSTS_OF.get(role, frozenset(Post))


#: For whom people of a role act when they call, as the group of an event; the others act for the firm.
_GROUPS = {
    Role.STREET_HANDLER: STREET,
    Role.DISTRICT_CENTRE: Post.CALL_CENTRE.zh,
    Role.CALL_CENTRE: Post.CALL_CENTRE.zh,
}


def group_of(role: Role) -> str:
    """The group under which someone of this role writes down what they did."""
    return _GROUPS.get(role, Post.COMPANY.zh)


class State(StrEnum):
    """How a duty stands."""

    OPEN = "open"
    OVERDUE = "overdue"
    DONE = "done"
    DONE_LATE = "done_late"
    NOT_NEEDED = "not_needed"
    MISSED = "missed"

    @property
    def zh(self) -> str:
        """The state as people write it."""
        return _STATE_ZH[self]

    @property
    def is_owed(self) -> bool:
        """Whether something is still to be done."""
        return self in (State.OPEN, State.OVERDUE)


_STATE_ZH = {
    State.OPEN: "待办",
    State.OVERDUE: "已超时",
    State.DONE: "已完成",
    State.DONE_LATE: "超时完成",
    State.NOT_NEEDED: "无需办理",
    State.MISSED: "未办",
}


@dataclass(frozen=True)
class Owed:
    """Since when a duty is owed.

    limit : the name of another limit than the entry's own, such as P02.urgent
    until : by when at the latest, whatever the limit says
    """

    since: datetime
    limit: str | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Entry:
    """One line of the playbook.

    limit   : what the limit is by default, as `hotline.limits` reads it
    owed    : whether it applies to an order as it stands, and since when
    done_at : when it was done since then; None while it is not
    ends    : closing or callback: what is owed until the order is closed, or until it is called back
    then    : to whom it falls once it is overdue
    """

    id: str
    trigger: str
    duty: str
    post: Post
    limit: str
    clause: str
    owed: Callable[[Situation, "Rules"], Owed | None]
    done_at: Callable[[Situation, datetime], datetime | None]
    ends: str = "closing"
    then: Post | None = None


@dataclass(frozen=True)
class Rules:
    """What the entries go by beside the order itself; settings, not findings.

    likely, strong : the risks from which dissatisfaction is likely, and strong
    near_hours     : hours before the due date from which it is near
    urged          : so many urges make an order hard for its manager
    claim_hours    : hours for which an order of the queue stays with whoever claimed it
    """

    likely: float = 0.3
    strong: float = 0.5
    near_hours: float = 24.0
    urged: int = 3
    beyond_the_firm: frozenset[str] = frozenset({"违建群租", "噪声", "维修资金使用"})
    neighbours: frozenset[str] = frozenset({"违建群租", "噪声"})
    private_part: str = "自用"
    petition_words: tuple[str, ...] = ("信访件", "信访编号", "已信访", "群访", "已起诉", "诉讼", "法院")
    claim_hours: float = 4.0

    @property
    def claims_held_for(self) -> timedelta:
        """How long an order stays claimed by whoever took it and did nothing."""
        return timedelta(hours=self.claim_hours)


@dataclass(frozen=True)
class Duty:
    """An entry of the playbook that applies to an order at a moment.

    post   : who owes it now: whoever it falls to once it is overdue
    due_at : None where it has no date of its own
    """

    entry: Entry
    post: Post
    since: datetime
    due_at: datetime | None
    done_at: datetime | None
    state: State
    limit_zh: str

    @property
    def is_overdue(self) -> bool:
        """Whether it is still owed, and late."""
        return self.state is State.OVERDUE
