"""Opening a workbook where nobody else suffers from it: `python -m store.extracts.trial FILE`.

Two cells at opposite corners make a sheet of billions; what reads workbooks ends its process where it cannot have
the memory for them.
"""

import resource
import subprocess
import sys
from enum import IntEnum
from pathlib import Path

#: Bytes and seconds that a workbook may take, and cells that a sheet of it may span, empty ones too.
_MOST_MEMORY, _MOST_SECONDS, _MOST_CELLS = 1024 * 1024 * 1024, 60, 4_000_000


class Outcome(IntEnum):
    """What became of it, as the process's exit says it; with a password or damaged as usual it opens."""

    OPENS = 0
    DAMAGED = 1
    TOO_LARGE = 3


def tried(path: Path) -> Outcome:
    """Whether every sheet of the workbook can be opened, found out in a process of its own."""
    told = [sys.executable, "-P", "-m", __name__, str(path)]
    try:
        ended = subprocess.run(  # noqa: S603 - this very program, on a path of ours
            told, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=_MOST_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return Outcome.TOO_LARGE
    return Outcome(ended.returncode) if ended.returncode in set(Outcome) else Outcome.TOO_LARGE


def _opened(path: str) -> Outcome:
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    try:
        book = CalamineWorkbook.from_path(path)
        for name in book.sheet_names:
            sheet = book.get_sheet_by_name(name)
            if sheet.total_height * sheet.total_width > _MOST_CELLS:
                return Outcome.TOO_LARGE
    except (CalamineError, PasswordError):
        pass  # whoever opens it next says why
    return Outcome.OPENS


def main() -> None:
    """Open the file that is named, within limits that hold for this process alone."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
    sys.exit(_opened(sys.argv[1]))


if __name__ == "__main__":
    main()
