"""The stylesheet and the script of the pages; browsers may keep them, for a changed one has another address."""

from fastapi import APIRouter, Depends, HTTPException
from fastapi.responses import Response

from serve.access import open_to_anyone
from serve.web.rendering import stamp, static_file

static_files = APIRouter(include_in_schema=False)
_KINDS = {
    "app.css": "text/css; charset=utf-8",
    "app.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
}


@static_files.get("/static/{stamped}/{name}", dependencies=[Depends(open_to_anyone)])
def static(stamped: str, name: str) -> Response:
    """A file under the address that its bytes give it."""
    if name not in _KINDS or stamped != stamp(name):
        raise HTTPException(404)
    kept = {"Cache-Control": "public, max-age=31536000, immutable"}
    return Response(static_file(name), media_type=_KINDS[name], headers=kept)
