"""Which orders are open where nothing was learnt yet: duties and clocks go on without a model."""

from datetime import datetime
from functools import partial
from threading import Lock

from desk.lookout import Lookout, warm_up
from desk.open_orders import open_frames
from desk.standing import Standing
from features.community import is_structurally_blocked
from features.definition import FeatureSet
from hotline.calendar import to_micros
from hotline.lifecycle import OfficialCaller
from hotline.scope import Whereabouts
from store.database import Store

_WORDS = Whereabouts._fields
#: All that is asked of this history.
_ASKED = FeatureSet((is_structurally_blocked,))


class ClockDesk:
    """Keeps everybody's history as a scorer does, and asks of it which orders are open, and what no call can remove."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = Lock()
        self._lookout: Lookout | None = None

    def look(self) -> Standing:
        """Everybody's history as it stands now; the first look sorts it."""
        with self._lock:
            if self._lookout is None:
                attributes, caller = self._store.attributes(), OfficialCaller.CITY
                self._lookout = Lookout(self._store, attributes, caller, partial(warm_up, _ASKED))
        return self._lookout.look()


def open_and_whose(standing: Standing, at: datetime) -> list[tuple[str, Whereabouts]]:
    """The orders that are open at a moment, each with whose it is."""
    found: list[tuple[str, Whereabouts]] = []
    for frame in open_frames(standing, to_micros(at)):
        columns = [frame.word(name) for name in _WORDS]
        told = map(Whereabouts._make, zip(*columns, strict=True))
        found += zip(map(str, frame.order_id), told, strict=True)
    return found
