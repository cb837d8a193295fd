"""The background task that rescores open orders."""

from datetime import datetime

import structlog

from desk.rescoring import LEASE_NAME, Rescoring
from hotline.calendar import HOUR
from serve.clock import Clock
from serve.leased import Leased
from serve.metrics import Metrics
from serve.open_desk import OpenDesk
from store.database import Store
from store.predictions import Cause

_LOG = structlog.get_logger("serve")
#: Seconds between two looks at what has been written.
_LOOK = 5.0


class Rescorer(Leased[Rescoring]):
    """Looks every few seconds; a whole turn over all open orders comes every so many minutes."""

    lease_name = LEASE_NAME

    def __init__(
        self,
        desk: OpenDesk,
        minutes: float,
        metrics: Metrics,
        now: Clock,
        look_seconds: float = _LOOK,
    ) -> None:
        super().__init__(look_seconds)
        self._desk = desk
        self._metrics = metrics
        self._every = int(minutes * HOUR / 60)
        self._now = now
        self.last_turn_at: datetime | None = None

    @property
    def is_wanted(self) -> bool:
        """Whether minutes are set."""
        return self._every > 0

    def look(self) -> None:
        """One look: rescore what is due, if this worker is the one to do it."""
        service = self._desk.in_service()
        turn = self._on(service.store).turn(service.scorer, self._now())
        if turn is None:
            return
        self.last_turn_at = self._now()
        if turn.scored:
            self._metrics.scored(turn.bands, Cause.RESCORED.value)
            _LOG.info("rescored", orders=turn.scored, logged=turn.logged, whole=turn.is_whole)

    def _made_for(self, store: Store) -> Rescoring:
        return Rescoring(store, self._holder, self._every)
