"""The page of the playbook is written from its table, and current."""

from pathlib import Path

from hotline.playbook import ENTRIES
from pipelines.playbook_docs import playbook_page

PAGE = Path(__file__).parents[2] / "docs" / "playbook.md"


def test_the_page_of_the_playbook_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == playbook_page(), "run `make docs`"


def test_every_entry_says_when_it_is_owed_and_what_does_it() -> None:
    for entry in ENTRIES:
        assert (entry.owed.__doc__ or "").startswith(f"{entry.id}: "), entry.id
        assert entry.done_at.__doc__, entry.id
