"""Open connections to a service of several workers, each known by the worker that answers on it."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

from tests.benchmarks.load import Ask, Reply, exchanged

#: The service closes a connection that was idle for five seconds; whoever asks later opens another.
_IDLE_SECONDS = 4.0
#: Seconds after which an answer is missing.
PATIENCE = 40.0


@dataclass
class Line:
    """One connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    worker: int
    used_at: float

    async def asked(self, ask: Ask) -> Reply:
        """The answer. OSError, EOFError or TimeoutError where there is none."""
        async with asyncio.timeout(PATIENCE):
            reply = await exchanged(self.reader, self.writer, ask)
        self.used_at = time.monotonic()
        return reply


class Lines:
    """Connections to the workers, the same number to each, lent out one question at a time."""

    def __init__(self, port: int, workers: frozenset[int], each: int, choose: Random) -> None:
        self._port, self._workers, self._each, self._choose = port, workers, each, choose
        self._free: dict[int, deque[Line]] = {worker: deque() for worker in workers}
        self._changed = asyncio.Condition()

    async def open(self) -> None:
        """Connect until every worker has its share; RuntimeError where one never answers."""
        for _ in range(100 * self._each * len(self._workers)):
            if all(len(lines) == self._each for lines in self._free.values()):
                return
            line = await self._connected()
            if len(self._free[line.worker]) < self._each:
                self._free[line.worker].append(line)
            else:
                line.writer.close()
        raise RuntimeError(
            f"connections went to {[len(lines) for lines in self._free.values()]} of the workers"
        )

    def close(self) -> None:
        """Hang up."""
        for lines in self._free.values():
            for line in lines:
                line.writer.close()

    @asynccontextmanager
    async def lent(self, other_than: int | None = None) -> AsyncIterator[Line]:
        """A free connection to any worker, or to another one than this; waits where none is free."""
        async with self._changed:
            await self._changed.wait_for(lambda: any(self._free.values()))
            some = [worker for worker, lines in self._free.items() if lines]
            wanted = [worker for worker in some if worker != other_than] or some
            line = self._free[self._choose.choice(wanted)].popleft()
        try:
            if time.monotonic() - line.used_at > _IDLE_SECONDS:
                line.writer.close()
                line = await self._connected()
            yield line
        except BaseException:
            line.writer.close()
            line = await self._connected()
            raise
        finally:
            async with self._changed:
                self._free[line.worker].append(line)
                self._changed.notify()

    async def _connected(self) -> Line:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        # Asked once, so that a worker has taken it up.
        await exchanged(reader, writer, Ask("GET", "/healthz"))
        mine = writer.get_extra_info("sockname")[1]
        worker = await asyncio.to_thread(holder, self._port, mine, self._workers)
        return Line(reader, writer, worker, time.monotonic())


def holder(port: int, peer: int, among: frozenset[int]) -> int:
    """Which of some processes holds the server's end of a connection of this machine (Linux)."""
    ends = (f":{port:04X}", f":{peer:04X}")
    for row in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        cells = row.split()
        if cells[1].endswith(ends[0]) and cells[2].endswith(ends[1]):
            for worker in among:
                if any(
                    _leads_to(end, f"socket:[{cells[9]}]") for end in Path(f"/proc/{worker}/fd").iterdir()
                ):
                    return worker
    raise RuntimeError(f"no worker holds the connection from port {peer}")


def _leads_to(end: Path, target: str) -> bool:
    try:
        return str(end.readlink()) == target
    except OSError:
        return False
