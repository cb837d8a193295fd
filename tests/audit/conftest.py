"""An honest extract of its own for every test."""

from pathlib import Path

import pytest

from tests.audit.extracts import Extract, honest_orders


@pytest.fixture
def extract(tmp_path: Path) -> Extract:
    """An honest extract, in which a test may plant something."""
    return Extract(tmp_path)


@pytest.fixture
def big_extract(tmp_path: Path) -> Extract:
    """An honest extract in which hundreds are dissatisfied."""
    return Extract(tmp_path, honest_orders(4000, bad_share=0.3))
