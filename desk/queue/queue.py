"""Today's calls of one desk: which orders, in which order, and why each is in or out."""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from desk.queue.callback_times import CallbackTimes
from desk.queue.candidates import Candidates
from desk.queue.effects import Effects
from desk.queue.gain import expected_losses, gains
from features.arrays import Floats, Ints, Mask
from hotline.calendar import NO_TIME

#: A call made today lies, on average, so many hours ahead.
_AHEAD_HOURS = 4.0


class Place(StrEnum):
    """Where an order stands, and why."""

    IN = "in"
    BELOW = "below"
    STRUCTURAL = "structural"
    OWN_DESK = "own_desk"
    NOTHING_TO_GAIN = "nothing_to_gain"
    CLAIMED = "claimed"
    DONE = "done"
    TRIED = "tried"
    LEFT = "left"
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
    Place.NOTHING_TO_GAIN: "来不及或无益：官方回访已过，或联系改变不了评价",
    Place.CLAIMED: "已有人认领",
    Place.DONE: "本轮已联系",
    Place.TRIED: "刚才没有打通，两小时后再打",
    Place.LEFT: "临界抽签未抽中，本次不主动联系；有应办事项的照办",
    Place.SAME_INCIDENT: "与排在前面的工单是同一件事",
}


@dataclass(frozen=True)
class Queued:
    """One order of a queue.

    gain    : points of 满意率 (0–1) that a call is expected to save, those of its incident together
    loss    : points that it is expected to lose if it is left; both NaN where no model speaks
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
    """A desk's calls, those within capacity first; then, each with its reason, the others.

    Kept as columns, one entry an order; an order is written out when it is read.

    within  : so many, from the first, are to be called about today
    rows    : the orders as they stand in the queue
    ranked  : so many of them, from the first, can be called
    members : of the orders that stand for several, the rows of their incident
    """

    capacity: int
    within: int
    is_prior: bool
    order_id: np.ndarray
    place: np.ndarray
    gain: Floats
    loss: Floats
    in_time: Floats
    rows: Ints
    ranked: int
    members: Mapping[int, Ints]

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def calls(self) -> tuple[Queued, ...]:
        """Those to be called today."""
        return self.first(self.within)

    def first(self, limit: int | None = None) -> tuple[Queued, ...]:
        """The first orders as they stand; all of them without a limit."""
        return tuple(self._entry(rank, int(row)) for rank, row in enumerate(self.rows[:limit], 1))

    def at(self, ranks: Ints) -> tuple[Queued, ...]:
        """The orders of these ranks, from 1."""
        return tuple(self._entry(int(rank), int(self.rows[rank - 1])) for rank in ranks)

    def _entry(self, rank: int, row: int) -> Queued:
        same = tuple(str(self.order_id[other]) for other in self.members.get(row, ()) if other != row)
        return Queued(
            order_id=str(self.order_id[row]),
            place=self.place[row],
            gain=float(self.gain[row]),
            loss=float(self.loss[row]),
            in_time=float(self.in_time[row]),
            rank=rank if rank <= self.ranked else None,
            same=same,
        )


def queue(
    orders: Candidates,
    times: CallbackTimes,
    effects: Effects,
    capacity: int,
    taken: Mapping[str, Place] | None = None,
    drawn: Set[str] = frozenset(),
) -> Queue:
    """The queue of one desk's orders.

    taken : orders that are claimed, done, or left by the draw
    drawn : orders that are called about because the draw fell on them, wherever they stand
    """
    in_time = _in_time(orders, times)
    gain = gains(orders.probabilities, effects.shift(orders), in_time)
    place = _places(orders, gain <= 0, taken or {})
    heads, members, together = _incidents(orders.incident, gain, _is_free(place))
    ranked = heads[np.lexsort((orders.order_id[heads].astype(str), -together[heads]))]
    ranked, within = _within(ranked, capacity, orders.order_id, members, drawn)
    return Queue(
        capacity=capacity,
        within=within,
        is_prior=effects.is_prior,
        order_id=orders.order_id,
        place=_placed(place, ranked, within),
        gain=together,
        loss=expected_losses(orders.probabilities),
        in_time=in_time,
        rows=_all_rows(ranked, np.argsort(-gain, kind="stable")),
        ranked=len(ranked),
        members=members,
    )


def queue_by_clock(
    orders: Candidates,
    times: CallbackTimes,
    capacity: int,
    taken: Mapping[str, Place] | None = None,
    drawn: Set[str] = frozenset(),
) -> Queue:
    """The same where no model speaks, and nobody knows what a call saves.

    First those whose callback will likely have come before a call of tomorrow, then those closed longest ago, then
    those not closed yet by their limits. Who was called back already is not called about, nor whose callback will
    not come any more.
    """
    in_time = _in_time(orders, times)
    soon = in_time - times.chance_after(orders.waited_hours, _AHEAD_HOURS + 24, orders.is_called_back)
    until = np.where(orders.due_at == NO_TIME, np.iinfo(np.int64).max, orders.due_at)
    waited = np.nan_to_num(orders.waited_hours, nan=-np.inf)
    by_urgency = np.lexsort((orders.order_id.astype(str), until, -waited, -soon))
    urgency = np.empty(len(orders))
    urgency[by_urgency] = np.arange(len(orders), 0, -1)
    is_vain = orders.is_called_back | np.isclose(in_time, 0)
    place = _places(orders, is_vain, taken or {})
    heads, members, _ = _incidents(orders.incident, urgency, _is_free(place))
    ranked = heads[np.argsort(-urgency[heads])]
    ranked, within = _within(ranked, capacity, orders.order_id, members, drawn)
    unknown = np.full(len(orders), np.nan)
    return Queue(
        capacity=capacity,
        within=within,
        is_prior=True,
        order_id=orders.order_id,
        place=_placed(place, ranked, within),
        gain=unknown,
        loss=unknown,
        in_time=in_time,
        rows=_all_rows(ranked, by_urgency),
        ranked=len(ranked),
        members=members,
    )


def _in_time(orders: Candidates, times: CallbackTimes) -> Floats:
    return times.chance_after(orders.waited_hours, _AHEAD_HOURS, orders.is_called_back)


def _is_free(place: np.ndarray) -> Mask:
    return np.array([reason is None for reason in place], dtype=bool)


def _placed(place: np.ndarray, ranked: Ints, within: int) -> np.ndarray:
    """The places with those of the orders that may be called about."""
    found = place.copy()
    found[_is_free(place)] = Place.SAME_INCIDENT
    found[ranked[:within]], found[ranked[within:]] = Place.IN, Place.BELOW
    return found


def _all_rows(ranked: Ints, others: Ints) -> Ints:
    """The ranked rows, then the others as they stand."""
    return np.concatenate([ranked, others[~np.isin(others, ranked)]])


def _within(
    ranked: Ints, capacity: int, order_id: np.ndarray, members: Mapping[int, Ints], drawn: Set[str]
) -> tuple[Ints, int]:
    """The order of calling with those that are called about today in front, and how many those are."""
    if not drawn:
        return ranked, min(capacity, len(ranked))
    is_in = np.array(
        [not drawn.isdisjoint(order_id[members.get(int(row), [row])]) for row in ranked], dtype=bool
    )
    others = np.flatnonzero(~is_in)[: max(capacity - int(is_in.sum()), 0)]
    is_in[others] = True
    return np.concatenate([ranked[is_in], ranked[~is_in]]), int(is_in.sum())


def _places(orders: Candidates, is_vain: Mask, taken: Mapping[str, Place]) -> np.ndarray:
    """Why each order is not to be called; None where it may be."""
    found = np.full(len(orders), None, dtype=object)
    found[is_vain] = Place.NOTHING_TO_GAIN
    found[orders.is_structural] = Place.STRUCTURAL
    found[~orders.is_relayed] = Place.OWN_DESK
    found[orders.is_called] = Place.DONE
    if taken:
        for row, order_id in enumerate(orders.order_id):
            found[row] = taken.get(order_id, found[row])
    return found


def _incidents(incident: Ints, gain: Floats, is_free: Mask) -> tuple[Ints, dict[int, Ints], Floats]:
    """The order that stands for each incident (the one with most to gain), its members, and their gain together."""
    rows = np.flatnonzero(is_free)
    if not len(rows):
        return rows, {}, gain
    rows = rows[np.lexsort((-gain[rows], incident[rows]))]
    begins = np.flatnonzero(np.append(True, np.diff(incident[rows]) != 0))
    heads = rows[begins]
    together = gain.copy()
    together[heads] = np.add.reduceat(gain[rows], begins)
    ends = np.append(begins[1:], len(rows))
    several = np.flatnonzero(ends - begins > 1)
    return heads, {int(rows[begins[n]]): rows[begins[n] : ends[n]] for n in several}, together
