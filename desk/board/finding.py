"""What people type to find orders in a list."""

from collections.abc import Iterable


def is_found(find: str, told: Iterable[str | None]) -> bool:
    """Whether each of the words that are sought stands somewhere in what is told of an order.

    >>> is_found("东园 电梯", ["A-17", "东园一村", "电梯", None]), is_found("东园 水", ["东园一村", None])
    (True, False)
    """
    words = [word for word in told if word]
    return all(any(sought in word for word in words) for sought in find.split())
