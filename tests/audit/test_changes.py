"""What an earlier extract says otherwise, although it was known by then."""

from pathlib import Path

import numpy as np
import pytest

from pipelines.audit import audit_extract
from tests.audit.extracts import Extract, attribute

MIDDLE = "2026-07-01 00:00:00"


def changed(extract: Extract, now: np.ndarray, known_from: str) -> list[tuple[str, str, str]]:
    """What is found changed, of a column that is `now` otherwise than in the middle of the year."""
    earlier, later = extract.orders.copy(), extract.orders.assign(state=now)
    seen = earlier["received"] < MIDDLE
    earlier = earlier[seen].assign(closed=earlier["closed"].where(earlier["closed"] < MIDDLE))
    for name in ("called", "rating", "channel", "answered"):
        earlier[name] = earlier[name].where(earlier["called"] < MIDDLE)
    declared = attribute("state", known_from=known_from)
    old = Extract(extract.folder, earlier).wide(
        declared, lambda t: t.replace("2026-12-01 00:00:00", MIDDLE), "old"
    )
    new = Extract(extract.folder, later).wide(declared, name="new")
    return described(new, old)


def described(new: Path, old: Path) -> list[tuple[str, str, str]]:
    findings = audit_extract(new, old)
    return [
        (f.column, f.kind.value, f.severity.value) for f in findings if f.kind.value.startswith("changed")
    ]


@pytest.fixture
def extract(extract: Extract) -> Extract:
    extract.orders["state"] = np.resize(np.array(["甲", "乙", "丙"], dtype=object), len(extract.orders))
    return extract


@pytest.mark.parametrize("known_from", ["received", "contacted", "closed"])
def test_a_column_rewritten_after_it_was_known_is_severe(extract: Extract, known_from: str) -> None:
    is_rewritten = np.arange(len(extract.orders)) % 20 == 0
    now = np.where(is_rewritten, "丁", extract.orders["state"])
    assert changed(extract, now, known_from) == [("state", "changed_between_extracts", "severe")]


def test_a_column_that_changes_until_the_closing_is_none_if_it_says_so(extract: Extract) -> None:
    was_open = (extract.orders["closed"] >= MIDDLE).to_numpy()
    now = np.where(was_open, "丁", extract.orders["state"])
    assert changed(extract, now, "closed") == []
    assert changed(extract, now, "received") == [("state", "changed_between_extracts", "severe")]


def test_one_correction_is_a_note(extract: Extract) -> None:
    now = extract.orders["state"].to_numpy().copy()
    now[3] = "丁"
    assert changed(extract, now, "received") == [("state", "changed_between_extracts", "note")]


def test_nothing_changed_is_no_finding(extract: Extract) -> None:
    assert changed(extract, extract.orders["state"].to_numpy(), "received") == []
