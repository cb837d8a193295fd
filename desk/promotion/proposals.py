"""Which proposal is open, and which promotion is fresh, read from the record of changes alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from models.changes import Change, ChangeKind

#: For so long after a promotion the way back is offered first of all.
UNDO_DAYS = 7


@dataclass(frozen=True)
class Proposal:
    """That a version should take over from a champion, awaiting a second person.

    number: its line in the record, from 1
    """

    number: int
    change: Change


def open_proposal(changes: Sequence[Change], serving: str | None) -> Proposal | None:
    """The proposal that nobody has answered; whatever is done to the models after it ends it, another champion too.

    >>> open_proposal((), None) is None
    True
    """
    if changes and changes[-1].kind is ChangeKind.PROPOSED and changes[-1].before == serving:
        return Proposal(len(changes), changes[-1])
    return None


def fresh_promotion(changes: Sequence[Change], serving: str | None, now: datetime) -> Change | None:
    """The promotion of what serves now, while it is not older than `UNDO_DAYS`."""
    done = [change for change in changes if change.kind in (ChangeKind.PROMOTED, ChangeKind.ROLLED_BACK)]
    if not done or done[-1].kind is not ChangeKind.PROMOTED or done[-1].version != serving:
        return None
    return done[-1] if now - done[-1].at <= timedelta(days=UNDO_DAYS) else None
