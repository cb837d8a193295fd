"""The month's forecast takes a while to make: what was made within the hour is shown again without waiting."""

from collections import OrderedDict
from datetime import datetime, timedelta
from threading import Lock

from desk.access.person import Person
from desk.month_forecast import MonthForecast
from hotline.calendar import from_micros, to_micros
from hotline.policy import Action
from hotline.scope import Scope

_KEPT_FOR = timedelta(hours=1)
_MOST = 200
_Reader = tuple[Scope, bool]


class KeptForecasts:
    """The last forecast for each scope; for those who meet no order apart, for it names none."""

    def __init__(self) -> None:
        self._kept: OrderedDict[_Reader, MonthForecast] = OrderedDict()
        self._lock = Lock()

    def of(self, who: Person, now: datetime) -> MonthForecast | None:
        """The forecast that this person may read; None where none was made within the hour."""
        with self._lock:
            found = self._kept.get(_reader(who))
        if found is None or to_micros(now) >= found.end:  # another month has begun
            return None
        return found if timedelta(0) <= now - from_micros(found.as_of) <= _KEPT_FOR else None

    def keep(self, who: Person, forecast: MonthForecast) -> None:
        """Keep what was just made for this person."""
        with self._lock:
            self._kept[_reader(who)] = forecast
            self._kept.move_to_end(_reader(who))
            while len(self._kept) > _MOST:
                self._kept.popitem(last=False)


def _reader(who: Person) -> _Reader:
    return who.scope, who.may(Action.READ_WORKLIST)
