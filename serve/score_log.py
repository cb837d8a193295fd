"""Every score is in the log before it is answered; those that wait together are written together."""

from collections import Counter
from concurrent.futures import Future
from concurrent.futures import TimeoutError as WaitedTooLong
from dataclasses import dataclass, field
from datetime import datetime
from queue import Empty, Full, Queue
from threading import Thread

import structlog

from desk.scored import Scored
from desk.scored_log import logged
from serve.errors import Unavailable
from serve.metrics import Metrics
from store.database import Store
from store.predictions import Cause, LoggedPrediction

_LOG = structlog.get_logger("serve")
#: So many answers may wait; more than the service has threads for.
_MOST_WAITING = 1_000
#: Answers written in one transaction at most.
_MOST_TOGETHER = 200
#: Seconds after which an answer waits no longer; longer than a writer waits for the database.
PATIENCE = 8.0


def too_late() -> Unavailable:
    """What whoever asked is told where a score could not be logged in time."""
    message = "the score could not be logged in time, so it is not given"
    return Unavailable("store_busy", message, "try again in a few seconds")


@dataclass(frozen=True, eq=False)
class _Entry:
    store: Store
    rows: list[LoggedPrediction]
    written: "Future[None]" = field(default_factory=Future)


class ScoreLog:
    """One thread writes what all requests have waiting, in one transaction, then lets them answer."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._waiting: Queue[_Entry | None] = Queue(_MOST_WAITING)
        self._writer: Thread | None = None

    def start(self) -> None:
        """Begin to write."""
        self._writer = Thread(target=self._write, name="score log", daemon=True)
        self._writer.start()

    def add(self, store: Store, scored: Scored, at: datetime, cause: Cause = Cause.ASKED) -> None:
        """Log scores; they are on the disk when this returns.

        Raises what the database raised, or Unavailable where it took too long: then nothing is answered.
        """
        try:
            self.put(store, scored, at, cause).result(PATIENCE)
        except WaitedTooLong:
            raise too_late() from None

    def put(self, store: Store, scored: Scored, at: datetime, cause: Cause = Cause.ASKED) -> "Future[None]":
        """Have scores logged; the future is done once they are on the disk. Unavailable where too many wait."""
        self._metrics.scored(Counter(p.band.value for p in scored.predictions), cause.value)
        entry = _Entry(store, logged(scored, at, cause))
        try:
            self._waiting.put_nowait(entry)
        except Full:
            raise too_late() from None
        return entry.written

    def close(self) -> None:
        """Write what waits, then stop."""
        if self._writer is None:
            return
        self._waiting.put(None)
        self._writer.join(timeout=10)
        if self._writer.is_alive():
            _LOG.warning("scores_not_logged", count=self._waiting.qsize())

    def _write(self) -> None:
        while (first := self._waiting.get()) is not None:
            together, is_last = self._together(first)
            for store in {entry.store for entry in together}:
                self._write_of(store, [entry for entry in together if entry.store is store])
            if is_last:
                return

    def _together(self, first: _Entry) -> tuple[list[_Entry], bool]:
        """What waits by now, and whether nothing will come after it."""
        together = [first]
        while len(together) < _MOST_TOGETHER:
            try:
                entry = self._waiting.get_nowait()
            except Empty:
                return together, False
            if entry is None:
                return together, True
            together.append(entry)
        return together, False

    def _write_of(self, store: Store, entries: list[_Entry]) -> None:
        try:
            store.append_predictions([row for entry in entries for row in entry.rows])
        except Exception as error:  # whoever waits is told; the writer goes on
            _LOG.warning("scores_not_logged", count=len(entries), kind=type(error).__name__)
            for entry in entries:
                entry.written.set_exception(error)
        else:
            for entry in entries:
                entry.written.set_result(None)
