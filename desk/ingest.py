"""An extract goes into the store: by `qingling ingest DESCRIPTION.toml`, or from a page."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from desk.kept_findings import keep_findings, reasons_of
from desk.settings import Settings
from desk.survey import Survey
from desk.unfinished import ingesting
from hotline.calendar import from_micros, to_micros
from models.audit.audit import audit
from models.audit.silent_words import shown
from store.database import Store, open_store
from store.datasets import make_current
from store.extracts.columns import NOT_IN_SCALE
from store.extracts.description_file import read_description
from store.extracts.extract import Extract, read_extract
from store.extracts.pseudonyms import Pseudonyms
from store.extracts.rejects import Rejects
from store.extracts.times import parse_moment
from store.loading.load import Loading

#: Takes out of an extract what its sender may not bring, and writes down why.
Admit = Callable[[Store, Extract, Rejects], None]
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
    description: Path,
    settings: Settings,
    progress: Callable[[str], None] = lambda _: None,
    admit: Admit = lambda *_: None,
    rejects: Rejects | None = None,
) -> IngestSummary:
    """Load the extract that the description explains. DescriptionError if it cannot be used at all.

    `admit` refuses what its sender may not bring. Whoever gives `rejects` keeps what is refused; without, it stands
    in a file of its own.
    """
    is_kept_elsewhere = rejects is not None
    began = time.monotonic()
    now = datetime.now(UTC) + timedelta(seconds=settings.clock_ahead)
    described = read_description(description)
    taken_at = parse_moment(described.taken_at or now.isoformat(), described.zone, "taken_at")
    rejects = Rejects() if rejects is None else rejects
    pseudonyms = Pseudonyms.open(settings.home)
    survey = Survey(described)
    extract = read_extract(described, taken_at, rejects, pseudonyms.of, progress, survey.see)
    store = open_store(settings.home, described.dataset, settings.database_url)
    is_new = store.watermark() == 0
    with ingesting(settings.home, store, description):
        loading = Loading(
            described,
            rejects,
            taken_at,
            to_micros(now),
            progress,
            lambda piece: admit(store, piece, rejects),
        )
        loaded = loading.load(store.engine, extract)
        progress("auditing")
        reasons = reasons_of(described)
        findings = audit(survey.material(extract, taken_at), reasons)
        keep_findings(settings.home, described.dataset, findings, reasons, is_new)
        make_current(settings.home, described.dataset)
    store.close()
    rejects_file = None
    if rejects.refusals and not is_kept_elsewhere:
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


def _short(words: dict[str, int]) -> dict[str, int]:
    """The most frequent words; a long one may be a remark, and is not shown."""
    named = shown(list(words)[:_MOST_NAMED], ())
    return {word: count for word, count in zip(named, words.values(), strict=False)}


def _day(micros: int | None, zone: ZoneInfo) -> str | None:
    return None if micros is None else from_micros(micros).astimezone(zone).date().isoformat()
