"""The web service, wired together in one place."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from desk.settings import Settings
from serve.api import api
from serve.docs_page import docs
from serve.errors import tell_errors
from serve.guard import Guard
from serve.health import health
from serve.open_desk import OpenDesk
from serve.rescorer import Rescorer
from serve.score_log import ScoreLog
from serve.turns import Turns


def create_app(settings: Settings) -> FastAPI:
    """The service of one home folder. Nothing is opened before the first request or the start."""
    app = FastAPI(
        title="Qingling",
        description="Which property-repair hotline orders will end 不满意, while there is still time.",
        version="1",
        docs_url=None,
        redoc_url=None,
        lifespan=_open,
        redirect_slashes=False,
    )
    app.state.settings = settings
    app.state.desk = OpenDesk(settings)
    app.state.score_log = ScoreLog()
    app.state.turns = Turns()
    app.state.rescorer = Rescorer(app.state.desk, settings.rescore_minutes)
    tell_errors(app)
    app.add_middleware(Guard)
    for router in (api, health, docs):
        app.include_router(router)
    return app


@asynccontextmanager
async def _open(app: FastAPI) -> AsyncIterator[None]:
    app.state.desk.look()
    app.state.rescorer.start()
    yield
    app.state.rescorer.close()
    app.state.score_log.close()
    app.state.desk.close()
