"""The moment at which a request is looked at."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from desk.settings import Settings
from hotline.calendar import SHANGHAI

#: What the hotline's clock says; sessions, limits and the audit log go by this machine's.
Clock = Callable[[], datetime]


def clock_of(settings: Settings) -> Clock:
    """The clock of an installation: this machine's, or one that was set."""
    ahead = timedelta(seconds=settings.clock_ahead)
    return lambda: datetime.now(SHANGHAI) + ahead


def now_micros() -> int:
    """Microseconds since 1970, in UTC, by this machine's clock."""
    return time.time_ns() // 1_000
