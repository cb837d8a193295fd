"""What every answer tells browsers and caches: run nothing foreign, keep nothing, be framed by nobody."""

from starlette.types import Message

_CAREFUL = [
    (
        b"content-security-policy",
        b"default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
]


def careful(message: Message, request_id: str) -> Message:
    """The message; where an answer begins, with these headers and its id. Its own policy stays."""
    if message["type"] == "http.response.start":
        own = message["headers"]
        names = {name for name, _ in own}
        added = [header for header in _CAREFUL if header[0] not in names]
        message["headers"] = [*own, *added, (b"x-request-id", request_id.encode())]
    return message
