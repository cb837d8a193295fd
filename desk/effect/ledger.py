"""The ledger of drawn calls: what fell to each order by lot, who called before the callback, and what was said then."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np

from desk.queue.candidates import STEPPED_IN
from desk.queue.draw import Arm
from desk.rounds import Rounds
from features.arrays import Floats, Ints, Mask
from hotline.calendar import NO_TIME
from store.draws import DrawnOrder

CallTimes = Mapping[tuple[str, str], int]


@dataclass(frozen=True, eq=False)
class Ledger:
    """One entry an order that was drawn and is known. Times are microseconds, NO_TIME where nothing came.

    matter        : the number of its lot; orders of one incident share one
    is_drawn      : whether the lot said to call, and `chance` how likely that was
    probabilities : of the four ratings as they stood at the draw, n × 4, worst first
    done_at       : n × what is done with a citizen (`STEPPED_IN`), when it was first done after the draw, in the same round
    called_back_at: when the first official callback that was known after the draw was made
    answered_at   : when the first such rating was known
    rating        : 0–3, worst first; NaN where none has come
    """

    matter: Ints
    desk: np.ndarray
    day: np.ndarray
    kind: np.ndarray
    is_drawn: Mask
    chance: Floats
    probabilities: Floats
    drawn_at: Ints
    done_at: Ints
    called_back_at: Ints
    answered_at: Ints
    rating: Floats

    def __len__(self) -> int:
        return len(self.matter)

    @classmethod
    def of(cls, drawn: Sequence[DrawnOrder], rounds: Rounds, made_at: CallTimes | None = None) -> "Ledger":
        """What came of these, as the rounds stand at their moment.

        made_at : when callbacks were made, by order and callback; they are known only once they were entered

        Left out are draws made later, orders that are not known, and those whose citizen had been called back when
        the lot was drawn, though nobody knew yet.
        """
        place = _rounds_of(drawn, rounds)
        at = np.array([d.drawn_at for d in drawn], dtype=np.int64)
        since = np.full(len(rounds), NO_TIME)
        since[place[place >= 0]] = at[place >= 0]
        called_back = _made(rounds, rounds.call_since(since), made_at or {})
        is_late = (called_back != NO_TIME) & (called_back < since)
        chosen = np.flatnonzero((place >= 0) & ~is_late[place])
        rows, place, at = [drawn[row] for row in chosen.tolist()], place[chosen], at[chosen]
        answered, rating = rounds.told("rating", since)
        matters = {key: n for n, key in enumerate(dict.fromkeys((d.desk, d.day, d.head) for d in rows))}
        return cls(
            matter=np.array([matters[d.desk, d.day, d.head] for d in rows], dtype=np.int64),
            desk=np.array([d.desk for d in rows], dtype=object),
            day=np.array([d.day for d in rows], dtype=object),
            kind=np.array([d.kind for d in rows], dtype=object),
            is_drawn=np.array([d.arm == Arm.CALL for d in rows], dtype=bool),
            chance=np.array([d.chance for d in rows], dtype=np.float64),
            probabilities=np.array([(d.p0, d.p1, d.p2, d.p3) for d in rows]).reshape(-1, 4),
            drawn_at=at,
            done_at=np.stack([rounds.earliest(name, since=since)[place] for name in STEPPED_IN], axis=1),
            called_back_at=called_back[place],
            answered_at=rounds.known(answered)[place],
            rating=rating[place],
        )

    def take(self, chosen: Mask | Ints) -> "Ledger":
        """Some of the entries."""
        return Ledger(**{field.name: getattr(self, field.name)[chosen] for field in fields(self)})

    @property
    def is_done(self) -> Mask:
        """What was done before the callback, n × what is done; where no callback has come, at all."""
        called_back_at = self.called_back_at[:, None]
        return (self.done_at != NO_TIME) & ((called_back_at == NO_TIME) | (self.done_at < called_back_at))

    @property
    def is_called(self) -> Mask:
        """Whether anything was."""
        return np.asarray(self.is_done.any(axis=1))

    @property
    def is_rated(self) -> Mask:
        """Whether a rating has come."""
        return ~np.isnan(self.rating)


def _made(rounds: Rounds, position: Ints, made_at: CallTimes) -> Ints:
    """When the callbacks at these positions were made; when they were known, where nobody says; NO_TIME for -1."""
    found = rounds.known(position)
    calls = rounds.chronicle.log.callbacks
    names = calls["order_id"].to_numpy(), calls["callback_id"].to_numpy()
    for place in np.flatnonzero(position >= 0).tolist():
        row = rounds.chronicle.row[position[place]]
        found[place] = made_at.get((names[0][row], names[1][row]), found[place])
    return found


def _rounds_of(drawn: Sequence[DrawnOrder], rounds: Rounds) -> Ints:
    """The round in which each order was drawn; -1 where that is not known, or it was drawn in it before."""
    number = rounds.chronicle.order_number(np.array([d.order_id for d in drawn], dtype=object))
    first, end = (np.searchsorted(rounds.order, number, side=side) for side in ("left", "right"))
    found = np.full(len(drawn), -1, dtype=np.int64)
    taken: set[int] = set()
    for row, draw in enumerate(drawn):
        if number[row] < 0 or draw.drawn_at > rounds.as_of:
            continue
        opened = rounds.opened_known[first[row] : end[row]]
        place = int(first[row] + np.searchsorted(opened, draw.drawn_at, side="right")) - 1
        if place >= first[row] and place not in taken:
            taken.add(place)
            found[row] = place
    return found
