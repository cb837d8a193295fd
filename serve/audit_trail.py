"""The audit log is written by one thread, many entries a transaction; a change waits until it is noted."""

import asyncio
import time
from collections.abc import Sequence
from concurrent.futures import Future
from itertools import groupby
from operator import attrgetter
from queue import Empty, Full, Queue
from threading import Thread
from typing import NamedTuple

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serve.clock import now_micros
from serve.errors import told
from serve.visit import begin
from serve.web.problem_page import as_page
from store.access.audit_log import AuditEntry, append

_LOG = structlog.get_logger("serve")
#: So many requests may wait to be noted while the database is busy; then nothing more is shown.
_MOST_WAITING = 10_000
_MOST_TOGETHER = 500
#: Seconds for which notes of reading are gathered; so much of them a crash can take along.
_GATHERED = 0.1
_READING = frozenset({"GET", "HEAD", "OPTIONS"})


class _Note(NamedTuple):
    engine: Engine
    entries: Sequence[AuditEntry]
    is_awaited: bool
    done: Future[None]


class AuditTrail:
    """Notes entries one after another, and says when they are safe."""

    def __init__(self) -> None:
        self._waiting: Queue[_Note | None] = Queue(_MOST_WAITING)
        self._writer: Thread | None = None

    def start(self) -> None:
        """Begin to write."""
        self._writer = Thread(target=self._write, name="audit log", daemon=True)
        self._writer.start()

    def note(self, engine: Engine, entries: Sequence[AuditEntry], is_awaited: bool = False) -> Future[None]:
        """Have entries written soon, at once if someone waits; the future is done when they are.

        Raises Full where too many wait.
        """
        note = _Note(engine, entries, is_awaited, Future())
        self._waiting.put_nowait(note)
        return note.done

    def flush(self) -> None:
        """Wait until everything noted so far is written."""
        self._waiting.join()

    def close(self) -> None:
        """Write what waits, then stop."""
        if self._writer:
            self._waiting.put(None)
            self._writer.join(timeout=10)

    def _write(self) -> None:
        while True:
            batch = self._gathered()
            notes = [note for note in batch if note is not None]
            for engine, together in groupby(notes, key=attrgetter("engine")):
                self._append(engine, list(together))
            for _ in batch:
                self._waiting.task_done()
            if batch[-1] is None:
                return

    def _gathered(self) -> list[_Note | None]:
        """The next notes: one transaction for many costs hardly more than for one."""
        batch = [self._waiting.get()]
        until = time.monotonic() + _GATHERED
        while (last := batch[-1]) is not None and len(batch) < _MOST_TOGETHER:
            until = 0 if last.is_awaited else until
            wait = until - time.monotonic()
            try:
                batch.append(self._waiting.get(timeout=wait) if wait > 0 else self._waiting.get_nowait())
            except Empty:
                break
        return batch

    def _append(self, engine: Engine, notes: Sequence[_Note]) -> None:
        try:
            append(engine, [entry for note in notes for entry in note.entries])
        except SQLAlchemyError as error:
            _LOG.error("audit_log_unavailable", kind=type(error).__name__, count=len(notes))
            for note in notes:
                note.done.set_exception(error)
        else:
            for note in notes:
                note.done.set_result(None)


class Audited:
    """Notes every request of someone who was let in before its answer goes out.

    Reading is noted behind the answer's back, in order; a change is answered once its note is safe. Where
    notes cannot be kept nothing is shown: 503. What went wrong here (500 and above) showed and changed
    nothing, so it is told as it is, noted or not.
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
                is_change = scope["method"] not in _READING and message["status"] < 500
                is_noted = await self._is_noted(visit.engine, entries, is_change)
                is_withheld = not is_noted and message["status"] < 500
                if is_withheld:
                    remedy = (
                        "try again in a moment; what you sent may be kept, and sent again it changes nothing"
                    )
                    answer = told(
                        503,
                        "audit_unavailable",
                        "access cannot be recorded now",
                        remedy,
                        headers={"Retry-After": "5"},
                    )
                    await as_page(Request(scope), answer)(scope, receive, send)
            if not is_withheld:
                await send(message)

        await self.app(scope, receive, sending)

    async def _is_noted(self, engine: Engine, entries: Sequence[AuditEntry], is_change: bool) -> bool:
        if not entries:
            return True
        try:
            done = self.trail.note(engine, entries, is_awaited=is_change)
            if is_change:
                await asyncio.wrap_future(done)
        except (Full, SQLAlchemyError):
            return False
        return True
