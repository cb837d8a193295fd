"""How many requests one caller may send: a bucket that fills steadily and empties by each request."""

import time
from threading import Lock

_MOST_BUCKETS = 10_000


class Buckets:
    """A bucket a caller, in this worker; a full one holds `burst` requests and gains `per_second`."""

    def __init__(self, per_second: float, burst: float) -> None:
        self.per_second, self.burst = per_second, burst
        self._levels: dict[str, tuple[float, float]] = {}
        self._lock = Lock()

    def take(self, caller: str) -> int:
        """Take one request out; 0 if it may pass, else the seconds to wait."""
        now = time.monotonic()
        with self._lock:
            level, at = self._levels.get(caller, (self.burst, now))
            level = min(self.burst, level + (now - at) * self.per_second)
            if level < 1:
                self._levels[caller] = (level, now)
                return max(1, round((1 - level) / self.per_second))
            if len(self._levels) >= _MOST_BUCKETS and caller not in self._levels:
                self._drop_full(now)
            self._levels[caller] = (level - 1, now)
            return 0

    def _drop_full(self, now: float) -> None:
        """Let go of callers that are not waiting for anything; of all, where too many of them are."""
        full_after = self.burst / self.per_second
        self._levels = {c: (level, at) for c, (level, at) in self._levels.items() if now - at < full_after}
        if len(self._levels) >= _MOST_BUCKETS:
            self._levels.clear()
