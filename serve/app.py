"""The web service, wired together in one place."""

from asyncio import create_task
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from threading import Lock

from fastapi import FastAPI

from desk.access.secret import Signatures
from desk.settings import Settings
from hotline.indicators_file import read_indicator_rules
from serve.access import Door, check_all_declare
from serve.api import api
from serve.asked_together import AskedTogether
from serve.audit import audit
from serve.audit_trail import Audited, AuditTrail
from serve.batches import batches
from serve.clock import clock_of
from serve.docs_page import docs
from serve.duties import duties
from serve.effect import effect
from serve.errors import tell_errors
from serve.guard import Guard
from serve.health import health
from serve.indicators import indicators
from serve.liaison import liaison
from serve.liaison_task import LiaisonTask
from serve.metrics import Measured, Metrics
from serve.open_desk import OpenDesk
from serve.queue import queue
from serve.refusals import tell_refusals
from serve.rescorer import Rescorer
from serve.score_log import ScoreLog
from serve.web.board_page import board_pages
from serve.web.deeds import deed_forms
from serve.web.kept_forecasts import KeptForecasts
from serve.web.manage import manage_pages
from serve.web.me_page import me_pages
from serve.web.model_forms import model_forms
from serve.web.model_page import model_pages
from serve.web.my_orders import my_orders_pages
from serve.web.order_page import order_pages
from serve.web.pages import pages
from serve.web.problem_page import tell_people
from serve.web.queue_forms import queue_forms
from serve.web.queue_page import queue_pages
from serve.web.static_files import static_files
from serve.web.upload_deeds import upload_deeds
from serve.web.upload_page import upload_pages
from serve.web.uploads import tidy_uploads


def create_app(settings: Settings) -> FastAPI:
    """The service of one home folder. Nothing is opened before the first request or the start.

    ArgumentError where the settings of the playbook, the indicators or the liaison group cannot be used.
    """
    app = FastAPI(
        title="Qingling",
        description="Which property-repair hotline orders will end 不满意, while there is still time.",
        version="1",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        lifespan=_open,
        redirect_slashes=False,
    )
    app.state.settings = settings
    app.state.indicator_rules = read_indicator_rules(settings.indicators_file)
    app.state.clock = clock = clock_of(settings)
    app.state.desk = OpenDesk(settings)
    app.state.kept_forecasts = KeptForecasts()
    app.state.turn = Lock()
    app.state.metrics = Metrics()
    app.state.score_log = ScoreLog(app.state.metrics)
    app.state.asked_together = AskedTogether(
        app.state.score_log, app.state.turn, app.state.desk.notice, clock
    )
    app.state.audit_trail = AuditTrail()
    app.state.rescorer = Rescorer(app.state.desk, settings.rescore_minutes, app.state.metrics, clock)
    app.state.liaison = LiaisonTask(app.state.desk, settings, clock)
    tell_errors(app)
    tell_refusals(app)
    tell_people(app)
    app.add_middleware(Audited, trail=app.state.audit_trail)
    app.add_middleware(Guard)
    app.add_middleware(Measured, metrics=app.state.metrics)
    for router in (duties, queue, liaison, indicators, effect, api, audit, health, docs, batches):
        app.include_router(router)
    for router in (pages, me_pages, my_orders_pages, deed_forms, order_pages, queue_pages, queue_forms):
        app.include_router(router)
    for router in (
        board_pages,
        model_pages,
        model_forms,
        manage_pages,
        upload_pages,
        upload_deeds,
        static_files,
    ):
        app.include_router(router)
    check_all_declare(app)
    return app


@asynccontextmanager
async def _open(app: FastAPI) -> AsyncIterator[None]:
    app.state.door = Door.of(app.state.settings, Signatures.open(app.state.settings))
    app.state.desk.look()
    tidying = create_task(tidy_uploads(app.state.settings.home))
    state = app.state
    at_work = (state.score_log, state.asked_together, state.audit_trail, state.rescorer, state.liaison)
    for one in at_work:
        one.start()
    yield
    tidying.cancel()
    for one in reversed(at_work):
        one.close()
    state.desk.close()
