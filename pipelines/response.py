"""Who answers, and what 满意率 would be if everybody did: from the store to a report."""

from desk.settings import Settings
from features.history import History
from features.log import Log
from models.response import Calls, calls_of
from store.database import open_store


def calls_in_store(settings: Settings) -> tuple[str, Calls]:
    """The data set's name and every round that was called back, at the time of the call."""
    store = open_store(settings.home, settings.dataset, settings.database_url)
    try:
        frames = store.frames()
        history = History.of(Log.of(frames, store.attributes()))
        return store.dataset, calls_of(history, frames["callbacks"]["happened_at"].to_numpy())
    finally:
        store.close()
