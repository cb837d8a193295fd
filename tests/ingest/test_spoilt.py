"""Spoilt extracts: nothing vanishes, nothing ends in a traceback; the long form is `make torture`."""

from pathlib import Path
from random import Random

from tests.torture.spoilt_extracts import Tally, spoil_bytes, spoil_cells


def test_every_spoilt_row_is_loaded_or_refused_with_its_reason(tmp_path: Path) -> None:
    tally = Tally()
    spoil_cells(tmp_path / "cells", Random(1), 300, tally)
    assert tally.rows == 600 == tally.loaded + tally.refused
    assert tally.loaded and tally.refused and len(tally.reasons) > 5


def test_a_file_with_spoilt_bytes_is_loaded_or_refused_in_a_line(tmp_path: Path) -> None:
    tally = Tally()
    for number in range(6):
        spoil_bytes(tmp_path / f"f{number}", Random(number), tally)
    assert tally.files == 6
