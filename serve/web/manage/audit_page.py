"""访问记录: who saw or changed what, newest first, by person, order, action and day; taken away as a sheet."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response, StreamingResponse
from pydantic import BaseModel, Field
from sqlalchemy import Engine

from desk.access.audit_words import action_zh, audit_sheet, outcome_zh, role_zh
from desk.access.person import Person
from hotline.calendar import midnight, to_micros
from hotline.policy import Action
from serve.access import allowed
from serve.web.manage.parts import AUDIT, Word, manage_page
from serve.words import FIRST_YEAR, LAST_YEAR
from store.access.accounts import all_accounts
from store.access.api_keys import all_keys
from store.access.audit_log import AuditEntry, Sought, is_guarded, sought

audit_pages = APIRouter(include_in_schema=False)
MayRead = Annotated[Person, allowed(Action.READ_AUDIT)]
_A_PAGE = 50
#: An export is read in pieces; so many lines at most, as many as a spreadsheet takes.
_PIECE, _MOST = 2_000, 1_000_000


class Asked(BaseModel):
    """Which entries, as the address says it."""

    person: Word = Field(default="", max_length=64)
    order: Word = Field(default="", max_length=64)
    action: Word = Field(default="", max_length=40)
    begin: Word = Field(default="", alias="from", max_length=10)
    end: Word = Field(default="", alias="to", max_length=10)
    before: int | None = Field(default=None, ge=1, le=2**31 - 1)

    @property
    def wrong(self) -> str:
        """Which of the days is none; empty where both are."""
        return "、".join(day for day in (self.begin, self.end) if day and _day(day) is None)

    def sought(self) -> Sought:
        """The same as the store is asked."""
        begin, end = _day(self.begin), _day(self.end)
        return Sought(
            order_id=self.order.strip() or None,
            person=self.person.strip() or None,
            action=self.action or None,
            since=to_micros(midnight(begin)) if begin else None,
            until=to_micros(midnight(end + timedelta(days=1))) if end else None,
        )

    def query(self, **changed: object) -> str:
        """The query of an address that asks for the same."""
        told = self.model_dump(by_alias=True, exclude={"before"}) | changed
        return urlencode({name: value for name, value in told.items() if value})


@audit_pages.get(AUDIT)
def audit_page(who: MayRead, request: Request, asked: Annotated[Asked, Query()]) -> Response:
    """A page of the log. Looking at it is noted in it."""
    engine = request.app.state.desk.store.engine
    found = sought(engine, asked.sought(), asked.before, _A_PAGE + 1)
    return manage_page(
        request,
        who,
        "manage_audit.html",
        AUDIT,
        entries=[entry for _, entry in found[:_A_PAGE]],
        older=asked.query(before=found[_A_PAGE - 1][0]) if len(found) > _A_PAGE else "",
        asked=asked,
        actions=list(Action),
        action_zh=action_zh,
        role_zh=role_zh,
        outcome_zh=outcome_zh,
        people=[*(a.name for a in all_accounts(engine)), *(f"key:{key.name}" for key in all_keys(engine))],
        is_guarded=is_guarded(engine),
    )


@audit_pages.get(f"{AUDIT}/export")
def export_audit(who: MayRead, request: Request, asked: Annotated[Asked, Query()]) -> Response:
    """All that is sought as CSV."""
    engine = request.app.state.desk.store.engine
    name = 'attachment; filename="audit-log.csv"'
    lines = audit_sheet(_all(engine, asked.sought()))
    return StreamingResponse(
        lines, media_type="text/csv; charset=utf-8", headers={"Content-Disposition": name}
    )


def _all(engine: Engine, what: Sought) -> Iterator[AuditEntry]:
    before: int | None = None
    for _ in range(_MOST // _PIECE):
        piece = sought(engine, what, before, _PIECE)
        yield from (entry for _, entry in piece)
        if len(piece) < _PIECE:
            return
        before = piece[-1][0]


def _day(written: str) -> date | None:
    try:
        found = date.fromisoformat(written)
    except ValueError:
        return None
    return found if FIRST_YEAR <= found.year < LAST_YEAR else None
