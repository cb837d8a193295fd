"""Scores are logged behind the answer's back, so that a busy database delays nobody who asks."""

from collections import Counter
from datetime import datetime
from queue import Empty, Full, Queue
from threading import Thread

import structlog
from sqlalchemy.exc import SQLAlchemyError

from desk.opening import log_scores
from desk.scored import Scored
from serve.metrics import Metrics
from store.database import Store
from store.predictions import Cause

_LOG = structlog.get_logger("serve")
#: So many scores may wait while the database is busy; later ones are answered but not logged.
_MOST_WAITING = 10_000
_Entry = tuple[Store, Scored, datetime, Cause]


class ScoreLog:
    """Writes scores to the log one after another, in the order in which they were given."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._waiting: Queue[_Entry | None] = Queue(_MOST_WAITING)
        self._writer = Thread(target=self._write, name="score log", daemon=True)
        self._writer.start()

    def add(self, store: Store, scored: Scored, at: datetime, cause: Cause = Cause.ASKED) -> None:
        """Have scores logged soon."""
        self._metrics.scored(Counter(p.band.value for p in scored.predictions), cause.value)
        try:
            self._waiting.put_nowait((store, scored, at, cause))
        except Full:
            _LOG.warning("scores_not_logged", count=len(scored.predictions))

    def flush(self) -> None:
        """Wait until everything added so far is written."""
        self._waiting.join()

    def close(self) -> None:
        """Write what waits, then stop."""
        try:
            self._waiting.put(None, timeout=5)
            self._writer.join(timeout=10)
        except (Full, Empty):
            _LOG.warning("scores_not_logged", count=self._waiting.qsize())

    def _write(self) -> None:
        while (entry := self._waiting.get()) is not None:
            try:
                log_scores(*entry)
            except SQLAlchemyError as error:
                _LOG.warning("scores_not_logged", count=len(entry[1].predictions), kind=type(error).__name__)
            finally:
                self._waiting.task_done()
        self._waiting.task_done()
