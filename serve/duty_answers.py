"""The answers that tell of duties."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from desk.duties import OwedBy, OwedList
from hotline.duties import Duty, Post, State


class DutyOut(BaseModel):
    """An entry of the playbook that applies to an order."""

    duty: str = Field(description="its name, such as P09; an event that does it may carry it as `duty`")
    trigger_zh: str
    duty_zh: str
    post: Post = Field(description="who owes it now")
    post_zh: str
    since: datetime
    due_at: datetime | None = Field(description="null where it has no date of its own")
    limit_zh: str
    done_at: datetime | None
    state: State
    state_zh: str
    clause: str = Field(description="of the notice 浦建委物管〔2023〕55号")

    @classmethod
    def of(cls, duty: Duty) -> "DutyOut":
        """The answer that carries a duty."""
        return cls(
            duty=duty.entry.id,
            trigger_zh=duty.entry.trigger,
            duty_zh=duty.entry.duty,
            post=duty.post,
            post_zh=duty.post.zh,
            since=duty.since,
            due_at=duty.due_at,
            limit_zh=duty.limit_zh,
            done_at=duty.done_at,
            state=duty.state,
            state_zh=duty.state.zh,
            clause=duty.entry.clause,
        )


class OwedOut(DutyOut):
    """A duty of one of your orders."""

    order_id: str


class OwedListOut(BaseModel):
    """What your open orders owe, the most pressing first."""

    as_of: datetime
    total: int = Field(description="all duties of these posts that are owed")
    overdue: int = Field(description="those of them that are late")
    duties: list[OwedOut]

    @classmethod
    def told(cls, owed: OwedList, at: datetime) -> "OwedListOut":
        """The answer that carries a list of duties."""
        duties = [OwedOut(order_id=name, **DutyOut.of(duty).model_dump()) for name, duty in owed.first]
        return cls(as_of=at, total=owed.total, overdue=owed.overdue, duties=duties)


class DutiesOut(BaseModel):
    """What an order owes, the most pressing first; then what was done."""

    order_id: str
    as_of: datetime
    basis: Literal["risk_and_clocks", "clocks"] = Field(
        description="clocks where no score of it was logged yet"
    )
    duties: list[DutyOut]

    @classmethod
    def of(cls, owed: OwedBy) -> "DutiesOut":
        """The answer that carries an order's duties."""
        return cls(
            order_id=owed.order_id,
            as_of=owed.as_of,
            basis="risk_and_clocks" if owed.is_scored else "clocks",
            duties=[DutyOut.of(duty) for duty in owed.duties],
        )
