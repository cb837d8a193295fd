"""An extract goes into the store: `qingling ingest DESCRIPTION.toml`."""

from dataclasses import asdict
from pathlib import Path

from desk.ingest import IngestSummary, ingest
from desk.settings import Settings, load_settings
from hotline.errors import QinglingError
from pipelines.printing import console

__all__ = ["IngestSummary", "ingest", "run"]


def run(description: Path, as_json: bool = False, settings: Settings | None = None) -> int:
    """Ingest, and print the summary for people or as JSON; the exit code."""
    from rich.console import Console

    told = Console(stderr=True)
    try:
        with told.status("reading the description") as status:
            summary = ingest(description, settings or load_settings(), status.update)
    except QinglingError as error:
        told.print(f"nothing loaded: {error}", style="red", markup=False, soft_wrap=True)
        return 1
    if as_json:
        import orjson

        print(orjson.dumps(asdict(summary)).decode())
    else:
        _print(summary)
    return 0


def _print(summary: IngestSummary) -> None:
    from rich.table import Table

    out = console()
    table = Table("", "new", "unchanged", "corrected", title=f"{summary.description} → {summary.dataset}")
    for kind, new in summary.new.items():
        table.add_row(kind, f"{new:,}", f"{summary.unchanged[kind]:,}", f"{summary.corrected[kind]:,}")
    out.print(f"read {', '.join(f'{rows:,} rows of {file}' for file, rows in summary.read.items())}")
    out.print(table)
    if summary.first_received:
        out.print(f"received {summary.first_received} to {summary.last_received}")
    for reason, count in summary.rejected.items():
        out.print(f"refused {count:,}: {reason}")
    if summary.refused_ratings:
        words = ", ".join(f"{word} ({count:,})" for word, count in summary.refused_ratings.items())
        told = f"ratings lost, for their words are not in [scale]: {words}"
        out.print(told, style="red", soft_wrap=True)
    if summary.rejects_file:
        out.print(f"rows refused: {summary.rejects_file}", soft_wrap=True)
    for file, columns in summary.ignored_columns.items():
        out.print(f"{file}: columns left alone: {', '.join(columns)}", soft_wrap=True)
    for file in summary.absent_files:
        out.print(f"{file}: not there, and optional")
    if summary.stops_training:
        named = ", ".join(summary.stops_training)
        out.print(
            f"the audit stops training: {named}; see qingling audit {summary.description}", soft_wrap=True
        )
    out.print(f"{summary.seconds} s")
