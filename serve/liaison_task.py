"""The background task that pushes to the liaison group."""

import structlog

from desk.liaison import LEASE_NAME, Liaison, Send
from desk.settings import Settings
from hotline.liaison import QuietHours
from serve.clock import Clock
from serve.leased import Leased
from serve.open_desk import OpenDesk
from serve.robot import Robot
from store.database import Store

_LOG = structlog.get_logger("serve")
#: Seconds between two looks at what has been written.
_LOOK = 10.0


class LiaisonTask(Leased[Liaison]):
    """Pushes while the service runs; does nothing where no robot is set.

    ArgumentError where the settings of the robot cannot be used.
    """

    lease_name = LEASE_NAME

    def __init__(
        self,
        desk: OpenDesk,
        settings: Settings,
        now: Clock,
        look_seconds: float = _LOOK,
    ) -> None:
        super().__init__(look_seconds)
        url = settings.liaison_url
        self._send: Send | None = Robot(url.get_secret_value(), settings.liaison_template) if url else None
        self._quiet = QuietHours.of(settings.liaison_quiet)
        self._desk, self._now = desk, now

    @property
    def is_wanted(self) -> bool:
        """Whether there is a robot."""
        return self._send is not None

    def look(self) -> None:
        """One look: push what is due, if this worker is the one to do it."""
        if not self.is_wanted:
            return
        group = self._on(self._desk.store)
        group.playbook = self._desk.playbook
        if arrived := group.turn(self._now()):
            _LOG.info("pushed", count=arrived)

    def _made_for(self, store: Store) -> Liaison:
        assert self._send is not None
        return Liaison(store, self._desk.playbook, self._send, self._quiet, self._holder)
