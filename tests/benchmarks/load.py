"""A bounded load on one address of this machine: so many requests over so many connections."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True)
class Ask:
    """One request: its method, path, body in JSON, the key that it is sent with, and other headers."""

    method: str
    path: str
    body: bytes = b""
    key: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    def written(self) -> bytes:
        """The request as HTTP/1.1."""
        key = f"Authorization: Bearer {self.key}\r\n" if self.key else ""
        more = "".join(f"{name}: {value}\r\n" for name, value in self.headers.items())
        head = (
            f"{self.method} {self.path} HTTP/1.1\r\nHost: bench\r\n{key}{more}"
            f"Content-Type: application/json\r\nContent-Length: {len(self.body)}\r\n\r\n"
        )
        return head.encode() + self.body


@dataclass(frozen=True)
class Reply:
    """One answer: its status, its headers by their small names, and its body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Measured:
    """Requests a second, and milliseconds that half and 99 of 100 requests took at most."""

    a_second: float
    p50: float
    p99: float

    @classmethod
    def of(cls, milliseconds: Sequence[float], seconds: float) -> "Measured":
        """What so many answers in so long come to."""
        p50, p99 = np.percentile(milliseconds, [50, 99])
        return cls(len(milliseconds) / seconds, float(p50), float(p99))


def answer(port: int, ask: Ask) -> bytes:
    """The body of one answer."""

    async def once() -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            return await _answered(reader, writer, ask)
        finally:
            writer.close()

    return asyncio.run(once())


def load(port: int, asks: Sequence[Ask], requests: int, connections: int) -> Measured:
    """Ask round-robin; every answer must be a 200 or 201."""
    taken: list[float] = []
    turns = iter(range(requests))

    async def one() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for turn in turns:
            begun = time.perf_counter()
            await _answered(reader, writer, asks[turn % len(asks)])
            taken.append(1e3 * (time.perf_counter() - begun))
        writer.close()

    async def everyone() -> float:
        begun = time.perf_counter()
        await asyncio.gather(*(one() for _ in range(connections)))
        return time.perf_counter() - begun

    return Measured.of(taken, asyncio.run(everyone()))


async def exchanged(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, ask: Ask) -> Reply:
    """Send a request over a connection, and read its answer, whatever it is."""
    writer.write(ask.written())
    await writer.drain()
    first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    pairs = (line.split(":", 1) for line in lines if line)
    headers = {name.lower(): value.strip() for name, value in pairs}
    body = await reader.readexactly(int(headers["content-length"]))
    return Reply(int(first.split()[1]), headers, body)


async def _answered(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, ask: Ask) -> bytes:
    reply = await exchanged(reader, writer, ask)
    if reply.status not in (200, 201):
        raise RuntimeError(f"{ask.method} {ask.path}: {reply.body[:300]!r}")
    return reply.body
