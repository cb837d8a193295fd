"""The open orders of an extract, scored into a sheet: `qingling score --file DESCRIPTION.toml --out scores.xlsx`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from desk.laid_over import LaidOver
from desk.playbook_in_force import PlaybookInForce
from desk.score_table import SheetKind, write_scores
from desk.scorer import Scorer
from desk.settings import Settings
from hotline.calendar import from_micros, to_micros
from hotline.errors import ArgumentError
from models.registry import Registry
from pipelines.score import parse_moment
from store.database import Store, open_store
from store.extracts.description import Description
from store.extracts.description_file import read_description
from store.extracts.extract import read_extract
from store.extracts.pseudonyms import Pseudonyms
from store.extracts.rejects import Rejects
from store.extracts.times import parse_moment as taken_moment
from store.loading.load import Loading


@dataclass(frozen=True)
class FileScored:
    """What became of the extract's orders; `rejects_file` lists the rows that were refused."""

    scored: int
    not_open: int
    at: datetime
    rejected: dict[str, int]
    rejects_file: Path | None


def score_file(
    settings: Settings,
    description: Path,
    out: Path,
    at: str | None,
    progress: Callable[[str], None] = lambda _: None,
) -> FileScored:
    """Score the open orders of an extract amid everybody's history; nothing is kept in the store.

    The moment is `at`, else the description's `taken_at`, else the newest fact of the extract. Raises
    ArgumentError where the sheet's name ends in neither .csv nor .xlsx.
    """
    kind = _kind(out)
    described = read_description(description)
    champion = Registry(settings.home).champion()
    store = open_store(settings.home, settings.dataset or champion.model.span.dataset, settings.database_url)
    with TemporaryDirectory() as folder:
        over = open_store(Path(folder), "laid_over")
        try:
            rejects = _load(described, settings, over, progress)
            moment = parse_moment(at) if at else _moment(described, over)
            progress("reading history")
            laid = LaidOver(store, over)
            scorer = Scorer(laid, champion, partial(PlaybookInForce.of(settings).band_limits, store.engine))
            progress("scoring")
            scored = scorer.score_open(moment, laid.order_ids)
        finally:
            over.close()
            store.close()
    with out.open("wb") as sheet:
        write_scores(scored.predictions, kind, sheet)
    refused = out.with_name(f"{out.stem}-rejected.csv") if rejects.refusals else None
    if refused:
        rejects.write(refused)
    found = len(scored.predictions)
    return FileScored(found, len(laid.order_ids) - found, moment, rejects.by_reason(), refused)


def _load(
    described: Description, settings: Settings, over: Store, progress: Callable[[str], None]
) -> Rejects:
    now, rejects = to_micros(datetime.now(UTC)), Rejects()
    taken_at = taken_moment(described.taken_at, described.zone, "taken_at") if described.taken_at else now
    pseudonyms = Pseudonyms.open(settings.home)
    extract = read_extract(described, taken_at, rejects, pseudonyms.of, progress)
    Loading(described, rejects, taken_at, now, progress).load(over.engine, extract)
    return rejects


def _moment(described: Description, over: Store) -> datetime:
    if described.taken_at:
        return from_micros(taken_moment(described.taken_at, described.zone, "taken_at"))
    frames = over.frames()
    newest = [int(f["known_at"].max()) for f in frames.values() if "known_at" in f and len(f)]
    if not newest:
        raise ArgumentError("the extract holds no order that could be scored")
    return from_micros(max(newest))


def _kind(out: Path) -> SheetKind:
    ending = out.suffix.lower().removeprefix(".")
    if ending not in tuple(SheetKind):
        raise ArgumentError(f"{out.name}: give the sheet a name that ends in .csv or .xlsx")
    return SheetKind(ending)


def print_done(done: FileScored, out: Path) -> None:
    """What was scored, left out and refused."""
    print(f"{done.scored:,} open orders scored as of {done.at.isoformat(timespec='minutes')}: {out}")
    if done.not_open:
        print(f"{done.not_open:,} orders of the extract are not open at that moment and are left out")
    for reason, count in done.rejected.items():
        print(f"refused {count:,}: {reason}")
    if done.rejects_file:
        print(f"rows refused: {done.rejects_file}")
