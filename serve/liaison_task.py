"""The background task of each worker that pushes to the liaison group; a lease lets one of them do it."""

from collections.abc import Callable
from datetime import datetime
from threading import Event, Thread

import structlog
from sqlalchemy.exc import SQLAlchemyError

from desk.liaison import LEASE_NAME, Liaison, Send
from desk.settings import Settings
from hotline.calendar import SHANGHAI
from hotline.liaison import QuietHours
from hotline.playbook import Playbook
from serve.open_desk import OpenDesk
from serve.rescorer import a_holder
from serve.robot import Robot
from store.database import Store

_LOG = structlog.get_logger("serve")
#: Seconds between two looks at what has been written.
_LOOK = 10.0


class LiaisonTask:
    """Pushes while the service runs; does nothing where no robot is set.

    ArgumentError where the settings of the robot cannot be used.
    """

    def __init__(
        self,
        desk: OpenDesk,
        settings: Settings,
        playbook: Playbook,
        now: Callable[[], datetime] = lambda: datetime.now(SHANGHAI),
        look_seconds: float = _LOOK,
    ) -> None:
        url = settings.liaison_url
        self._send: Send | None = Robot(url.get_secret_value(), settings.liaison_template) if url else None
        self._quiet = QuietHours.of(settings.liaison_quiet)
        self._desk, self._playbook, self._now = desk, playbook, now
        self._look_seconds = look_seconds
        self._holder = a_holder()
        self._stop = Event()
        self._thread: Thread | None = None
        self._of_store: tuple[Store, Liaison] | None = None

    def start(self) -> None:
        """Begin to look, if there is a robot."""
        if self._send is not None:
            self._stop.clear()
            self._thread = Thread(target=self._run, name="liaison", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Stop, and let another worker take over at once."""
        self._stop.set()
        if self._thread:
            self._thread.join(timeout=30)
        if self._of_store:
            try:
                self._of_store[0].give_lease_back(LEASE_NAME, self._holder)
            except SQLAlchemyError as error:
                _LOG.warning("lease_not_given_back", kind=type(error).__name__)

    def look(self) -> None:
        """One look: push what is due, if this worker is the one to do it."""
        if self._send is None:
            return
        store = self._desk.store
        if self._of_store is None or self._of_store[0] is not store:
            liaison = Liaison(store, self._playbook, self._send, self._quiet, self._holder)
            self._of_store = store, liaison
        if arrived := self._of_store[1].turn(self._now()):
            _LOG.info("pushed", count=arrived)

    def _run(self) -> None:
        while not self._stop.wait(self._look_seconds):
            try:
                self.look()
            except Exception as error:  # whatever it was, the next look tries again
                _LOG.error("pushing_failed", kind=type(error).__name__)
