"""How a model learnt on earlier orders would have done on later ones."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import numpy as np

from features.definition import FeatureSet
from features.history import History
from features.training_set import Examples, TrainingSet, build_training_set, examples_of, ripe, thinned
from hotline.errors import QinglingError
from models.judgement import Judgement
from models.report import report
from models.satisfaction_model import SatisfactionModel
from models.selection import Search, choose

#: The published protocol looks at no more events of a case than this.
_MOST_EVENTS = 40


class Protocol(StrEnum):
    """How training examples are chosen."""

    LABEL_HONEST = "label-honest"
    AS_PUBLISHED = "as-published"


class TooFewRatingsError(QinglingError, ValueError):
    """There is not enough to learn from or to judge by."""


@dataclass(frozen=True)
class Split:
    """Orders received before `starts_at` are learnt from, those from then to `ends_at` are judged by."""

    starts_at: int
    ends_at: int


def splits(received_at: np.ndarray, test_share: float, origins: int) -> list[Split]:
    """The last share of orders in one window, or rolling windows of that share, the last one ending last.

    `received_at` has one entry an order.
    """
    moments = np.sort(received_at)
    size = max(1, round(len(moments) * test_share))
    found = []
    for back in range(origins - 1, -1, -1):
        # the windows share the later half of the orders evenly when there are several
        end = len(moments) - back * size if origins * size <= len(moments) * 0.8 else None
        if end is None:
            width = max(1, int(len(moments) * 0.6 / origins))
            end, size = len(moments) - back * width, width
        start = max(1, end - size)
        found.append(Split(int(moments[start]), int(moments[end - 1])))
    return found


def backtest(
    history: History,
    features: FeatureSet,
    dataset: str,
    test_share: float = 0.2,
    origins: int = 1,
    protocol: Protocol = Protocol.LABEL_HONEST,
    most_events: int | None = None,
    seed: int = 0,
    progress: Callable[[str], None] = lambda step: None,
) -> dict[str, Any]:
    """Refit on what was known before each test window and report on the orders of the window.

    Raises TooFewRatingsError where a window's past holds fewer than ten orders of either outcome.
    """
    training, windows = prepared(history, features, test_share, origins, protocol, most_events, progress)
    judged = []
    for number, split in enumerate(windows):
        progress(f"origin {number + 1} of {origins}")
        learn, test = parts(training, split, protocol)
        model = _fit(learn, dataset, seed, protocol, choose, progress)
        judged.append(Judgement.of(model, test, number))
    return report(Judgement.joined(judged), model, origins, protocol.value)


def prepared(
    history: History,
    features: FeatureSet,
    test_share: float,
    origins: int,
    protocol: Protocol,
    most_events: int | None,
    progress: Callable[[str], None],
) -> tuple[TrainingSet, list[Split]]:
    """All examples with their columns, and the windows to judge by.

    Raises TooFewRatingsError where no order has a rating that counts.
    """
    published = protocol is Protocol.AS_PUBLISHED
    progress("examples and features")
    examples = examples_of(history.chronicle, on_grid=not published)
    if not len(examples):
        raise TooFewRatingsError("no order has a rating that counts; ingest callbacks with ratings first")
    if published:
        examples = _first_events(examples, most_events)
    windows = splits(_received(examples), test_share, origins)
    if not published:
        examples = thinned(examples, _tested(examples, windows))
    return build_training_set(history, features, examples), windows


@dataclass(frozen=True, eq=False)
class Training:
    """A model of all ripe examples, with how its like did on the last fifth of the orders.

    like     : what learnt from the first four fifths only
    judgement: what it said of the last fifth
    test     : the examples of the last fifth
    """

    model: SatisfactionModel
    like: SatisfactionModel
    judgement: Judgement
    test: TrainingSet
    report: dict[str, Any]


def fit_and_judge(
    history: History,
    features: FeatureSet,
    dataset: str,
    seed: int,
    progress: Callable[[str], None],
    search: Search = choose,
    weigh: Callable[[TrainingSet], TrainingSet] = lambda part: part,
) -> Training:
    """Learn from every ripe example, after judging a like that learnt from the first four fifths only.

    The like's choice is kept; what it says of the last fifth, together with the later folds that it was
    chosen on, calibrates the model. `weigh` gives the examples learnt from other weights; what is reported
    of the last fifth is unweighted.
    """
    honest = Protocol.LABEL_HONEST
    training, (window,) = prepared(history, features, 0.2, 1, honest, None, progress)
    learn, test = parts(training, window, honest)
    like = _fit(weigh(learn), dataset, seed, honest, search, progress)
    assert like.choice is not None
    tested = training.examples.received_at >= window.starts_at
    held = like.held_on(weigh(training.take(tested))).joined(like.held)
    learnt = weigh(training.take(ripe(training.examples, int(history.chronicle.known_at.max()))))
    model = SatisfactionModel.fit(learnt, dataset, seed, like=(like.choice, held), progress=progress)
    judgement = Judgement.of(like, test)
    return Training(model, like, judgement, test, report(judgement, like, 1, Protocol.LABEL_HONEST.value))


def _tested(examples: Examples, windows: Sequence[Split]) -> np.ndarray:
    """The examples that some window judges by."""
    within = np.zeros(len(examples), dtype=bool)
    for window in windows:
        within |= (examples.received_at >= window.starts_at) & (examples.received_at <= window.ends_at)
    return within & examples.is_event


def _received(examples: Examples) -> np.ndarray:
    return examples.received_at[np.unique(examples.frame.order, return_index=True)[1]]


def parts(training: TrainingSet, split: Split, protocol: Protocol) -> tuple[TrainingSet, TrainingSet]:
    """What may be learnt from when a window begins, and the moments of the window.

    Raises TooFewRatingsError where the past holds fewer than ten orders of either outcome.
    """
    examples = training.examples
    if protocol is Protocol.AS_PUBLISHED:
        learnt = (examples.received_at < split.starts_at) & (examples.frame.as_of < split.starts_at)
        learn = training.take(learnt)  # as published: every prefix weighs one
        learn = replace(learn, examples=replace(learn.examples, weight=np.ones(len(learn))))
    else:
        learn = training.take(ripe(examples, split.starts_at))
    bad = learn.examples.is_dissatisfied
    for outcome, name in ((bad, "dissatisfied"), (~bad, "other")):
        if (known := len(np.unique(learn.examples.frame.order[outcome]))) < 10:
            raise TooFewRatingsError(
                f"only {known} {name} orders were known before the test window; at least 10 are needed"
            )
    tested = (examples.received_at >= split.starts_at) & (examples.received_at <= split.ends_at)
    return learn, training.take(tested & examples.is_event)


def _fit(
    learn: TrainingSet,
    dataset: str,
    seed: int,
    protocol: Protocol,
    search: Search,
    progress: Callable[[str], None],
) -> SatisfactionModel:
    ripe_at = learn.examples.frame.as_of if protocol is Protocol.AS_PUBLISHED else None
    return SatisfactionModel.fit(learn, dataset, seed, ripe_at, search=search, progress=progress)


def _first_events(examples: Examples, most_events: int | None) -> Examples:
    """At most the 90th percentile of the dissatisfied orders' length, or 40, as published."""
    if most_events is None:
        bad = examples.is_dissatisfied
        orders, first = np.unique(examples.frame.order[bad], return_inverse=True)
        longest = np.zeros(len(orders))
        np.maximum.at(longest, first, examples.events[bad])
        most_events = min(_MOST_EVENTS, int(np.ceil(np.quantile(longest, 0.9))))
    return examples.take(examples.events <= most_events)
