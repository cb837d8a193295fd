"""What routes need, as they name it in their signatures."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Annotated

from fastapi import BackgroundTasks, Depends, Path, Request, Response

from desk.intake import Intake
from hotline.playbook import Playbook
from serve.asked_together import AskedTogether
from serve.clock import Clock
from serve.once import Once, OnceKey, Said, Write
from serve.open_desk import InService, OpenDesk
from serve.score_log import ScoreLog
from serve.seen_orders import SeenOrders
from serve.visit import visit_of
from serve.words import OrderId
from store.extracts.pseudonyms import Pseudonyms


def _desk(request: Request) -> OpenDesk:
    found: OpenDesk = request.app.state.desk
    return found


async def _service(request: Request) -> InService:
    return _desk(request).in_service()


def _intake(request: Request) -> Intake:
    return _desk(request).intake


def _pseudonyms(request: Request) -> Pseudonyms:
    return Pseudonyms.open(request.app.state.settings.home)


async def _turn(request: Request) -> Lock:
    found: Lock = request.app.state.turn
    return found


async def _log(request: Request) -> ScoreLog:
    found: ScoreLog = request.app.state.score_log
    return found


async def _together(request: Request) -> AskedTogether:
    found: AskedTogether = request.app.state.asked_together
    return found


def _playbook(request: Request) -> Playbook:
    return _desk(request).playbook


async def _clock(request: Request) -> Clock:
    found: Clock = request.app.state.clock
    return found


async def _now(request: Request) -> datetime:
    return (await _clock(request))()


async def _seen(request: Request) -> SeenOrders:
    return SeenOrders(visit_of(request.scope), _desk(request))


async def _once(request: Request, key: OnceKey = None) -> Once:
    who = visit_of(request.scope).person
    person = who.label if who else ""
    kept_for = timedelta(hours=request.app.state.settings.idempotency_hours)
    address = f"{request.method} {request.url.path}"
    told = address.encode("utf-8", "replace")
    return Once(person, key, told, await request.body(), kept_for, request.app.state.clock)


Desk = Annotated[OpenDesk, Depends(_desk)]
Service = Annotated[InService, Depends(_service)]
WayIn = Annotated[Intake, Depends(_intake)]
Callers = Annotated[Pseudonyms, Depends(_pseudonyms)]
#: Scores compute: side by side they would only get in each other's way, so they take turns.
Turn = Annotated[Lock, Depends(_turn)]
Log = Annotated[ScoreLog, Depends(_log)]
Together = Annotated[AskedTogether, Depends(_together)]
Rulebook = Annotated[Playbook, Depends(_playbook)]
TheClock = Annotated[Clock, Depends(_clock)]
Now = Annotated[datetime, Depends(_now)]
Seen = Annotated[SeenOrders, Depends(_seen)]
OnceOnly = Annotated[Once, Depends(_once)]


@dataclass(frozen=True)
class _Writing:
    """What a write needs; its answer is given once, and what it wrote is taken in behind the answer."""

    way_in: WayIn
    callers: Callers
    now: Now
    once: OnceOnly
    response: Response
    desk: Desk
    after: BackgroundTasks

    def answered(self, kind: type[Said], write: Write[Said]) -> Said:
        """Write, and answer with the status that it brings."""
        self.after.add_task(self.desk.notice)
        return self.once.answered(kind, self.way_in, self.callers, self.response, write)


Writing = Annotated[_Writing, Depends()]
WhichOrder = Annotated[OrderId, Path(description="the order's id")]
