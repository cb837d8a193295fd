"""The challenger becomes champion if it is not worse on the same later orders; the one before can return."""

from dataclasses import dataclass
from datetime import UTC, datetime

from desk.promotion.judging import verdict_on
from desk.settings import Settings
from hotline.policy import Action
from models.changes import Change, ChangeKind
from models.promotion import Verdict
from models.registry import Registered, Registry
from models.tracking import CHALLENGER
from pipelines.access import note, whoever_is_here
from store.database import open_store


@dataclass(frozen=True)
class Promotion:
    """What became of a candidate."""

    version: str
    verdict: Verdict
    granted: bool


def promote(settings: Settings, version: str | None, force: bool, reason: str | None = None) -> Promotion:
    """Judge a candidate beside the champion, and put it in service if it passes or is forced.

    Raises NoModelError where there is no challenger.
    """
    registry = Registry(settings.home)
    candidate = registry.get(version or CHALLENGER)
    verdict = verdict_on(settings, candidate.version)
    granted = verdict.granted or force
    if granted:
        is_forced = not verdict.granted
        why = f"forced: {reason or 'no reason was given'}" if is_forced else "not worse"
        change = Change(
            ChangeKind.PROMOTED,
            datetime.now(UTC),
            whoever_is_here(),
            candidate.version,
            reason=reason or "",
            is_forced=is_forced,
        )
        registry.promote(candidate, why, change)
        _note(settings, candidate, f"version {candidate.version} promoted{', forced' if is_forced else ''}")
    return Promotion(candidate.version, verdict, granted)


def rollback(settings: Settings, reason: str | None = None) -> str:
    """Put the champion before this one in service again; its version.

    Raises NoModelError where there was none.
    """
    kind, now = ChangeKind.ROLLED_BACK, datetime.now(UTC)
    change = Change(kind, now, whoever_is_here(), version="", reason=reason or "")
    earlier = Registry(settings.home).rollback(change)
    _note(settings, earlier, f"version {earlier.version} put back")
    return earlier.version


def _note(settings: Settings, serving: Registered, told: str) -> None:
    """Tell the audit log of the data set that is served from now on."""
    dataset = settings.dataset or serving.model.span.dataset
    store = open_store(settings.home, dataset, settings.database_url)
    try:
        note(store, Action.PROMOTE, told)
    finally:
        store.close()
