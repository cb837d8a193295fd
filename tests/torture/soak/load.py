"""The load itself: as much as is answered at once, then a steady share of it with everything that is done meanwhile."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from random import Random
from typing import Any

from desk.settings import Settings
from store.database import open_store
from tests.benchmarks.load import Ask
from tests.benchmarks.servers import Server
from tests.serve.conftest import a_key
from tests.torture.soak.callers import REQUESTS_AN_ERRAND, Callers
from tests.torture.soak.disturbances import Disturbances, Swap, outage, swapping
from tests.torture.soak.lines import Lines
from tests.torture.soak.memory import Held, look

#: Connections to each worker, and errands at once while as much as possible is asked.
_EACH, _AT_ONCE = 16, 8
_LOOK_SECONDS = 3.0


@dataclass(frozen=True)
class Plan:
    """How long and how hard.

    share  : of the requests a second that were answered as fast as possible
    sample : logged scores of each version computed again
    counted : of so many orders it is counted what one takes in memory
    swaps, outage : when they come, as shares of the time
    """

    seconds: float
    seed: int = 1
    share: float = 0.5
    measured_seconds: float = 30.0
    outage_seconds: float = 25.0
    sample: int = 700
    counted: int = 1_000
    swaps: tuple[float, ...] = (0.1, 0.25, 0.35, 0.51, 0.7, 0.85)
    outage: float = 0.5


class Load:
    """One load on a service that runs; afterwards everything that was seen is in it."""

    def __init__(
        self,
        settings: Settings,
        server: Server,
        database: Any,
        plan: Plan,
        versions: tuple[str, ...],
        tell: Callable[[str], None],
    ) -> None:
        self._settings, self._server, self._database = settings, server, database
        self._plan, self._versions, self._tell = plan, versions, tell
        self._choose = Random(plan.seed)
        self.workers = workers_of(server.group)
        self.callers = self._made_callers()
        self.held: dict[int, list[Held]] = {worker: [] for worker in self.workers}
        self.most_a_second = 0.0
        self.began = 0.0
        self.wrong: list[str] = []

    def _made_callers(self) -> Callers:
        store = open_store(self._settings.home, None, self._settings.database_url)
        columns = ["order_id", "community", "company"]
        stored = store.frames()["orders"].drop_duplicates("order_id")[columns].to_dict("records")
        store.close()
        lines = Lines(self._server.port, self.workers, _EACH, self._choose)
        first = Swap(self._versions[0], float("-inf"), float("-inf"))
        key = a_key(self._settings)["Authorization"].removeprefix("Bearer ")
        return Callers(lines, key, Disturbances([first]), stored, self._choose)

    async def run(self) -> None:
        """First as much as possible, then the share of it for the time."""
        lines = self.callers.lines
        await lines.open()
        for worker in self.workers:
            await self._ready(worker)
        self._tell(f"measuring the most for {self._plan.measured_seconds:.0f} s")
        self.most_a_second = await self._closed(self._plan.measured_seconds)
        self._tell(
            f"{self.most_a_second:.0f} requests a second at most; now {self._plan.share:.2f} of it for "
            f"{self._plan.seconds:.0f} s"
        )
        self.began = time.monotonic()
        looking = asyncio.create_task(self._look())
        async with asyncio.TaskGroup() as group:
            group.create_task(self._open(self._plan.share * self.most_a_second))
            group.create_task(self._swap())
            group.create_task(self._cut_off())
        looking.cancel()
        lines.close()
        if workers_of(self._server.group) != self.workers:
            self.wrong.append("a worker ended and was replaced")

    async def _ready(self, worker: int) -> None:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            for other in self.workers:
                async with self.callers.lines.lent(other_than=other) as line:
                    reply = await line.asked(Ask("GET", "/readyz"))
                if line.worker == worker and reply.status == 200:
                    return
            await asyncio.sleep(0.1)
        raise RuntimeError(f"worker {worker} is not ready")

    async def _closed(self, seconds: float) -> float:
        """As many errands as are answered, some at once; requests a second."""
        before, began = len(self.callers.seen), time.monotonic()

        async def one() -> None:
            while time.monotonic() < began + seconds:
                await self.callers.run(time.monotonic())

        await asyncio.gather(*(one() for _ in range(_AT_ONCE)))
        return (len(self.callers.seen) - before) / (time.monotonic() - began)

    async def _open(self, requests_a_second: float) -> None:
        """Errands come at random moments, whether or not earlier ones are answered."""
        due, end = self.began, self.began + self._plan.seconds
        async with asyncio.TaskGroup() as group:
            while (due := due + self._choose.expovariate(requests_a_second / REQUESTS_AN_ERRAND)) < end:
                await asyncio.sleep(max(0.0, due - time.monotonic()))
                group.create_task(self.callers.run(due))

    async def _swap(self) -> None:
        others = cycle((*self._versions[1:], self._versions[0]))
        for share, version in zip(self._plan.swaps, others, strict=False):
            await asyncio.sleep(self._seconds_until(share))
            await swapping(self.callers.done, self._settings.home, version)

    async def _cut_off(self) -> None:
        await asyncio.sleep(self._seconds_until(self._plan.outage))
        await outage(self.callers.done, self._database, self._plan.outage_seconds)

    def _seconds_until(self, share: float) -> float:
        return max(0.0, self.began + share * self._plan.seconds - time.monotonic())

    async def _look(self) -> None:
        callers, swaps, there = self.callers, self.callers.done.swaps, len(self.callers.stored)
        opened, at_opening = len(swaps), there
        while True:
            if len(swaps) > opened:
                opened, at_opening = len(swaps), there + len(callers.ledger.orders)
            changed = sum(at > swaps[-1].ended for at in callers.changed_at.values())
            for worker in self.workers:
                self.held[worker].append(look(worker, time.monotonic() - self.began, changed, at_opening))
            await asyncio.sleep(_LOOK_SECONDS)


def workers_of(group: int) -> frozenset[int]:
    """The workers that a service's first process started (Linux)."""
    children = Path(f"/proc/{group}/task/{group}/children").read_text().split()
    return frozenset(
        int(child) for child in children if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()
    )
