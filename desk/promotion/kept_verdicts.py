"""What comparing a candidate with a champion found, kept under home, and the comparing itself: once for all workers."""

import json
import os
import time
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime
from multiprocessing import active_children, get_context
from pathlib import Path
from threading import Lock
from typing import Any

from desk.answers import finite
from desk.promotion.judging import Pair, pair_of
from desk.settings import Settings
from hotline.errors import QinglingError
from hotline.whole_files import alone_or_not, write_whole
from models.promotion import LEAST_DISSATISFIED, LEAST_RATED

FOLDER = "verdicts"
#: Grows with what is kept, so that another version of the program compares anew.
_FORMAT = 1
#: Seconds after which a comparison that could not be made is tried again.
_RETRY_AFTER = 600.0
#: How much a comparison steps back behind requests.
_NICENESS = 10
_WORK = "comparing models"
_starting = Lock()


def kept_verdict(settings: Settings, version: str, champion: str | None) -> dict[str, Any] | None:
    """What was found of this pair by the capacity in force; None where it is still to be compared.

    `problem` in it says why they could not be compared.
    """
    path = _path(settings.home, version, champion)
    try:
        found: dict[str, Any] = json.loads(path.read_text("utf-8"))
        age = time.time() - path.stat().st_mtime
    except (OSError, ValueError):
        return None
    if (found.get("format"), found.get("capacity")) != (_FORMAT, settings.capacity):
        return None
    return None if found["problem"] and age > _RETRY_AFTER else found


def compare_in_background(settings: Settings, version: str, champion: str | None) -> None:
    """Have a process of its own compare a version with the champion, unless one is at it.

    It takes from seconds to a minute and a district's whole history in memory, neither of which a worker that
    answers requests should be asked for.
    """
    with _starting, alone_or_not(_lock(settings.home)) as is_free:
        if is_free and not any(child.name == _WORK for child in active_children()):
            told = (settings, version, champion)
            get_context("spawn").Process(target=_stepping_back, args=told, name=_WORK, daemon=True).start()


def _stepping_back(settings: Settings, version: str, champion: str | None) -> None:
    with suppress(OSError):
        os.nice(_NICENESS)
    compare_and_keep(settings, version, champion)


def compare_and_keep(settings: Settings, version: str, champion: str | None) -> None:
    """Compare a version with the champion and keep what was found; nothing where another process is at it.

    Killed midway it leaves nothing, and the lock goes with it: whoever looks next begins again.
    """
    with alone_or_not(_lock(settings.home)) as is_alone:
        if is_alone:
            found = _found(settings, version, champion)
            path = _path(settings.home, version, found["champion"])
            write_whole(path, json.dumps(finite(found), ensure_ascii=False))


def forget_verdicts(home: Path) -> None:
    """Have everything compared anew."""
    for kept in (home / FOLDER).glob("*.json"):
        kept.unlink(missing_ok=True)


def _found(settings: Settings, version: str, champion: str | None) -> dict[str, Any]:
    told: dict[str, Any] = {
        "format": _FORMAT,
        "version": version,
        "champion": champion,
        "capacity": settings.capacity,
        "at": datetime.now(UTC).isoformat(),
        "problem": None,
        "granted": False,
        "gates": [],
        "slices": [],
        "figures": None,
    }
    try:
        return told | _compared(pair_of(settings, version), settings.capacity)
    except Exception as error:  # whatever it is: untold, it would be tried again and again
        return told | {"problem": str(error) if isinstance(error, QinglingError) else type(error).__name__}


def _compared(pair: Pair, capacity: float) -> dict[str, Any]:
    verdict, report = pair.verdict(capacity), pair.candidate.report
    return {
        "champion": pair.reigning.version if pair.reigning else None,
        "granted": verdict.granted,
        "gates": [asdict(gate) for gate in verdict.gates],
        "slices": [asdict(row) for row in verdict.slices],
        "learnt": {name: report[name] for name in ("train_orders", "n_orders", "n_dissatisfied_orders")},
        "least": {"rated": LEAST_RATED, "dissatisfied": LEAST_DISSATISFIED // 5},
        "auc": [report["pooled_auc"], *report["pooled_auc_ci"]],
        "datasets": [report["dataset"], pair.reigning.report["dataset"] if pair.reigning else None],
        "figures": pair.figures(capacity),
    }


def _lock(home: Path) -> Path:
    return home / FOLDER / ".lock"


def _path(home: Path, version: str, champion: str | None) -> Path:
    return home / FOLDER / f"{version}-{champion or 'first'}.json"
