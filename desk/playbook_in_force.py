"""The playbook as it is in force: an office's file, with what was changed by page laid over it, taken up within a second."""

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from threading import Lock
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from desk.settings import Settings
from hotline.bands import BandLimits
from hotline.errors import ArgumentError
from hotline.playbook import Playbook
from hotline.playbook_file import playbook_of, read_told
from hotline.playbook_settings import SettingName, laid_over
from store import playbook_changes

_LOG = logging.getLogger("desk")
#: Seconds between two looks at whether somebody has changed a setting.
_LOOKED_EVERY = 1.0


@dataclass(frozen=True, eq=False)
class InForce:
    """The settings in force at a moment.

    number  : of the newest change that they know of
    file    : what the office's file says
    page    : what was changed by page
    problem : why the changes cannot be used beside the file; then the file alone is in force
    """

    number: int
    file: Mapping[str, Any]
    page: Mapping[SettingName, Any]
    playbook: Playbook
    problem: str = ""

    @classmethod
    def of(cls, file: Mapping[str, Any], number: int, page: Mapping[SettingName, Any]) -> "InForce":
        """The file's settings with those of the page; the file's alone where they do not go together."""
        try:
            return cls(number, file, page, playbook_of(laid_over(file, page.items())))
        except ArgumentError as error:
            _LOG.warning(
                "the playbook's changes by page cannot be used beside its file; the file is in force"
            )
            return cls(number, file, page, playbook_of(file), str(error))

    @property
    def told(self) -> Mapping[str, Any]:
        """What is set, by the file or by page."""
        return self.file if self.problem else laid_over(self.file, self.page.items())


class PlaybookInForce:
    """Looks every second whether a setting was changed by page; whoever asks in between is answered from memory.

    While the database is away, what was in force last stays so.
    """

    def __init__(self, file: Mapping[str, Any]) -> None:
        self._file = file
        self._lock = Lock()
        self._kept: tuple[Engine | None, float, InForce] = (None, 0.0, InForce.of(file, 0, {}))

    @classmethod
    def of(cls, settings: Settings) -> "PlaybookInForce":
        """That of an installation. ArgumentError, naming file and setting, where its file cannot be used."""
        return cls(read_told(settings.playbook_file))

    def look(self, engine: Engine, anew: bool = False) -> InForce:
        """The settings in force in this database; with `anew` as they stand this very moment."""
        with self._lock:
            seen_in, looked_at, found = self._kept
            is_fresh = seen_in is engine and time.monotonic() - looked_at < _LOOKED_EVERY
            if not is_fresh or anew:
                found = self._renewed(engine, found if seen_in is engine else None)
                self._kept = engine, time.monotonic(), found
            return found

    def playbook(self, engine: Engine) -> Playbook:
        """The playbook in force in this database."""
        return self.look(engine).playbook

    def band_limits(self, engine: Engine) -> BandLimits:
        """Where the bands begin: at the risks from which the playbook has the manager and the street call."""
        rules = self.playbook(engine).rules
        return BandLimits(rules.strong, rules.likely, timedelta(hours=rules.near_hours))

    def _renewed(self, engine: Engine, before: InForce | None) -> InForce:
        try:
            if before is not None and playbook_changes.newest_number(engine) == before.number:
                return before
            return InForce.of(self._file, *playbook_changes.in_force(engine))
        except SQLAlchemyError:
            return before or InForce.of(self._file, 0, {})
