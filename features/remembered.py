"""What several features ask of the same questions is worked out once, where these are few."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Remembered(Generic[T]):
    """A plain function of a frame or a past, and words and numbers; `compute` is the function itself.

    Of many questions nothing is remembered: a column for each would fill the memory.
    """

    def __init__(self, compute: Callable[..., T]) -> None:
        self.compute = compute
        self.__doc__ = compute.__doc__

    def __call__(self, asked: Any, *more: Any) -> T:
        """What the function says; for reading only."""
        memory: dict[Any, T] | None = asked.memory
        if memory is None or not all(isinstance(one, _PLAIN) for one in more):
            return self.compute(asked, *more)
        key = (self, *more)
        if key not in memory:
            memory[key] = self.compute(asked, *more)
        return memory[key]


_PLAIN = (str, int, float, tuple)


def remembered(function: Callable[..., T]) -> Remembered[T]:
    """Mark a function whose answers to a few questions are kept while they are answered."""
    return Remembered(function)
