"""A version with what is kept of it: when it was made, the report of its backtest, and its card."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from models.registry import Registry
from models.tracking import Listed

REPORT, CARD = "report.json", "card.json"


@dataclass(frozen=True)
class Version:
    """A version; `report` is empty and `card` None where they were lost, or never made."""

    listed: Listed
    report: Mapping[str, Any]
    card: Mapping[str, Any] | None

    @property
    def version(self) -> str:
        """Its number."""
        return self.listed.version


def version_of(home: Path, row: Listed) -> Version:
    """A version with what is kept of it."""
    report, card = _kept(home, row)
    return Version(row, report or {}, card)


def page_of(home: Path, version: str) -> Path:
    """Where the page of a version's card lies, if it was written."""
    return home / "reports" / f"card-{version}.html"


@lru_cache(maxsize=256)
def _kept(home: Path, row: Listed) -> tuple[Mapping[str, Any] | None, Mapping[str, Any] | None]:
    """Report and card, which never change once a version is there; a restore may bring another of its number."""
    registry = Registry(home)
    return _read(registry.file(row.version, REPORT)), _read(registry.file(row.version, CARD))


def _read(content: bytes | None) -> Mapping[str, Any] | None:
    try:
        found = json.loads(content) if content else None
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
