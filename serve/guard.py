"""At the door of every request: its size, and what happens when something unforeseen does."""

import time
import traceback
import uuid
from pathlib import Path

import structlog
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serve.errors import told
from serve.headers import careful
from serve.web.problem_page import as_page

MIB = 1024 * 1024
#: Where tables are sent.
UPLOAD = "/upload"
#: How large bodies may be, MiB; more at addresses that take many orders.
MOST_MIB, _MORE_MIB = 1, {"/api/v1/scores:batch": 32, UPLOAD: 32}
#: A browser reads no answer before it has sent everything: so much (MiB) of a file that is too large is let run past.
_RUN_PAST_MIB = {UPLOAD: 512}
_LOG = structlog.get_logger("serve")


class _TooLarge(Exception):  # noqa: N818 - named by what it says
    """The body is larger than anything that is asked for here."""


class Guard:
    """Reads bodies up to a size, answers 500 without a traceback, and logs each request by its route.

    Every request has an id, in its answer as in the log, and every answer tells browsers to be careful.

    Neither addresses nor bodies are logged: there may be citizens in them.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()
        request_id = scope.setdefault("state", {})["request_id"] = uuid.uuid4().hex
        status = 0

        async def sending(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(careful(message, request_id))

        try:
            await self.app(scope, _replayed(await _body(scope, receive), receive), sending)
        except _TooLarge:
            remedy = "send fewer at a time"
            answer = told(413, "too_large", f"the body is larger than {_most_mib(scope)} MiB", remedy)
            await as_page(Request(scope), answer)(scope, receive, sending)
        except Exception as error:
            _LOG.error("unforeseen", kind=type(error).__name__, where=_where(error))
            if not status:
                remedy = "report it with the time of day; nothing half-done was kept"
                answer = told(500, "unforeseen", "something went wrong here", remedy)
                await as_page(Request(scope), answer)(scope, receive, sending)
        finally:
            route = getattr(scope.get("route"), "path", "(none)")
            milliseconds = round(1000 * (time.perf_counter() - began), 1)
            _LOG.info(
                "request",
                id=request_id,
                method=scope["method"],
                route=route,
                status=status,
                ms=milliseconds,
            )


def _most_mib(scope: Scope) -> int:
    return _MORE_MIB.get(scope["path"], MOST_MIB)


async def _body(scope: Scope, receive: Receive) -> bytes:
    most = _most_mib(scope) * MIB
    most_read = _RUN_PAST_MIB.get(scope["path"], 0) * MIB or most
    for name, value in scope["headers"]:
        if name == b"content-length" and (not value.isdigit() or int(value) > most_read):
            raise _TooLarge
    parts: list[bytes] = []
    read, has_more = 0, True
    while has_more:
        message = await receive()
        part, has_more = message.get("body", b""), message.get("more_body", False)
        read += len(part)
        if read > most_read:
            raise _TooLarge
        if read <= most:
            parts.append(part)
    if read > most:
        raise _TooLarge
    return b"".join(parts)


def _replayed(body: bytes, receive: Receive) -> Receive:
    pending = [body]

    async def replay() -> Message:
        if pending:
            return {"type": "http.request", "body": pending.pop(), "more_body": False}
        return await receive()

    return replay


def _where(error: Exception) -> list[str]:
    """File and line of each step, without the values that a message might repeat."""
    return [f"{Path(f.filename).name}:{f.lineno}" for f in traceback.extract_tb(error.__traceback__)[-8:]]
