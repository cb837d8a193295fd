"""A background task that every worker runs and a lease in the database lets one of them do."""

import os
import secrets
import socket
from abc import ABC, abstractmethod
from threading import Event, Thread
from typing import Generic, TypeVar

import structlog
from sqlalchemy.exc import SQLAlchemyError

from serve.errors import Unavailable
from store.database import Store

_LOG = structlog.get_logger("serve")
T = TypeVar("T")


class Leased(ABC, Generic[T]):
    """Looks every few seconds, on a thread of its own; whatever fails, the next look tries again.

    A subclass says what a look does (`look`), what works on a store (`_made_for`) and which lease it takes.
    """

    lease_name: str

    def __init__(self, look_seconds: float) -> None:
        self._look_seconds = look_seconds
        self._holder = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self._stop = Event()
        self._thread: Thread | None = None
        self._of_store: tuple[Store, T] | None = None

    @property
    @abstractmethod
    def is_wanted(self) -> bool:
        """Whether the settings ask for it at all."""

    @abstractmethod
    def look(self) -> None:
        """One look: do what is due, if this worker is the one to do it."""

    @abstractmethod
    def _made_for(self, store: Store) -> T:
        """What works on a store."""

    def start(self) -> None:
        """Begin to look, if it is wanted."""
        if self.is_wanted:
            self._stop.clear()
            self._thread = Thread(target=self._run, name=self.lease_name, daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Stop, and let another worker take over at once."""
        self._stop.set()
        if self._thread:
            self._thread.join(timeout=30)
        if self._of_store:
            try:
                self._of_store[0].give_lease_back(self.lease_name, self._holder)
            except SQLAlchemyError as error:
                _LOG.warning("lease_not_given_back", kind=type(error).__name__)

    def _on(self, store: Store) -> T:
        if self._of_store is None or self._of_store[0] is not store:
            self._of_store = store, self._made_for(store)
        return self._of_store[1]

    def _run(self) -> None:
        while not self._stop.wait(self._look_seconds):
            try:
                self.look()
            except Unavailable:
                continue  # no champion yet: duties and clocks go on without scores
            except Exception as error:
                _LOG.error(f"{self.lease_name}_failed", kind=type(error).__name__)
