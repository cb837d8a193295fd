"""/manage itself: leads to the first part that one may open."""

from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import RedirectResponse

from desk.access.person import Person
from hotline.policy import Action
from serve.access import allowed
from serve.web.manage.parts import HERE, parts_of

first_pages = APIRouter(include_in_schema=False)


@first_pages.get(HERE)
def first_part(who: Annotated[Person, allowed(Action.SIGN_IN)]) -> RedirectResponse:
    """The first part that one may open; whoever may open none is told what they may do."""
    return RedirectResponse(next((part.address for part in parts_of(who)), "/me"), 303)
