"""Which proposal is open, and for how long a promotion is fresh, follow from the record alone."""

from datetime import UTC, datetime, timedelta

import pytest

from desk.promotion.proposals import UNDO_DAYS, fresh_promotion, open_proposal
from models.changes import Change, ChangeKind

NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)


def a_change(kind: ChangeKind, version: str = "2", before: str | None = "1", days_ago: float = 0) -> Change:
    return Change(kind, NOW - timedelta(days=days_ago), "分析", version, before)


@pytest.mark.parametrize("later", [kind for kind in ChangeKind if kind is not ChangeKind.PROPOSED])
def test_whatever_is_done_later_ends_a_proposal(later: ChangeKind) -> None:
    proposed = a_change(ChangeKind.PROPOSED)
    found = open_proposal([proposed], "1")
    assert found and (found.number, found.change) == (1, proposed)
    assert open_proposal([proposed, a_change(later)], "1") is None


def test_another_champion_ends_a_proposal_too() -> None:
    assert open_proposal([a_change(ChangeKind.PROPOSED)], "3") is None
    assert open_proposal([a_change(ChangeKind.PROPOSED, before=None)], None) is not None


def test_a_promotion_is_fresh_for_a_week_and_only_while_it_serves() -> None:
    promoted = a_change(ChangeKind.PROMOTED, days_ago=UNDO_DAYS - 0.1)
    assert fresh_promotion([promoted], "2", NOW) == promoted
    assert fresh_promotion([promoted], "3", NOW) is None
    assert fresh_promotion([a_change(ChangeKind.PROMOTED, days_ago=UNDO_DAYS + 0.1)], "2", NOW) is None
    back = a_change(ChangeKind.ROLLED_BACK, version="2", before="3")
    assert fresh_promotion([promoted, back], "2", NOW) is None
    assert fresh_promotion([promoted, a_change(ChangeKind.PROPOSED, "4", "2")], "2", NOW) == promoted
