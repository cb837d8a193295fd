"""Who put which model in service, when and why: lines that are added, and never changed or removed."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from hotline.errors import QinglingError
from hotline.whole_files import write_whole

FILE = "models/changes.jsonl"


class ChangeKind(StrEnum):
    """What was done about a model."""

    PROPOSED = "proposed"
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"
    PROMOTED = "promoted"
    ROLLED_BACK = "rolled_back"


@dataclass(frozen=True)
class Change:
    """One line.

    at      : by this machine's clock
    by      : who did it, as the audit log names them
    version : the model that it is about
    before  : the champion at that time; None where there was none
    proposer: who had proposed it, where two had a hand in it
    """

    kind: ChangeKind
    at: datetime
    by: str
    version: str
    before: str | None = None
    reason: str = ""
    proposer: str | None = None
    is_forced: bool = False

    def to_json(self) -> str:
        """The line in the file."""
        return json.dumps(asdict(self) | {"at": self.at.isoformat()}, ensure_ascii=False)

    @classmethod
    def from_json(cls, line: str) -> "Change":
        """The change that such a line holds."""
        told = json.loads(line)
        kind, at = ChangeKind(told["kind"]), datetime.fromisoformat(told["at"])
        return cls(**(told | {"kind": kind, "at": at}))


@dataclass(frozen=True)
class ChangesFile:
    """The lines under a home, oldest first. Whoever adds one holds the registry."""

    home: Path

    def read(self) -> tuple[Change, ...]:
        """All of them; QinglingError where somebody damaged the file."""
        path = self.home / FILE
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        try:
            return tuple(map(Change.from_json, lines))
        except (ValueError, TypeError, KeyError) as error:
            raise QinglingError(f"{path} is damaged; put it back from a backup") from error

    def add(self, change: Change) -> None:
        """Add a line; the file is written whole, so that a kill leaves the old one or the new one."""
        lines = [*map(Change.to_json, self.read()), change.to_json()]
        write_whole(self.home / FILE, "".join(f"{line}\n" for line in lines))
