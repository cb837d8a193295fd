"""Memory that was freed, given back to the system."""

import ctypes
from contextlib import suppress


def give_back() -> None:
    """Let the system have what was freed; the C library would keep it, scattered, for later.

    A replaced history leaves much behind at once. Where the library has no such function nothing happens.
    """
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
