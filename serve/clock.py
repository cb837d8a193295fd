"""The moment at which a request is looked at."""

import time


def now_micros() -> int:
    """Microseconds since 1970, in UTC."""
    return time.time_ns() // 1_000
