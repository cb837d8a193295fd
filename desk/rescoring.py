"""Open orders scored anew when something happens to them and as time passes; what moved is logged."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from desk.scored import Scored
from desk.scored_log import logged
from hotline.bands import BandLimits
from hotline.calendar import HOUR, to_micros
from store.predictions import Cause, LoggedPrediction

#: A score is logged again when P(不满意) moved by this much, or after this long without a line.
_MOVED, _SILENT = 0.01, 24 * HOUR
#: A lease outlives a turn over all open orders of a large district by far.
_LEASE = HOUR // 30
LEASE_NAME = "rescoring"


class Scores(Protocol):
    """What rescoring asks of a scorer."""

    @property
    def limits(self) -> Callable[[], BandLimits]:
        """Tells where the bands begin now."""

    def score_open(
        self, at: datetime, only: Sequence[str] | None = None, with_reasons: bool = True
    ) -> Scored:
        """All open orders, or those of them that are named."""


class RescoringStore(Protocol):
    """What rescoring asks of a store."""

    def changed_since(self, watermark: int) -> tuple[list[str], int]:
        """The orders written to after a watermark, and the new one."""

    def take_lease(self, name: str, holder: str, now: int, until: int) -> bool:
        """Take or keep a lease; False where another holds it."""

    def latest_predictions(self, order_ids: Sequence[str]) -> Mapping[str, LoggedPrediction]:
        """The last logged score of each order."""

    def append_rescored(self, rows: Sequence[LoggedPrediction], holder: str, now: int, until: int) -> bool:
        """Log scores if the lease is still held; False, and nothing, otherwise."""


@dataclass(frozen=True)
class Turn:
    """One look at the open orders: how many were scored, how many lines were logged, and whether it was all.

    bands : how many stand in each band
    """

    scored: int
    logged: int
    is_whole: bool
    bands: Mapping[str, int] = field(default_factory=dict)


@dataclass
class Rescoring:
    """The rescoring of one process; only the holder of the lease does anything.

    every : microseconds between two turns over all open orders; between them only changed ones are scored
    """

    store: RescoringStore
    holder: str
    every: int
    _watermark: int = 0
    _whole_at: int | None = None
    _last: dict[str, LoggedPrediction] = field(default_factory=dict)
    _limits: BandLimits | None = None

    def turn(self, scores: Scores, now: datetime) -> Turn | None:
        """Score what is due and log what moved. None where another process holds the lease."""
        at = to_micros(now)
        if not self.store.take_lease(LEASE_NAME, self.holder, at, at + _LEASE):
            self._whole_at = None  # whoever takes over begins with a look at everything
            return None
        changed, watermark = self.store.changed_since(self._watermark)
        limits = scores.limits()
        is_whole = self._whole_at is None or at - self._whole_at >= self.every or limits != self._limits
        if not is_whole and not changed:
            return Turn(0, 0, is_whole=False)
        scored = scores.score_open(now, None if is_whole else changed, with_reasons=False)
        rows = self._moved(logged(scored, now, Cause.RESCORED), is_whole)
        if rows and not self.store.append_rescored(rows, self.holder, at, at + _LEASE):
            self._whole_at = None
            return None
        self._last |= {row.order_id: row for row in rows}
        self._watermark = watermark
        if is_whole:
            self._whole_at, self._limits = at, limits
        bands = Counter(prediction.band.value for prediction in scored.predictions)
        return Turn(len(scored.predictions), len(rows), is_whole, bands)

    def _moved(self, rows: Sequence[LoggedPrediction], is_whole: bool) -> list[LoggedPrediction]:
        unknown = [row.order_id for row in rows if row.order_id not in self._last]
        self._last |= self.store.latest_predictions(unknown)
        if is_whole:  # orders that are closed for good are forgotten
            still_open = {row.order_id for row in rows}
            self._last = {name: row for name, row in self._last.items() if name in still_open}
        return [row for row in rows if _has_moved(self._last.get(row.order_id), row)]


def _has_moved(before: LoggedPrediction | None, now: LoggedPrediction) -> bool:
    if before is None:
        return True
    words = ("band", "stage", "model_version")
    return (
        any(getattr(before, name) != getattr(now, name) for name in words)
        or abs(before.probabilities[0] - now.probabilities[0]) >= _MOVED
        or now.scored_at - before.scored_at >= _SILENT
    )
