"""What has to be in the store at the end: every write once, every score given, and the same scores again."""

from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from multiprocessing import get_context
from typing import Any

from sqlalchemy import text

from desk.consistency import recompute
from desk.settings import Settings
from hotline.calendar import to_micros
from models.registry import Registry
from store.connection import reading
from store.database import Store, open_store
from tests.torture.traffic import Ledger

#: Scores of one version are computed again in so many stretches.
_PARTS = 4


@dataclass(frozen=True)
class Again:
    """Logged scores computed again: how many, how many met a write, and those that differ, in words."""

    compared: int
    met: int
    differences: tuple[str, ...]


def not_kept(store: Store, ledger: Ledger) -> list[str]:
    """What of the ledger is not in the store exactly once."""
    with reading(store.engine) as connection:

        def ask(question: str) -> Sequence[Sequence[Any]]:
            return connection.execute(text(question)).all()

        try:
            ledger.check(ask)
        except AssertionError as error:
            return [f"store: {error}"]
    return []


def not_logged(store: Store, given: Iterable[tuple[str, str, str, float]]) -> list[str]:
    """Scores that were given (order, moment, version, P(不满意)) and are not in the log exactly so.

    The same order asked for twice at one moment is one line.
    """
    question = text("SELECT order_id, as_of, model_version, p0 FROM predictions WHERE cause <> 'rescored'")
    with reading(store.engine) as connection:
        logged = {tuple(row) for row in connection.execute(question)}
    told = {(o, to_micros(datetime.fromisoformat(at)), v, p) for o, at, v, p in given}
    return [f"log: {row} is not there" for row in sorted(told - logged)]


def computed_again(settings: Settings, versions: Sequence[str], sample: int) -> Again:
    """So many logged scores of each version, as `qingling consistency` computes them; two processes share them."""
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        found = [
            pool.submit(_again, settings, version, sample, part)
            for version in versions
            for part in range(_PARTS)
        ]
        parts = [future.result() for future in found]
    differences = tuple(line for part in parts for line in part.differences)
    return Again(sum(p.compared for p in parts), sum(p.met for p in parts), differences)


def _again(settings: Settings, version: str, sample: int, part: int) -> Again:
    """One stretch of the scores drawn: neighbours share the history that they are computed from."""
    store, model = (
        open_store(settings.home, None, settings.database_url),
        Registry(settings.home).get(version),
    )
    try:
        drawn = store.drawn_predictions(version, sample)
        stretch = drawn[len(drawn) * part // _PARTS : len(drawn) * (part + 1) // _PARTS]
        found = recompute(store, model.model, stretch)
    finally:
        store.close()
    told = (
        f"again: {d.order_id} at {d.as_of}: {d.then} then, {d.now} now, {d.features}"
        for d in found.differences
    )
    return Again(found.compared, found.met, tuple(told))
