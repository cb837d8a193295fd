"""The background task of each worker that rescores open orders; a lease lets one of them do it."""

import os
import secrets
import socket
from collections.abc import Callable
from datetime import datetime
from threading import Event, Thread

import structlog
from sqlalchemy.exc import SQLAlchemyError

from desk.rescoring import LEASE_NAME, Rescoring
from hotline.calendar import HOUR, SHANGHAI
from serve.errors import Unavailable
from serve.metrics import Metrics
from serve.open_desk import OpenDesk
from store.database import Store
from store.predictions import Cause

_LOG = structlog.get_logger("serve")
#: Seconds between two looks at what has been written.
_LOOK = 5.0


def a_holder() -> str:
    """A name under which this process holds leases."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"


class Rescorer:
    """Looks every few seconds; a whole turn over all open orders comes every so many minutes."""

    def __init__(
        self,
        desk: OpenDesk,
        minutes: float,
        metrics: Metrics,
        now: Callable[[], datetime] = lambda: datetime.now(SHANGHAI),
        look_seconds: float = _LOOK,
    ) -> None:
        self._desk = desk
        self._metrics = metrics
        self._every = int(minutes * HOUR / 60)
        self._now = now
        self._look_seconds = look_seconds
        self._holder = a_holder()
        self._stop = Event()
        self._thread: Thread | None = None
        self._of_store: tuple[Store, Rescoring] | None = None
        self.last_turn_at: datetime | None = None

    def start(self) -> None:
        """Begin to look, unless no minutes are set."""
        if self._every > 0:
            self._stop.clear()
            self._thread = Thread(target=self._run, name="rescoring", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Stop, and let another worker take over at once."""
        self._stop.set()
        if self._thread:
            self._thread.join(timeout=30)
        if self._of_store:
            try:
                self._of_store[0].give_lease_back(LEASE_NAME, self._holder)
            except SQLAlchemyError as error:
                _LOG.warning("lease_not_given_back", kind=type(error).__name__)

    def look(self) -> None:
        """One look: rescore what is due, if this worker is the one to do it."""
        service = self._desk.in_service()
        turn = self._rescoring(service.store).turn(service.scorer, self._now())
        if turn is None:
            return
        self.last_turn_at = self._now()
        if turn.scored:
            self._metrics.scored(turn.bands, Cause.RESCORED.value)
            _LOG.info("rescored", orders=turn.scored, logged=turn.logged, whole=turn.is_whole)

    def _rescoring(self, store: Store) -> Rescoring:
        if self._of_store is None or self._of_store[0] is not store:
            self._of_store = store, Rescoring(store, self._holder, self._every)
        return self._of_store[1]

    def _run(self) -> None:
        while not self._stop.wait(self._look_seconds):
            try:
                self.look()
            except Unavailable:
                continue  # no champion yet: duties and clocks go on without scores
            except Exception as error:
                _LOG.error("rescoring_failed", kind=type(error).__name__)
