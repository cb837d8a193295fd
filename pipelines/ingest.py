"""An extract goes into the store: `qingling ingest DESCRIPTION.toml`."""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from desk.kept_findings import keep_findings
from desk.settings import Settings, load_settings
from desk.survey import Survey
from desk.unfinished import ingesting
from hotline.calendar import from_micros, to_micros
from hotline.errors import QinglingError
from models.audit.audit import audit
from models.audit.silent_words import shown
from pipelines.audit import reasons_of
from pipelines.printing import console
from store.database import make_current, open_store
from store.extracts.columns import NOT_IN_SCALE
from store.extracts.description_file import read_description
from store.extracts.extract import read_extract
from store.extracts.pseudonyms import Pseudonyms
from store.extracts.rejects import Rejects
from store.extracts.times import parse_moment
from store.loading.load import Loading

#: So many of the words of ratings that were refused are named.
_MOST_NAMED = 10


@dataclass(frozen=True)
class IngestSummary:
    """What an ingest read, loaded and refused."""

    description: str
    dataset: str
    read: dict[str, int]
    new: dict[str, int]
    unchanged: dict[str, int]
    corrected: dict[str, int]
    rejected: dict[str, int]
    rejects_file: str | None
    refused_ratings: dict[str, int]
    ignored_columns: dict[str, tuple[str, ...]]
    absent_files: tuple[str, ...]
    first_received: str | None
    last_received: str | None
    stops_training: tuple[str, ...]
    seconds: float


def ingest(
    description: Path, settings: Settings, progress: Callable[[str], None] = lambda _: None
) -> IngestSummary:
    """Load the extract that the description explains. DescriptionError if it cannot be used at all."""
    began = time.monotonic()
    now = datetime.now(UTC)
    described = read_description(description)
    taken_at = parse_moment(described.taken_at or now.isoformat(), described.zone, "taken_at")
    rejects = Rejects()
    pseudonyms = Pseudonyms.open(settings.home)
    survey = Survey(described)
    extract = read_extract(described, taken_at, rejects, pseudonyms.of, progress, survey.see)
    store = open_store(settings.home, described.dataset, settings.database_url)
    is_new = store.watermark() == 0
    with ingesting(settings.home, store, description):
        loading = Loading(described, rejects, taken_at, to_micros(now), progress)
        loaded = loading.load(store.engine, extract)
        progress("auditing")
        reasons = reasons_of(described)
        findings = audit(survey.material(extract, taken_at), reasons)
        keep_findings(settings.home, described.dataset, findings, reasons, is_new)
        make_current(settings.home, described.dataset)
    store.close()
    rejects_file = None
    if rejects.refusals:
        name = f"{description.stem}-{now:%Y%m%dT%H%M%S%f}.csv"
        rejects_file = settings.home / "rejects" / name
        rejects.write(rejects_file)
    return IngestSummary(
        description=str(description),
        dataset=described.dataset,
        read=extract.rows_read,
        new=loaded.new,
        unchanged=loaded.unchanged,
        corrected=loaded.corrected,
        rejected=rejects.by_reason(),
        rejects_file=str(rejects_file) if rejects_file else None,
        refused_ratings=_short(rejects.values_of(NOT_IN_SCALE)),
        ignored_columns={file: columns for file, columns in extract.ignored.items() if columns},
        absent_files=extract.absent,
        first_received=_day(loaded.first, described.zone),
        last_received=_day(loaded.last, described.zone),
        stops_training=tuple(f.column or f.kind.value for f in findings if f.stops_training),
        seconds=round(time.monotonic() - began, 1),
    )


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


def _short(words: dict[str, int]) -> dict[str, int]:
    """The most frequent words; a long one may be a remark, and is not shown."""
    named = shown(list(words)[:_MOST_NAMED], ())
    return {word: count for word, count in zip(named, words.values(), strict=False)}


def _day(micros: int | None, zone: ZoneInfo) -> str | None:
    return None if micros is None else from_micros(micros).astimezone(zone).date().isoformat()
