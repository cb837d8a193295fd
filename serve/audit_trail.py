"""The audit log is written by one thread, many entries a transaction; a change waits until it is noted."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import Future
from itertools import groupby
from operator import itemgetter
from queue import Empty, Full, Queue
from threading import Thread

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serve.clock import now_micros
from serve.errors import told
from serve.visit import begin
from store.access.audit_log import AuditEntry, append

_LOG = structlog.get_logger("serve")
#: So many requests may wait to be noted while the database is busy; then nothing more is shown.
_MOST_WAITING = 10_000
_MOST_TOGETHER = 500
_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_Noted = tuple[Engine, Sequence[AuditEntry], Future[None]]


class AuditTrail:
    """Notes entries one after another, and says when they are safe."""

    def __init__(self) -> None:
        self._waiting: Queue[_Noted | None] = Queue(_MOST_WAITING)
        self._writer = Thread(target=self._write, name="audit log", daemon=True)
        self._writer.start()

    def note(self, engine: Engine, entries: Sequence[AuditEntry]) -> Future[None]:
        """Have entries written soon; the future is done when they are. Full where too many wait."""
        done: Future[None] = Future()
        self._waiting.put_nowait((engine, entries, done))
        return done

    def flush(self) -> None:
        """Wait until everything noted so far is written."""
        self._waiting.join()

    def close(self) -> None:
        """Write what waits, then stop."""
        self._waiting.put(None)
        self._writer.join(timeout=10)

    def _write(self) -> None:
        while True:
            batch = [self._waiting.get()]
            while len(batch) < _MOST_TOGETHER and batch[-1] is not None:
                try:
                    batch.append(self._waiting.get_nowait())
                except Empty:
                    break
            noted = [entry for entry in batch if entry is not None]
            for engine, together in groupby(noted, key=itemgetter(0)):
                self._append(engine, list(together))
            for _ in batch:
                self._waiting.task_done()
            if batch[-1] is None:
                return

    def _append(self, engine: Engine, noted: Sequence[_Noted]) -> None:
        try:
            append(engine, [entry for _, entries, _ in noted for entry in entries])
        except SQLAlchemyError as error:
            _LOG.error("audit_log_unavailable", kind=type(error).__name__, count=len(noted))
            for _, _, done in noted:
                done.set_exception(error)
        else:
            for _, _, done in noted:
                done.set_result(None)


class Audited:
    """Notes every request of someone who was let in before its answer goes out.

    Reading is noted behind the answer's back, in order; a change is answered once its note is safe. Where
    notes cannot be kept nothing is shown: 503.
    """

    def __init__(self, app: ASGIApp, trail: AuditTrail) -> None:
        self.app, self.trail = app, trail

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        visit = begin(scope)
        is_withheld = False

        async def sending(message: Message) -> None:
            nonlocal is_withheld
            if message["type"] == "http.response.start" and visit.engine is not None:
                entries = visit.entries(message["status"], now_micros(), scope["state"]["request_id"])
                is_withheld = not await self._is_noted(visit.engine, entries, scope["method"])
                if is_withheld:
                    remedy = (
                        "try again in a moment; what you sent may be kept, and sent again it changes nothing"
                    )
                    answer = told(503, "audit_unavailable", "access cannot be recorded now", remedy)
                    await answer(scope, receive, send)
            if not is_withheld:
                await send(message)

        await self.app(scope, receive, sending)

    async def _is_noted(self, engine: Engine, entries: Sequence[AuditEntry], method: str) -> bool:
        if not entries:
            return True
        try:
            done = self.trail.note(engine, entries)
            if method not in _READING:
                await asyncio.wrap_future(done)
        except (Full, SQLAlchemyError):
            return False
        return True
