"""Scores take turns: they compute, so side by side they would only get in each other's way."""

from collections.abc import Callable
from typing import TypeVar

import anyio
import anyio.to_thread

T = TypeVar("T")


class Turns:
    """One score at a time, beside the loop that hears requests, so that health and writes never wait for it."""

    def __init__(self) -> None:
        self._turn: anyio.CapacityLimiter | None = None

    async def take(self, score: Callable[[], T]) -> T:
        """What a score says, when its turn has come."""
        if self._turn is None:
            self._turn = anyio.CapacityLimiter(1)
        return await anyio.to_thread.run_sync(score, limiter=self._turn)
