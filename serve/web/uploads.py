"""What the pages of 导入 share: the shelf, whoever receives for somebody, and two kinds of answers."""

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote

from fastapi import Depends, Request
from fastapi.responses import RedirectResponse, Response

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


def page_of(upload_id: str, asked: str = "") -> RedirectResponse:
    """To the page of an upload."""
    return RedirectResponse(f"{UPLOAD}/{upload_id}{asked}", 303)


def download(content: bytes, name: str, media_type: str) -> Response:
    """A file to keep, under this name."""
    disposition = f"attachment; filename*=UTF-8''{quote(name)}"
    return Response(content, media_type=media_type, headers={"Content-Disposition": disposition})
