"""Who answers: the chance that an official callback brings a rating, from what was known just before it."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from features.arrays import Floats, Ints, Mask
from features.catalogue import FEATURES
from features.definition import FeatureSet
from features.frame import OrderFrame
from features.history import History
from features.labels import labels_of
from features.ordering import CITY_CALLBACK, DISTRICT_CALLBACK
from features.training_set import Examples, TrainingSet, compute_columns
from features.working_time import is_office_hour, local_hour
from hotline.calendar import NO_TIME
from hotline.lifecycle import OfficialCaller
from models.calibration import penalised_logistic, sigmoid
from models.encoding import Encoding
from models.ridge import RidgeLogistic

#: What may tell who answers: the estate, the round and how it went. Ratings of the same order that were
#: heard earlier are among it; those of the caller's other orders are not, nobody being hard to please.
_COLUMNS = frozenset(
    {
        *("source", "kind", "part", "category", "estate_age_years", "is_structurally_blocked"),
        *("round_hours", "due_share_used", "is_late", "is_promise_broken", "is_contact_late"),
        *("times_urged", "times_returned", "times_supervised", "times_redispatched", "is_third_call"),
        *("is_closed_by_explaining", "is_closed_unseen", "was_called_by_firm", "was_put_right"),
        *("hours_since_closed", "rating_heard_by_962121", "rating_of_earlier_round"),
        *("company_lost_points_180d", "has_petition"),
    }
)
_FEATURES = FeatureSet(tuple(feature for feature in FEATURES if feature.name in _COLUMNS))

#: Before anything is learnt of who answers, so many orders must have been silent, and so many rated; so
#: many rounds must differ before anything is learnt of ratings; a channel of fewer calls has no column.
LEAST = 20
#: No rating counts for more than this many times its share: beyond it one odd order would decide.
MOST_WEIGHT = 5.0
#: scikit-learn's inverse strength of the ridge: a few dozen columns, a thousand calls or more.
RIDGE = 0.1
_FOLDS = 5
#: Holds the slope of the calibration at 1 as if by so many calls at even odds.
_SLOPE_PRIOR = np.array([1e-3, 20.0 / 4])


@dataclass(frozen=True, eq=False)
class Calls:
    """Rounds in which the office whose ratings count has called; one entry a round.

    frame      : the order at the moment of the round's first call
    start      : where the round began in the chronicle, ascending
    settled_at : when its rating was known, or the last call without one, microseconds
    channel    : of the first call, a word or None
    is_reached : whether somebody answered, rating or not
    rating     : 0–3, the first one of the round; NaN where it has none
    matrix     : what was known just before the call (calls × columns, NaN where missing)
    """

    frame: OrderFrame
    start: Ints
    settled_at: Ints
    channel: np.ndarray
    is_reached: Mask
    rating: Floats
    matrix: Floats

    def __len__(self) -> int:
        return len(self.start)

    @property
    def is_rated(self) -> Mask:
        """Whether the round brought a rating."""
        return ~np.isnan(self.rating)

    def take(self, rows: Ints) -> "Calls":
        """The calls in these rows only."""
        taken = {name: value[rows] for name, value in self.__dict__.items() if name != "frame"}
        return Calls(frame=self.frame.take(rows), **taken)


def calls_of(history: History, called_at: Ints | None = None) -> Calls:
    """Every round that was called back, rated or not.

    `called_at` has the time of each row of the log's callbacks, microseconds: a log holds only when a
    call was entered. Without it the moment is that of the entry and the hour of the call stays unused.
    """
    chronicle = history.chronicle
    callbacks = chronicle.log.callbacks
    is_city = chronicle.log.label_caller is OfficialCaller.CITY
    position = np.flatnonzero(chronicle.is_type(CITY_CALLBACK if is_city else DISTRICT_CALLBACK))
    start, first = np.unique(chronicle.round_start[position], return_index=True)
    row = chronicle.row[position]
    answered = (callbacks["answered"].to_numpy() == 1) | callbacks["rating"].notna().to_numpy()
    labels = labels_of(chronicle)
    rated = np.searchsorted(start, labels.round_start)
    rating, settled_at = np.full(len(start), np.nan), np.maximum.reduceat(chronicle.known_at[position], first)
    rating[rated], settled_at[rated] = labels.rating, labels.known_at
    as_of = chronicle.known_at[position[first]]
    if called_at is not None:
        told = called_at[row[first]]
        as_of = np.where(told == NO_TIME, as_of, np.clip(told, chronicle.known_at[start], as_of))
    order = chronicle.order[start]
    frame = OrderFrame(chronicle, order, as_of, np.maximum(chronicle.position_at(order, as_of), start))
    channel = callbacks["channel"].to_numpy()[row[first]]
    return Calls(
        frame=frame,
        start=start,
        settled_at=settled_at,
        channel=channel,
        is_reached=np.logical_or.reduceat(answered[row], first),
        rating=rating,
        matrix=_matrix(
            frame, history, _channels(channel, ~np.isnan(rating)), None if called_at is None else as_of
        ),
    )


def _matrix(frame: OrderFrame, history: History, channels: list[Mask], called_at: Ints | None) -> Floats:
    """The columns of calls: the house's features, the channels, and the hour where it is known."""
    columns = compute_columns(frame, history, _FEATURES)
    parts = [Encoding.learn(columns, _FEATURES, frame.order, has_text=False).matrix(columns, None)]
    parts += [is_by[:, None] for is_by in channels]
    if called_at is not None:
        parts += [local_hour(called_at)[:, None], is_office_hour(called_at)[:, None]]
    return np.hstack(parts).astype(np.float32)


