"""The open orders with what a queue asks of each: its chances, its keeper, its clocks, its incident."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from desk.open_orders import open_frames
from desk.queue.incidents import incident_of
from desk.scored import Scored
from desk.standing import Standing
from features.community import is_structurally_blocked
from features.frame import OrderFrame
from features.ordering import CITY_CALLBACK, DISTRICT_CALLBACK
from hotline.bands import RiskBand
from hotline.calendar import HOUR, NO_TIME
from hotline.lifecycle import FIRMS_OWN_DESK, EventType, OfficialCaller


@dataclass(frozen=True, eq=False)
class Candidates:
    """One entry an open order. Words are object arrays of str or None, times microseconds.

    probabilities : n × 4, worst first; NaN where no model speaks
    due_at        : until when it is to be closed, NO_TIME where nobody has said
    round_at      : when the round was opened, as it was known
    waited_hours  : hours since the closing of this round; NaN where it is not closed
    is_called_back: the office whose ratings count has called since the opening of the round, without a rating
    is_called     : somebody called, explained or put right since the closing
    incident      : the number of its incident
    is_structural : something stands in the way that no call removes
    is_relayed    : it will be called back; the firm's own orders are not
    """

    order_id: np.ndarray
    probabilities: np.ndarray
    street: np.ndarray
    company: np.ndarray
    community: np.ndarray
    manager: np.ndarray
    kind: np.ndarray
    category: np.ndarray
    due_at: np.ndarray
    round_at: np.ndarray
    waited_hours: np.ndarray
    is_called_back: np.ndarray
    is_called: np.ndarray
    incident: np.ndarray
    is_structural: np.ndarray
    is_relayed: np.ndarray

    def __len__(self) -> int:
        return len(self.order_id)

    def take(self, rows: np.ndarray) -> "Candidates":
        """Some of them."""
        return Candidates(**{field.name: getattr(self, field.name)[rows] for field in fields(self)})


def candidates(standing: Standing, scored: Scored, at: int) -> Candidates:
    """The open orders at a moment (microseconds) of which `scored` says the chances; others are left out."""
    columns = _columns([_laid(frame) for frame in _frames(standing, at)])
    chances = {p.order_id: (p.probabilities, p.band) for p in scored.predictions}
    known = [row for row, order_id in enumerate(columns["order_id"]) if order_id in chances]
    columns = {name: values[known] for name, values in columns.items()}
    told = [chances[order_id] for order_id in columns["order_id"]]
    probabilities = np.array([chance for chance, _ in told]).reshape(-1, 4)
    return _candidates(columns, probabilities, [band is RiskBand.GREY for _, band in told])


def candidates_by_clock(standing: Standing, at: int) -> Candidates:
    """The open orders at a moment (microseconds) where no model speaks."""
    frames = _frames(standing, at)
    columns = _columns([_laid(frame) for frame in frames])
    blocked = [is_structurally_blocked.column(frame, standing.past(frame)) == 1 for frame in frames]
    unknown = np.full((len(columns["order_id"]), 4), np.nan)
    return _candidates(columns, unknown, np.concatenate(blocked) if blocked else [])


def _frames(standing: Standing, at: int) -> list[OrderFrame]:
    return [frame for frame in open_frames(standing, at) if len(frame)]


def _columns(laid: Sequence[dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    if not laid:
        return {name: np.empty(0) for name in _laid_names()}
    return {name: np.concatenate([one[name] for one in laid]) for name in laid[0]}


def _candidates(
    columns: dict[str, np.ndarray], probabilities: np.ndarray, is_structural: Sequence[bool] | np.ndarray
) -> Candidates:
    told = {name: values for name, values in columns.items() if name != "received_at"}
    flags = {name: told.pop(name).astype(bool) for name in ("is_called_back", "is_called", "is_relayed")}
    return Candidates(
        **told,
        **flags,
        probabilities=probabilities,
        incident=incident_of(columns["community"], columns["category"], columns["received_at"]),
        is_structural=np.array(is_structural, dtype=bool),
    )


#: What is done with a citizen before the official callback, beside the firm's own routine call.
STEPPED_IN = (EventType.CONTACTED, EventType.EXPLAINED, EventType.PUT_RIGHT, EventType.VISITED)
_WORDS = ("street", "company", "community", "manager", "kind", "category")


def _laid_names() -> tuple[str, ...]:
    return (
        "order_id",
        *_WORDS,
        "due_at",
        "round_at",
        "waited_hours",
        "is_called_back",
        "is_called",
        "is_relayed",
        "received_at",
    )


def _laid(frame: OrderFrame) -> dict[str, np.ndarray]:
    closed_at = frame.own(EventType.CLOSED, this_round=True).known_at_last
    is_city = frame.chronicle.log.label_caller is OfficialCaller.CITY
    official = CITY_CALLBACK if is_city else DISTRICT_CALLBACK
    called_at = frame.own(*STEPPED_IN, this_round=True).known_at_last
    waited = np.where(closed_at == NO_TIME, np.nan, (frame.as_of - closed_at) / HOUR)
    return {
        "order_id": frame.order_id,
        **{name: frame.word(name) for name in _WORDS},
        "due_at": frame.time("due_at"),
        "round_at": frame.chronicle.known_at[frame.chronicle.round_start[frame.position]],
        "waited_hours": waited,
        "is_called_back": frame.own(official, this_round=True).any,
        "is_called": (closed_at != NO_TIME) & (called_at > closed_at),
        "is_relayed": frame.word("source") != FIRMS_OWN_DESK,
        "received_at": frame.received_at,
    }
