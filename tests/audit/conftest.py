"""An honest extract of its own for every test."""

from pathlib import Path

import pytest

from tests.audit.extracts import Extract


@pytest.fixture
def extract(tmp_path: Path) -> Extract:
    """An honest extract, in which a test may plant something."""
    return Extract(tmp_path)
