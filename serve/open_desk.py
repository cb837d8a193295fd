"""The store and the champion as they stand: a later champion is taken in while the earlier one serves."""

import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from threading import Lock, Thread

import structlog
from sqlalchemy.exc import SQLAlchemyError

from desk.access.person import Person
from desk.board.similar_orders import SimilarOrder, SimilarOrders
from desk.clock_desk import ClockDesk
from desk.intake import Intake
from desk.lookout import give_back_memory
from desk.opening import open_scorer
from desk.playbook_in_force import InForce, PlaybookInForce
from desk.queue.desk import DeskQueue, QueueDesk, queue_without_model
from desk.scorer import Scorer
from desk.settings import Settings
from desk.standing import Standing
from desk.worklist import Worklist
from hotline.errors import QinglingError
from hotline.order import Order
from hotline.playbook import Playbook
from models.registry import Registered, Registry
from serve.errors import Unavailable
from store.database import Store, open_store
from store.event_types import event_types

_LOG = structlog.get_logger("serve")
#: Seconds before a champion that could not be opened is tried again.
_RETRY_AFTER = 5.0

Mark = tuple[int, int]


@dataclass(frozen=True)
class InService:
    """A champion with its store; whoever took them keeps them to the end of the request."""

    store: Store
    scorer: Scorer
    worklist: Worklist
    queues: QueueDesk

    @classmethod
    def of(cls, store: Store, scorer: Scorer) -> "InService":
        """A champion that begins to serve."""
        worklist = Worklist(scorer)
        return cls(store, scorer, worklist, QueueDesk(scorer, worklist))


@dataclass(frozen=True)
class _Failure:
    mark: Mark
    message: str
    at: float


class OpenDesk:
    """Opens the champion in the background, at the start and whenever another one was promoted.

    One that cannot be opened leaves the earlier one in service; `problem` says why. ArgumentError where the file of
    the playbook cannot be used.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._in_force = PlaybookInForce.of(settings)
        self._registry = Registry(settings.home)
        self._lock = Lock()
        self._loader: Thread | None = None
        self._opened: InService | None = None
        self._mark: Mark | None = None
        self._failure: _Failure | None = None
        self._writing_store: Store | None = None
        self._clock_desk: ClockDesk | None = None
        self._similar = SimilarOrders()

    @property
    def store(self) -> Store:
        """The store of the champion's data set; before there is one, of the data set in use."""
        if self._opened:
            return self._opened.store
        with self._lock:
            if not self._writing_store:
                at = self._settings
                self._writing_store = open_store(at.home, at.dataset, at.database_url)
            return self._writing_store

    @property
    def intake(self) -> Intake:
        """The way in for orders, events and callbacks."""
        self.look()
        return Intake(self.store, self._event_types, self.playbook.rules)

    @property
    def playbook(self) -> Playbook:
        """The playbook in force; what another worker changed of it is taken up within a second."""
        return self.look_at_playbook().playbook

    def look_at_playbook(self, anew: bool = False) -> InForce:
        """The same with where each setting comes from."""
        return self._in_force.look(self.store.engine, anew)

    def _event_types(self) -> frozenset[str]:
        return event_types(self.store.engine)

    def look_at_all(self) -> Standing:
        """Everybody's history as it stands now, with or without a champion."""
        self.look()
        if self._opened:
            return self._opened.scorer.lookout.look()
        store = self.store
        with self._lock:
            if self._clock_desk is None:
                self._clock_desk = ClockDesk(store)
        return self._clock_desk.look()

    def queue_of(self, who: Person, playbook: Playbook, now: datetime) -> tuple[Store, DeskQueue]:
        """Someone's queue, and the store it was made of: by what a call saves, or by clocks where no model speaks."""
        try:
            service = self.in_service()
        except Unavailable:
            store = self.store
            return store, queue_without_model(store, self.look_at_all(), who, playbook, now)
        return service.store, service.queues.of(service.store, who, playbook, now)

    def similar_to(self, order: Order, who: Person, now: datetime) -> tuple[SimilarOrder, ...] | None:
        """Past orders of someone's own much like one; None while a champion is loaded, whose history will tell."""
        if self._opened is None and self._registry.champion_mark() is not None:
            return None
        return self._similar.of(self.store, self.look_at_all(), order, who, now)

    def notice(self) -> None:
        """Take in what was just written, so that the next score need not."""
        if self._opened:
            with suppress(SQLAlchemyError):  # then the next score says so
                self._opened.scorer.lookout.look()

    def in_service(self) -> InService:
        """The champion, ready to score. Unavailable where there is none."""
        self.look()
        if self._opened:
            return self._opened
        if self._registry.champion_mark() is None:
            remedy = "run `qingling train` and `qingling promote`; orders and events are taken meanwhile"
            raise Unavailable("no_champion", "no model has been promoted yet", remedy)
        if self._failure:
            remedy = "run `qingling train` and `qingling promote`"
            raise Unavailable("champion_broken", self._failure.message, remedy)
        raise Unavailable("loading", "the champion is being loaded", "try again in a few seconds")

    def champion(self) -> Registered | None:
        """The model by which this worker scores; None before there is one."""
        return self._opened.scorer.champion if self._opened else None

    @property
    def problem(self) -> str | None:
        """Why the latest champion is not in service; None where it is."""
        if self._failure:
            return self._failure.message
        if self._opened and self._registry.champion_mark() is None:
            return "the champion's file is gone; the one loaded earlier serves"
        return None

    def look(self) -> None:
        """Begin to open the champion if it is another one than before; costs one look at a file's date."""
        mark = self._registry.champion_mark()
        if mark is None or mark == self._mark:
            return
        with self._lock:
            if (
                mark == self._mark
                or (self._loader and self._loader.is_alive())
                or self._failed_just_now(mark)
            ):
                return
            self._loader = Thread(target=self._load, args=(mark,), name="champion", daemon=True)
            self._loader.start()

    def _failed_just_now(self, mark: Mark) -> bool:
        failure = self._failure
        return bool(failure and failure.mark == mark and time.monotonic() - failure.at < _RETRY_AFTER)

    def _load(self, mark: Mark) -> None:
        try:
            store, scorer = open_scorer(self._settings, self._in_force)
            opened = InService.of(store, scorer)
        except Exception as error:
            message = _why(error)
            _LOG.error("champion_refused", kind=type(error).__name__)
            self._failure = _Failure(mark, message, time.monotonic())
            return
        before, self._opened, self._mark, self._failure = self._opened, opened, mark, None
        self._clock_desk = None
        _LOG.info("champion_serves", version=opened.scorer.champion.version)
        if before:
            before.store.close()
            del before
            give_back_memory()

    def close(self) -> None:
        """Let go of the databases."""
        for store in (self._opened.store if self._opened else None, self._writing_store):
            if store:
                store.close()


def _why(error: Exception) -> str:
    if isinstance(error, QinglingError):
        return str(error)
    return f"the champion cannot be opened ({type(error).__name__})"
