"""The draw: which of the orders that stand nearly alike at a queue's cut line are called about, by lot."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b

import numpy as np

from desk.queue.queue import Queue
from features.arrays import Ints
from hotline.draw_rules import DrawRules


class Arm(StrEnum):
    """What was drawn for an order."""

    CALL = "call"
    LEAVE = "leave"


@dataclass(frozen=True)
class Lot:
    """One matter that was drawn: the order that stands for it, its others, its place then, and what fell to it."""

    order_id: str
    same: tuple[str, ...]
    rank: int
    arm: Arm


@dataclass(frozen=True)
class Draw:
    """A desk's draw of one day.

    chance : of a call, the same for every lot
    line   : the gain at the cut line
    near   : orders near the line, those that may not be drawn too
    """

    lots: tuple[Lot, ...]
    chance: float
    line: float
    near: int


def seed_of(rules: DrawRules, desk: str, day: str) -> int:
    """The seed of one desk's draw on one day; it tells nothing of the draws of others."""
    told = f"{rules.seed}\0{desk}\0{day}".encode()
    return int.from_bytes(blake2b(told, digest_size=8).digest()) >> 1


def draw(found: Queue, rules: DrawRules, seed: int, may_be: Callable[[Sequence[str]], set[str]]) -> Draw:
    """Draw among the orders near the cut line; as many are called about as stood above it.

    `may_be` says of some orders which ones may be drawn: an order is drawn with all others of its incident, and
    only if each of them may be. Orders that may not keep their place.
    """
    near, line = _near(found, rules)
    entries = [(rank, entry) for rank, entry in zip(near, found.at(near), strict=True)]
    names = [name for _, entry in entries for name in (entry.order_id, *entry.same)]
    allowed = may_be(names) if names else set()
    taking = [(rank, e) for rank, e in entries if allowed.issuperset((e.order_id, *e.same))]
    above = sum(rank <= found.capacity for rank, _ in taking)
    if not 0 < above < len(taking):
        return Draw((), 0.0, line, len(entries))
    called = set(np.random.default_rng(seed).permutation(len(taking))[:above].tolist())
    lots = (
        Lot(e.order_id, e.same, rank, Arm.CALL if number in called else Arm.LEAVE)
        for number, (rank, e) in enumerate(taking)
    )
    return Draw(tuple(lots), above / len(taking), line, len(entries))


def _near(found: Queue, rules: DrawRules) -> tuple[Ints, float]:
    """The ranks near the cut line, and the gain at it; none where everything can be called about."""
    capacity, none = found.capacity, np.empty(0, dtype=np.int64)
    if not 0 < capacity < found.ranked:
        return none, 0.0
    width = int(np.ceil(rules.share * capacity))
    ranks = np.arange(max(1, capacity - width + 1), min(found.ranked, capacity + width) + 1)
    gains = found.gain[found.rows[ranks - 1]]
    line = float(found.gain[found.rows[[capacity - 1, capacity]]].mean())
    return ranks[np.abs(gains - line) <= rules.nearness * line], line
