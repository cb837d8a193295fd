"""What a request turned out to be: who asked for what, about which orders; kept for the audit log."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import Engine
from starlette.types import Scope

from desk.access.person import Person
from hotline.policy import Action
from store.access.audit_log import AuditEntry

_STATE = "visit"


@dataclass
class Visit:
    """One request. `is_refused` marks what the role or the scope forbade; `said`, what a change was, beyond its status."""

    person: Person | None = None
    engine: Engine | None = None
    action: Action | None = None
    order_ids: list[str] = field(default_factory=list)
    is_refused: bool = False
    said: str = ""

    def say(self, what: str) -> None:
        """Note what was changed, such as which account; never a text or a secret."""
        self.said = what

    def about(self, order_ids: Iterable[str]) -> None:
        """Note which orders it concerns."""
        self.order_ids.extend(order_ids)

    def entries(self, status: int, at: int, request_id: str) -> list[AuditEntry]:
        """What the audit log keeps: a line for each order, or one where it is about none.

        What was asked for in vain is not repeated: it may be anything, a phone number too.
        """
        if self.person is None or self.action is None:
            return []
        outcome = "refused" if self.is_refused or status == 403 else str(status)
        if self.said and status < 400:
            outcome = self.said
        orders: list[str | None] = []
        if status < 400 or self.is_refused:
            orders.extend(dict.fromkeys(self.order_ids))
        return [
            AuditEntry(
                at, self.person.label, self.person.role.value, self.action.value, order, outcome, request_id
            )
            for order in orders or [None]
        ]


def begin(scope: Scope) -> Visit:
    """A new visit for this request."""
    visit = Visit()
    scope.setdefault("state", {})[_STATE] = visit
    return visit


def visit_of(scope: Scope) -> Visit:
    """The visit of this request."""
    found: Visit = scope["state"][_STATE]
    return found


def has_begun(scope: Scope) -> bool:
    """Whether the request came far enough to have a visit."""
    return _STATE in scope.get("state", {})
