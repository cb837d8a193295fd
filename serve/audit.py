"""Who saw or changed what, for whoever answers for it."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from desk.access.person import Person
from hotline.calendar import SHANGHAI, from_micros
from hotline.policy import Action
from serve.access import allowed
from serve.api import CLOSED, INVALID
from serve.needs import Desk
from serve.schemas import Body
from serve.words import ID_LENGTH
from store.access.audit_log import entries

MayReadAudit = Annotated[Person, allowed(Action.READ_AUDIT)]

audit = APIRouter(prefix="/api/v1", responses=CLOSED | INVALID)


class AuditQuery(Body):
    """Which entries of the audit log."""

    order_id: str | None = Field(None, max_length=ID_LENGTH, description="about this order only")
    person: str | None = Field(None, max_length=ID_LENGTH, description="by this person, or key:NAME, only")
    before: int | None = Field(None, ge=1, le=2**31 - 1, description="older than this entry: the next page")
    limit: int = Field(100, ge=1, le=1_000, description="so many at most, the newest first")


class AuditEntryOut(BaseModel):
    """One thing that someone saw, changed or was refused."""

    entry: int
    at: datetime
    person: str
    role: str
    action: str
    order_id: str | None
    outcome: str = Field(description="the status of the answer, or refused")
    request_id: str


@audit.get("/audit")
def audit_log(who: MayReadAudit, asked: Annotated[AuditQuery, Query()], desk: Desk) -> list[AuditEntryOut]:
    """The audit log, the newest first. Looking at it is noted in it."""
    found = entries(desk.store.engine, asked.order_id, asked.person, asked.before, asked.limit)
    return [
        AuditEntryOut(entry=number, **{**vars(e), "at": from_micros(e.at).astimezone(SHANGHAI)})
        for number, e in found
    ]
