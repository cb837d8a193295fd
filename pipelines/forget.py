"""Retention: `qingling forget` takes texts, callers and scores out of the store, and of what is kept beside it."""

import re
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

from desk.kept_histories import remove_kept
from desk.opening import open_store_in_use
from desk.settings import Settings
from hotline.calendar import midnight, to_micros
from hotline.errors import ArgumentError
from hotline.policy import Action
from pipelines.access import note
from store import forgetting
from store.database import Store
from store.extracts.pseudonyms import Pseudonyms

_PSEUDONYM = re.compile(r"[0-9a-f]{20}")
Agreed = Callable[[int, str], bool]


def forget_before(settings: Settings, day: str, is_agreed: Agreed, now: datetime) -> str | None:
    """Forget orders received before a day (in Shanghai); what was done in one line, None if not agreed."""
    try:
        begins = midnight(date.fromisoformat(day))
    except ValueError:
        raise ArgumentError(f"{day!r} is no day; write it like 2026-01-01") from None
    if begins > now:
        raise ArgumentError(f"{day} lies in the future; orders that are still to come cannot be forgotten")
    moment = to_micros(begins)
    store = open_store_in_use(settings)
    try:
        which, what = forgetting.received_before(moment), f"orders received before {day}"
        if not is_agreed(forgetting.count(store.engine, which), what):
            return None
        given = forgetting.forget_given_scores(store.engine, moment)
        files = _remove_rejects(settings.home / "rejects", begins)
        return _forget(settings.home, store, which, what, now, forgetting.Forgotten(predictions=given), files)
    finally:
        store.close()


def forget_caller(settings: Settings, caller: str, is_agreed: Agreed, now: datetime) -> str | None:
    """Forget what came from a caller, named by number or pseudonym; the same answer."""
    is_pseudonym = _PSEUDONYM.fullmatch(caller) is not None
    pseudonym = caller if is_pseudonym else Pseudonyms.open(settings.home).of(caller)
    store = open_store_in_use(settings)
    try:
        which, what = forgetting.of_caller(pseudonym), "orders of one caller"
        if not is_agreed(forgetting.count(store.engine, which), what):
            return None
        return _forget(settings.home, store, which, what, now, forgetting.Forgotten(), 0)
    finally:
        store.close()


def _forget(
    home: Path,
    store: Store,
    which: forgetting.Which,
    what: str,
    now: datetime,
    before: forgetting.Forgotten,
    files: int,
) -> str:
    done = before + forgetting.forget(store.engine, which, to_micros(now))
    remove_kept(home, store.dataset)
    is_swept = forgetting.sweep(store.engine)
    told = f"{what}: {done.orders:,} orders blanked, {done.predictions:,} scores deleted"
    told += f", {files} files of refused rows deleted" if files else ""
    note(store, Action.FORGET, told)
    return (
        told if is_swept else f"{told}; copies wait in the -wal file until nobody reads: run it again later"
    )


def _remove_rejects(folder: Path, before: datetime) -> int:
    """Delete the files of rows refused by ingests before a moment; values of theirs stand in them."""
    old = [path for path in folder.glob("*.csv") if path.stat().st_mtime < before.timestamp()]
    for path in old:
        path.unlink()
    return len(old)
