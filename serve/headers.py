"""What every answer tells browsers and caches: run nothing foreign, keep nothing, be framed by nobody."""

from starlette.datastructures import MutableHeaders
from starlette.types import Message

_CAREFUL = {
    "Content-Security-Policy": "default-src 'self'; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def careful(message: Message, request_id: str) -> Message:
    """The message; where an answer begins, with these headers and its id. Its own policy stays."""
    if message["type"] == "http.response.start":
        headers = MutableHeaders(raw=message["headers"])
        for name, value in _CAREFUL.items():
            headers.setdefault(name, value)
        headers["X-Request-ID"] = request_id
        message = {**message, "headers": headers.raw}
    return message