def _channels(channel: np.ndarray, is_rated: Mask) -> list[Mask]:
    """For each channel of enough calls, which calls went by it.

    None at all where the calls of one, or those without any, were all rated or all silent: then the
    channel is written down after the call, or nobody is there to speak for the silent.
    """
    words = np.where(channel == None, "", channel).astype(str)  # noqa: E711 - elementwise
    names, counts = np.unique(words, return_counts=True)
    by_name = {name: words == name for name in names[counts >= LEAST].tolist()}
    if any(is_rated[rows].all() or not is_rated[rows].any() for rows in by_name.values()):
        return []
    return [rows for name, rows in by_name.items() if name]


@dataclass(frozen=True, eq=False)
class Response:
    """How likely each call was to bring a rating, judged by those who learnt from other orders.

    chance : P(rated), one entry a call; None where too few orders were silent, or rated, to tell
    """

    calls: Calls
    chance: Floats | None

    @classmethod
    def learn(cls, calls: Calls, seed: int = 0) -> "Response":
        """A ridge logistic regression in folds of orders, brought to the frequencies that came."""
        y = calls.is_rated
        if min(len(np.unique(calls.frame.order[rows])) for rows in (y, ~y)) < LEAST:
            return cls(calls, None)
        log_odds = np.empty(len(calls))
        for held in folds_of(calls.frame.order, seed):
            learnt = RidgeLogistic.fit(calls.matrix[~held], y[~held], np.ones((~held).sum()), RIDGE, seed)
            log_odds[held] = learnt.log_odds(calls.matrix[held])
        design = np.column_stack([np.ones(len(y)), log_odds])
        line = penalised_logistic(design, y, np.ones(len(y)), _SLOPE_PRIOR, np.array([0.0, 1.0]))
        return cls(calls, sigmoid(design @ line))

    @cached_property
    def weight(self) -> Floats:
        """Share of the rated over the chance of a rating, cut at MOST_WEIGHT; 1 where nothing was learnt."""
        if self.chance is None:
            return np.ones(len(self.calls))
        return np.minimum(self.calls.is_rated.mean() / self.chance, MOST_WEIGHT)


def folds_of(order: Ints, seed: int) -> list[Mask]:
    """Which calls each fold holds out; an order's rounds stay together."""
    orders, number = np.unique(order, return_inverse=True)
    fold = np.random.default_rng(seed).permutation(len(orders))[number] % _FOLDS
    return [fold == n for n in range(_FOLDS)]


def response_weights(
    history: History, examples: Examples, called_at: Ints | None = None, seed: int = 0
) -> Floats:
    """What each example should count so that those who answer stand for all who were called.

    One entry an example, alike within a round, of mean 1 over rounds; 1 throughout where who answers
    cannot be told. Learnt from calls that were settled when the last of the examples' ratings was known,
    so that a backtest stays blind to what came later. `called_at` as in `calls_of`.
    """
    if not len(examples):
        return np.empty(0)
    calls = calls_of(history, called_at)
    settled = calls.take(np.flatnonzero(calls.settled_at <= examples.label_known_at.max()))
    weight = Response.learn(settled, seed).weight
    rounds, number = np.unique(examples.frame.round_start, return_inverse=True)
    of_round = weight[np.searchsorted(settled.start, rounds)]
    return (of_round / of_round.mean())[number]


def standing_for_all(history: History, training: TrainingSet) -> TrainingSet:
    """The same examples, weighed so that those who answer stand for all who were called."""
    examples = training.examples
    weight = examples.weight * response_weights(history, examples)
    return replace(training, examples=replace(examples, weight=weight))
