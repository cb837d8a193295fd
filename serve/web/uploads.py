"""What the pages of 导入 share: the shelf and its tidying, whoever receives for somebody, and two kinds of answers."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

from fastapi import Depends, Request
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from desk.access.person import Person
from desk.upload.reception import Reception
from desk.upload.shelf import Shelf
from hotline.policy import Action
from serve.access import allowed
from serve.clock import now_micros
from serve.guard import UPLOAD
from serve.needs import Desk, Now

MayUpload = Annotated[Person, allowed(Action.UPLOAD_EXTRACT)]
MayLoad = Annotated[Person, allowed(Action.LOAD_EXTRACT)]
#: Seconds between two looks at what has waited for too long.
_TIDIED_EVERY = 900.0


@dataclass(frozen=True)
class UploadsOf:
    """The shelf, settled, and whoever receives for somebody."""

    request: Request
    desk: Desk
    now: Now

    @property
    def shelf(self) -> Shelf:
        """Where uploads wait."""
        return Shelf(self.request.app.state.settings.home)

    def of(self, who: Person) -> Reception:
        """Whoever receives for somebody; what has waited for too long is thrown away first."""
        self.shelf.settle(now_micros())
        return Reception(self.shelf, self.desk.intake.store, who)


Uploads = Annotated[UploadsOf, Depends()]


async def tidy_uploads(home: Path) -> None:
    """Throw away what is older than a day, also where nobody opens the page; to be cancelled at the end."""
    while True:
        with suppress(OSError, ValueError):
            await run_in_threadpool(Shelf(home).settle, now_micros())
        await asyncio.sleep(_TIDIED_EVERY)


def page_of(upload_id: str, asked: str = "") -> RedirectResponse:
    """To the page of an upload."""
    return RedirectResponse(f"{UPLOAD}/{upload_id}{asked}", 303)


def download(content: bytes, name: str, media_type: str) -> Response:
    """A file to keep, under this name."""
    disposition = f"attachment; filename*=UTF-8''{quote(name)}"
    return Response(content, media_type=media_type, headers={"Content-Disposition": disposition})
