"""What can be wrong with a database that no caller is to blame for: busy, full, gone; and the way out."""

import errno
from dataclasses import dataclass

from sqlalchemy import exc

from hotline.errors import QinglingError


@dataclass(frozen=True)
class Fault:
    """A state of the database: its name for machines, what it is, and what to do."""

    code: str
    message: str
    remedy: str


BUSY = Fault("store_busy", "the database is busy with other writes", "try again in a few seconds")
FULL = Fault("store_full", "there is no room left on the disk", "make room; nothing else needs doing")
GONE = Fault(
    "store_unavailable",
    "the database does not answer",
    "see that its server runs, or that its file is there and may be written; then try again",
)

#: PostgreSQL's own codes: waits that were given up, and a full disk.
_BUSY_STATES = frozenset({"55P03", "57014", "40001", "40P01", "53300"})
_FULL_STATES = frozenset({"53100", "54000"})
_FULL_ERRNOS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class StoreReplaced(QinglingError):  # noqa: N818 - a state, told to whoever asked
    """The database's file was replaced while a write waited for it; nothing was written."""

    def __init__(self) -> None:
        super().__init__("the database was replaced just now; nothing was written; try again")


def fault_of(error: BaseException) -> Fault | None:
    """The state that an error comes from; None where the error is a fault of ours."""
    if isinstance(error, StoreReplaced | exc.TimeoutError):
        return BUSY
    if isinstance(error, OSError):
        return FULL if error.errno in _FULL_ERRNOS else GONE
    if not isinstance(error, exc.DBAPIError):
        return None
    state = getattr(error.orig, "sqlstate", None)
    words = str(error.orig)
    if state in _FULL_STATES or "is full" in words:
        return FULL
    if state in _BUSY_STATES or "is locked" in words:
        return BUSY
    # A database that is no database, or was damaged, is told by sqlite as a plain DatabaseError.
    is_state = isinstance(error, exc.OperationalError | exc.InterfaceError) or error.connection_invalidated
    return GONE if is_state or "malformed" in words or "not a database" in words else None


def told_in_a_line(error: BaseException) -> str | None:
    """The state that an error, or one that it came from, tells of, with the remedy; None for a fault of ours."""
    seen: BaseException | None = error
    while seen is not None:
        fault = fault_of(seen)
        if fault and isinstance(seen, OSError):
            # A file that is not there may be a mistake of ours; one that may not be touched is not.
            is_barred = isinstance(seen, PermissionError) or seen.errno == errno.EROFS
            if fault is FULL:
                return f"{fault.message}; {fault.remedy}"
            return f"{seen.filename} may not be written; mend its rights" if is_barred else None
        if fault:
            return f"{fault.message}; {fault.remedy}"
        seen = seen.__cause__ or seen.__context__
    return None
