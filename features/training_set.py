"""Examples to learn from: an order at a moment of its life, with the rating its round ended in."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from features.arrays import Floats, Ints
from features.chronicle import Chronicle
from features.definition import FeatureSet
from features.frame import OrderFrame
from features.history import History, Past
from features.labels import Labels, labels_of
from hotline.calendar import DAY

#: Besides an order's events it is asked about this many days after receipt, while it is open: silence is
#: information. The steps widen, as news grows rarer.
GRID_DAYS = (1, 3, 7, 14, 28, 56)

#: So many examples are learnt from at most; see `thinned`.
MOST_EXAMPLES = 300_000

#: Questions computed in one go, so that memory stays flat.
_CHUNK = 100_000


@dataclass(frozen=True, eq=False)
class Examples:
    """Questions with what they foretold; one entry an example.

    rating         : 0–3, the rating that ended the round
    label_known_at : when that rating was known, microseconds
    received_at    : when the order was first known, microseconds
    events         : how many events the order's desk knew
    weight         : the examples of a round weigh one together
    is_event       : whether asked at an event rather than on the clock grid
    """

    frame: OrderFrame
    rating: Ints
    label_known_at: Ints
    received_at: Ints
    events: Ints
    weight: Floats
    is_event: np.ndarray

    def __len__(self) -> int:
        return len(self.rating)

    def take(self, rows: np.ndarray) -> "Examples":
        """The examples in these rows (numbers or a mask), weighed anew."""
        rows = np.flatnonzero(rows) if rows.dtype == bool else rows
        frame = self.frame.take(rows)
        return Examples(
            frame=frame,
            rating=self.rating[rows],
            label_known_at=self.label_known_at[rows],
            received_at=self.received_at[rows],
            events=self.events[rows],
            weight=_weights(frame),
            is_event=self.is_event[rows],
        )

    @property
    def is_dissatisfied(self) -> np.ndarray:
        """Whether the round ended in 不满意."""
        return self.rating == 0


@dataclass(frozen=True, eq=False)
class TrainingSet:
    """Examples with their feature columns."""

    columns: dict[str, np.ndarray]
    examples: Examples
    feature_set: FeatureSet

    def __len__(self) -> int:
        return len(self.examples)

    def take(self, rows: np.ndarray) -> "TrainingSet":
        """The same for some rows (numbers or a mask)."""
        rows = np.flatnonzero(rows) if rows.dtype == bool else rows
        columns = {name: values[rows] for name, values in self.columns.items()}
        return TrainingSet(columns, self.examples.take(rows), self.feature_set)


def examples_of(chronicle: Chronicle, on_grid: bool = True) -> Examples:
    """Every moment before a rating: at the order's events and, if wanted, on the clock grid.

    Nothing at or after the rating's row is a moment of its round, nor is anything of earlier rounds.
    """
    labels = labels_of(chronicle)
    event_position, event_label = _event_moments(chronicle, labels)
    at_events = OrderFrame.at_positions(chronicle, event_position)
    order, as_of, position = at_events.order, at_events.as_of, at_events.position
    label, is_event = event_label, np.ones(len(event_label), dtype=bool)
    if on_grid:
        grid_as_of, grid_label = _grid_moments(chronicle, labels)
        grid_order = labels.order[grid_label]
        order = np.concatenate([order, grid_order])
        as_of = np.concatenate([as_of, grid_as_of])
        position = np.concatenate([position, chronicle.position_at(grid_order, grid_as_of)])
        label = np.concatenate([label, grid_label])
        is_event = np.concatenate([is_event, np.zeros(len(grid_label), dtype=bool)])
    sequence = np.lexsort((position, as_of, order))
    frame = OrderFrame(chronicle, order[sequence], as_of[sequence], position[sequence])
    label = label[sequence]
    before = np.concatenate([[0], np.cumsum(chronicle.is_moment)])
    return Examples(
        frame=frame,
        rating=labels.rating[label],
        label_known_at=labels.known_at[label],
        received_at=chronicle.known_at[chronicle.first[frame.order]],
        events=before[frame.position + 1] - before[chronicle.first[frame.order]],
        weight=_weights(frame),
        is_event=is_event[sequence],
    )


def compute_columns(
    frame: OrderFrame,
    history: History,
    features: FeatureSet,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, np.ndarray]:
    """The feature columns of many questions, in pieces; numbers as float32, as every model reads them."""
    gathered = {
        f.name: np.empty(len(frame), dtype=np.float32 if f.kind == "number" else object)
        for f in features.features
    }
    for start in range(0, len(frame), _CHUNK):
        rows = np.arange(start, min(start + _CHUNK, len(frame)))
        part = frame.take(rows)
        past = Past.of(part, history)
        for feature in features.features:
            gathered[feature.name][rows] = feature.column(part, past)
        if progress:
            progress(len(rows) + start, len(frame))
    return gathered


def build_training_set(
    history: History,
    features: FeatureSet,
    examples: Examples,
    progress: Callable[[int, int], None] | None = None,
) -> TrainingSet:
    """The examples with their columns, each as known at its moment."""
    return TrainingSet(compute_columns(examples.frame, history, features, progress), examples, features)


def thinned(examples: Examples, keep: np.ndarray, most: int = MOST_EXAMPLES) -> Examples:
    """The examples in `keep` (a mask) and of the others about so many, drawn alike from every order.

    Moments of one order resemble each other: past some hundred thousand they cost time, not accuracy.
    The draw depends on order and moment alone, so the same examples are drawn whatever their place.
    """
    others = int((~keep).sum())
    if others <= most:
        return examples
    mixed = examples.frame.as_of.astype(np.uint64) + examples.frame.position.astype(np.uint64) * np.uint64(97)
    mixed = (mixed ^ (mixed >> np.uint64(31))) * np.uint64(0x9E3779B97F4A7C15)
    drawn = (mixed >> np.uint64(11)).astype(np.float64) / 2.0**53 < most / others
    return examples.take(keep | drawn)


def ripe(examples: Examples, at: int, share: float = 0.95) -> np.ndarray:
    """Which examples may be learnt from at a time: whole cohorts of receipt, old enough to be rated.

    A cohort is ripe when this share of the ratings known by then had come within its age; taking every
    rated order would keep only the fast closers of the last weeks.
    """
    known = examples.label_known_at < at
    if not known.any():
        return known
    waits = (examples.label_known_at - examples.received_at)[known]
    first = np.unique(examples.frame.round_start[known], return_index=True)[1]
    return known & (examples.received_at < at - int(np.quantile(waits[first], share)))


def _event_moments(chronicle: Chronicle, labels: Labels) -> tuple[Ints, Ints]:
    label_of_start = np.full(len(chronicle), -1)
    label_of_start[labels.round_start] = np.arange(len(labels.order))
    position = np.flatnonzero(chronicle.is_moment)
    label = label_of_start[chronicle.round_start[position]]
    position, label = position[label >= 0], label[label >= 0]
    early = position < labels.position[label]
    return position[early], label[early]


def _grid_moments(chronicle: Chronicle, labels: Labels) -> tuple[Ints, Ints]:
    start = chronicle.known_at[labels.round_start]
    as_of = start[:, None] + np.array(GRID_DAYS, dtype=np.int64)[None, :] * DAY
    label, step = np.nonzero(as_of < labels.known_at[:, None])
    return as_of[label, step], label


def _weights(frame: OrderFrame) -> Floats:
    start = frame.round_start
    _, inverse, counts = np.unique(start, return_inverse=True, return_counts=True)
    return 1.0 / counts[inverse] if len(start) else np.empty(0)
