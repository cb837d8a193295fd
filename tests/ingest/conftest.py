"""Small extracts on disk, and what ingesting them left in the store."""

import csv
import gzip
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from desk.settings import Settings
from hotline.calendar import NO_TIME, SHANGHAI, to_micros
from pipelines.ingest import IngestSummary, ingest
from store.database import open_store


def at(text: str) -> int:
    """The microseconds of a time in Shanghai."""
    return to_micros(datetime.fromisoformat(text).replace(tzinfo=SHANGHAI))


def typed(text: str) -> datetime:
    """A time as a spreadsheet keeps it: without a zone."""
    return datetime.fromisoformat(text)


@dataclass
class Folder:
    """A folder with an extract and its description."""

    path: Path
    settings: Settings

    def write(self, name: str, text: str, encoding: str = "utf-8") -> None:
        """Write a file; a name that ends in .gz is compressed."""
        content = text.encode(encoding)
        (self.path / name).write_bytes(gzip.compress(content) if name.endswith(".gz") else content)

    def ingest(self, description: str, name: str = "export.toml") -> IngestSummary:
        """Write the description and ingest what it describes."""
        self.write(name, description)
        return ingest(self.path / name, self.settings)

    def frames(self, dataset: str | None = None) -> dict[str, pd.DataFrame]:
        """What the store holds."""
        store = open_store(self.settings.home, dataset, self.settings.database_url)
        try:
            return store.frames()
        finally:
            store.close()

    def order(self, order_id: str = "A1") -> dict[str, Any]:
        """The first revision of an order, what it leaves open left out."""
        orders = self.frames()["orders"]
        row = orders[orders["order_id"] == order_id].iloc[0]
        return {name: value for name, value in row.items() if not pd.isna(value)}

    def received(self, order_id: str) -> int:
        """When an order was received, as known last."""
        orders = self.frames()["orders"]
        given = orders[(orders["order_id"] == order_id) & (orders["received_at"] != NO_TIME)]
        return int(given["received_at"].iloc[-1])

    def rejected(self, summary: IngestSummary) -> list[dict[str, str]]:
        """The rejects file, row by row."""
        if summary.rejects_file is None:
            return []
        with Path(summary.rejects_file).open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))


@pytest.fixture
def folder(tmp_path: Path, settings: Settings) -> Folder:
    """A folder whose extracts go into SQLite."""
    return _folder(tmp_path, settings)


@pytest.fixture
def either_folder(tmp_path: Path, either_settings: Settings) -> Folder:
    """A folder whose extracts go into each database in turn."""
    return _folder(tmp_path, either_settings)


def _folder(tmp_path: Path, settings: Settings) -> Folder:
    path = tmp_path / "export"
    path.mkdir()
    return Folder(path, settings)


#: A wide file: one row an order.
WIDE = """
[[files]]
path = "orders.csv"
order_id = "no"
[files.order]
received_at = "received"
category = { column = "category", known_from = "received" }
company = "company"
[[files.moments]]
type = "contacted"
at = "contacted"
[[files.moments]]
type = "closed"
at = "closed"
verdict = "verdict"
[[files.callbacks]]
rating = "rating"
by = { value = "city" }
at = "called"
"""
WIDE_HEADER = "no,received,category,company,contacted,closed,verdict,called,rating\n"

#: A long file: one row an event.
LONG = """
[[files]]
path = "events.csv"
order_id = "no"
[files.event]
type = "what"
at = "when"
actor = "who"
"""
LONG_HEADER = "no,what,when,who\n"
