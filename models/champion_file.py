"""The champion as the plain file that serving reads: replaced in one step, or not at all."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hotline.whole_files import write_whole

FILE = "models/champion.json"


@dataclass(frozen=True)
class ChampionFile:
    """The file under a home: which version serves, why, which served before it, and the model itself."""

    home: Path

    @property
    def path(self) -> Path:
        """Where it lies."""
        return self.home / FILE

    def exists(self) -> bool:
        """Whether anything was promoted."""
        return self.path.exists()

    def read(self) -> dict[str, Any]:
        """What it says; ValueError where it is damaged."""
        found = json.loads(self.path.read_text(encoding="utf-8"))
        if not isinstance(found, dict) or not {"version", "report", "model"} <= found.keys():
            raise ValueError(f"{self.path} is not a champion; run `qingling promote`")
        return found

    def serving(self) -> dict[str, Any] | None:
        """The version in service, why it serves and which served before it; None where it cannot be told."""
        try:
            found = self.read() if self.exists() else None
        except ValueError:
            return None
        return found and {
            "version": str(found["version"]),
            "reason": str(found.get("reason", "")),
            "before": list(found.get("before", [])),
        }

    def write(
        self, version: str, reason: str, before: list[str], report: Mapping[str, Any], model: str
    ) -> None:
        """Put a model, given as its JSON text, in service."""
        served = {
            "version": version,
            "reason": reason,
            "before": before,
            "report": dict(report),
            "model": json.loads(model),
        }
        write_whole(self.path, json.dumps(served, ensure_ascii=False))

    def mark(self) -> tuple[int, int] | None:
        """Changes whenever the champion does; None where there is none. One look at the file system."""
        try:
            found = self.path.stat()
        except FileNotFoundError:
            return None
        return found.st_mtime_ns, found.st_ino
