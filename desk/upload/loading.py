"""Loading an upload in a process of its own: it has its own memory, and whoever kills it leaves nothing half-done."""

import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from threading import Thread
from typing import Any

from desk.access.person import Person
from desk.settings import Settings
from desk.upload.holding import hold
from desk.upload.shelf import Shelf
from hotline.scope import Scope


@dataclass(frozen=True)
class Task:
    """What the process is told: which upload, of whom, whose orders are theirs, and where the store is."""

    upload_id: str
    by: str
    role: str
    scope: Scope
    home: Path
    database_url: str | None
    clock_ahead: float

    def to_json(self) -> bytes:
        """As it is handed over."""
        return bytes(_adapter().dump_json(self))

    @staticmethod
    def from_json(content: bytes) -> "Task":
        """What `to_json` wrote."""
        task: Task = _adapter().validate_json(content)
        return task


@cache
def _adapter() -> Any:
    from pydantic import TypeAdapter

    return TypeAdapter(Task)


def begin(
    shelf: Shelf, upload_id: str, who: Person, settings: Settings, now: datetime, after: Callable[[], None]
) -> bool:
    """Begin to load a checked upload; False where it is being loaded, is loaded, or cannot be.

    The process inherits the upload's lock and holds it as long as it lives. `after` is called when it has ended.
    """
    with hold(shelf.lock(upload_id)) as lock:
        upload = shelf.of(upload_id, who.label)
        if lock is None or upload.loaded or not upload.can_load:
            return False
        shelf.save(replace(upload, began_at=now.isoformat(timespec="seconds"), failed=""))
        shelf.tell(upload, "")
        task = Task(
            upload_id,
            who.label,
            who.role.value,
            who.scope,
            settings.home.resolve(),
            settings.database_url,
            settings.clock_ahead,
        )
        child = subprocess.Popen(
            [sys.executable, "-P", "-m", "desk.upload.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            pass_fds=(lock,),
            start_new_session=True,
        )
        assert child.stdin is not None
        with suppress(OSError):  # it died at once; then its upload was cut short
            child.stdin.write(task.to_json())
            child.stdin.close()
    Thread(target=_wait, args=(child, after), name="upload", daemon=True).start()
    return True


def _wait(child: subprocess.Popen[bytes], after: Callable[[], None]) -> None:
    child.wait()
    after()
