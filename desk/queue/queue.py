"""Today's calls of one desk: which orders, in which order, and why each is in or out."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from desk.queue.callback_times import CallbackTimes
from desk.queue.candidates import Candidates
from desk.queue.effects import Effects
from desk.queue.gain import expected_losses, gains

#: A call made today lies, on average, so many hours ahead.
_AHEAD_HOURS = 4.0


class Place(StrEnum):
    """Where an order stands, and why."""

    IN = "in"
    BELOW = "below"
    STRUCTURAL = "structural"
    OWN_DESK = "own_desk"
    CLAIMED = "claimed"
    DONE = "done"
    SAME_INCIDENT = "same_incident"

    @property
    def zh(self) -> str:
        """The reason as a call-taker reads it."""
        return _PLACE_ZH[self]


_PLACE_ZH = {
    Place.IN: "今日应联系",
    Place.BELOW: "排在今日容量之后",
    Place.STRUCTURAL: "结构性问题，列入街镇清单，打电话解决不了",
    Place.OWN_DESK: "企业自接，没有官方回访",
    Place.CLAIMED: "已有人认领",
    Place.DONE: "本轮已联系",
    Place.SAME_INCIDENT: "与排在前面的工单是同一件事",
}


@dataclass(frozen=True)
class Queued:
    """One order of a queue.

    gain    : points of 满意率 (0–1) that a call is expected to save, those of its incident together
    loss    : points that it is expected to lose if it is left
    in_time : the chance that the callback comes after the call
    rank    : its place, from 1; None where it cannot be called
    same    : other orders of the same incident, called about together
    """

    order_id: str
    place: Place
    gain: float
    loss: float
    in_time: float
    rank: int | None
    same: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Queue:
    """A desk's calls, those within capacity first; then, each with its reason, the others."""

    capacity: int
    entries: tuple[Queued, ...]
    is_prior: bool

    @property
    def calls(self) -> tuple[Queued, ...]:
        """Those to be called today."""
        return tuple(entry for entry in self.entries if entry.place is Place.IN)


def queue(
    orders: Candidates,
    times: CallbackTimes,
    effects: Effects,
    capacity: int,
    taken: Mapping[str, Place] | None = None,
) -> Queue:
    """The queue of one desk's orders; `taken` are those that are claimed or done, by order."""
    shift = effects.shift(orders)
    in_time = times.chance_after(orders.waited_hours, _AHEAD_HOURS)
    loss = expected_losses(orders.probabilities)
    gain = gains(orders.probabilities, shift, in_time)
    kept_out = _kept_out(orders, taken or {})
    heads, members, of_incident = _incidents(orders, gain, kept_out)
    ranked = heads[np.lexsort((orders.order_id[heads].astype(str), -of_incident[heads]))]
    entries = []
    for rank, row in enumerate(ranked, 1):
        same = tuple(str(orders.order_id[other]) for other in members.get(int(row), ()) if other != row)
        place = Place.IN if rank <= capacity else Place.BELOW
        told = float(of_incident[row]), float(loss[row]), float(in_time[row])
        entries.append(Queued(str(orders.order_id[row]), place, *told, rank, same))
    others = np.setdiff1d(np.arange(len(orders)), ranked)
    for row in others[np.argsort(-gain[others], kind="stable")]:
        place = kept_out.get(int(row), Place.SAME_INCIDENT)
        told = float(gain[row]), float(loss[row]), float(in_time[row])
        entries.append(Queued(str(orders.order_id[row]), place, *told, None))
    return Queue(capacity, tuple(entries), effects.is_prior)


def _kept_out(orders: Candidates, taken: Mapping[str, Place]) -> dict[int, Place]:
    """The orders that are not to be called, each with its reason."""
    found = {int(row): Place.STRUCTURAL for row in np.flatnonzero(orders.is_structural)}
    found |= {int(row): Place.OWN_DESK for row in np.flatnonzero(~orders.is_relayed.astype(bool))}
    found |= {int(row): Place.DONE for row in np.flatnonzero(orders.is_called)}
    if taken:
        found |= {row: taken[name] for row, name in enumerate(orders.order_id) if name in taken}
    return found


def _incidents(
    orders: Candidates, gain: np.ndarray, kept_out: Mapping[int, Place]
) -> tuple[np.ndarray, dict[int, np.ndarray], np.ndarray]:
    """The order that stands for each incident (the one with most to gain), its members, and their gain together."""
    free = np.ones(len(orders), dtype=bool)
    free[list(kept_out)] = False
    rows = np.flatnonzero(free)
    if not len(rows):
        return rows, {}, gain
    incident = orders.incident[rows]
    order = np.lexsort((-gain[rows], incident))
    rows, incident = rows[order], incident[order]
    begins = np.flatnonzero(np.append(True, np.diff(incident) != 0))
    heads = rows[begins]
    together = gain.copy()
    together[heads] = np.add.reduceat(gain[rows], begins)
    several = np.flatnonzero(np.diff(np.append(begins, len(rows))) > 1)
    ends = np.append(begins, len(rows))
    members = {int(rows[begins[n]]): rows[begins[n] : ends[n + 1]] for n in several}
    return heads, members, together
