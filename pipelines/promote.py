"""The challenger becomes champion if it is not worse."""

from desk.settings import Settings
from models.promotion import Verdict, judge
from models.registry import CHALLENGER, NoModelError, Registry


def promote(settings: Settings, version: str | None, force: bool) -> tuple[str, Verdict, bool]:
    """The candidate's version, the gates, and whether it was promoted.

    Raises NoModelError where there is no challenger.
    """
    registry = Registry(settings.home)
    candidate = registry.get(version or CHALLENGER)
    try:
        reigning = registry.champion()
    except NoModelError:
        reigning = None
    verdict = judge(candidate.report, reigning.report if reigning else None)
    granted = verdict.granted or force
    if granted:
        registry.promote(candidate)
    return candidate.version, verdict, granted
