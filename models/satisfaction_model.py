"""The whole of what is registered: features, estimators, calibration, and what they learnt from."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from features.catalogue import feature_set_for
from features.definition import FeatureSet
from features.training_set import TrainingSet
from hotline.errors import QinglingError
from hotline.lifecycle import OfficialCaller
from hotline.order import Attribute, AttributeKind, AttributeOf
from hotline.satisfaction import WEIGHTS
from models.calibration import LevelMap, StageCalibration
from models.encoding import Encoding
from models.folds import Folds, Material
from models.learning import calibrate, embargo, learn_text
from models.prediction_set import PredictionSets
from models.ridge import RidgeLogistic
from models.selection import Choice, Held, Menu, Search, choose
from models.text_score import TextScore
from models.trees import BoostedTrees

_FORMAT = 3


class FeaturesChangedError(QinglingError, ValueError):
    """The model was learnt with other features than today's code computes."""


class OneOutcomeError(QinglingError, ValueError):
    """All ratings say the same, so that there is nothing to tell apart."""


@dataclass(frozen=True)
class Span:
    """What a model learnt from: counts, and receipt times in microseconds."""

    dataset: str
    orders: int
    examples: int
    dissatisfied: int
    first_received_at: int
    last_received_at: int
    label_caller: str


@dataclass(frozen=True, eq=False)
class SatisfactionModel:
    """From feature columns to the probabilities of the four ratings."""

    features: FeatureSet
    attributes: tuple[Attribute, ...]
    own_types: tuple[str, ...]
    encoding: Encoding
    text_score: TextScore | None
    trees: BoostedTrees | None
    ridge: RidgeLogistic
    trees_share: float
    calibration: StageCalibration
    baseline_calibration: StageCalibration
    levels: LevelMap
    sets: PredictionSets
    span: Span
    chosen: str
    choice: Choice | None = None
    held: Held | None = None

    @classmethod
    def fit(
        cls,
        training: TrainingSet,
        dataset: str = "hotline",
        seed: int = 0,
        ripe_at: np.ndarray | None = None,
        like: tuple[Choice, Held] | None = None,
        search: Search = choose,
        progress: Callable[[str], None] = lambda step: None,
    ) -> "SatisfactionModel":
        """Learn from examples; which estimator, how large and how calibrated is chosen on later ones.

        `ripe_at` says from when each example may be learnt from in that choice: by default from when
        its rating was known, microseconds. `search` makes the choice. `like` brings the choice, and what it
        is calibrated on, from an earlier fit, and nothing is chosen. Choice and held-out examples stay on
        the model until it is stored.

        Raises OneOutcomeError where only one outcome occurs.
        """
        examples, log = training.examples, training.examples.frame.chronicle.log
        y, weight, order = examples.is_dissatisfied, examples.weight, examples.frame.order
        if y.all() or not y.any():
            raise OneOutcomeError("all rated orders ended alike; nothing can be learnt from them")
        progress("text")
        text_score, unseen = learn_text(training)
        encoding = Encoding.learn(training.columns, training.feature_set, order, text_score is not None)
        X = encoding.matrix(training.columns, unseen)
        rounds = np.unique(examples.frame.round_start, return_index=True)[1]
        rarer = int(min(y[rounds].sum(), (~y[rounds]).sum()))
        stage = training.columns["stage"].astype(int)
        if like is None:
            material = Material(
                X=X,
                rating=examples.rating,
                stage=stage,
                weight=weight,
                received_at=examples.received_at,
                ripe_at=examples.label_known_at if ripe_at is None else ripe_at,
                embargo=embargo(examples) if ripe_at is None else 0,
                orders=len(rounds),
                rarer=rarer,
            )
            progress("choosing an estimator on later orders")
            menu = Menu.for_size(len(rounds), rarer, len(y))
            choice, held = search(Folds.of(material, menu.folds, seed), menu)
        else:
            choice, held = like
        progress(f"final fit: {choice.name}")
        trees = None
        if choice.trees_share > 0:
            trees = BoostedTrees.fit(X, examples.rating, weight, choice.shape, choice.trees, seed)
        ridge = RidgeLogistic.of_ratings(X, examples.rating, weight, choice.C, seed)
        calibration, baseline, levels, sets = calibrate(held, choice, examples.rating, weight)
        return cls(
            features=training.feature_set,
            attributes=log.attributes,
            own_types=_own_types(training.feature_set),
            encoding=encoding,
            text_score=text_score,
            trees=trees,
            ridge=ridge,
            trees_share=choice.trees_share,
            calibration=calibration,
            baseline_calibration=baseline,
            levels=levels,
            sets=sets,
            span=Span(
                dataset=dataset,
                orders=len(np.unique(order)),
                examples=len(y),
                dissatisfied=int(y[rounds].sum()),
                first_received_at=int(examples.received_at.min()),
                last_received_at=int(examples.received_at.max()),
                label_caller=log.label_caller.value,
            ),
            chosen=choice.name,
            choice=choice,
            held=held,
        )

    def held_on(self, training: TrainingSet) -> Held:
        """What this model says of later examples, for another to be calibrated on: a window of its own."""
        X = self.matrix(training.columns)
        examples, stage = training.examples, training.columns["stage"].astype(int)
        window = np.full(len(stage), -1)
        return Held(self._raw(X), self.ridge.log_odds(X), stage, examples.rating, examples.weight, window)

    def matrix(self, columns: Mapping[str, np.ndarray]) -> np.ndarray:
        """The matrix that the estimators read, from the model's feature columns."""
        narrow = {n: v.astype(np.float32) if v.dtype == np.float64 else v for n, v in columns.items()}
        score = self.text_score.score(columns["text"]) if self.text_score else None
        return self.encoding.matrix(narrow, score)

    def log_odds(self, columns: Mapping[str, np.ndarray], X: np.ndarray | None = None) -> np.ndarray:
        """The calibrated log-odds of 不满意, one a question."""
        X = self.matrix(columns) if X is None else X
        return self.calibration.log_odds(self._raw(X), columns["stage"])

    def _raw(self, X: np.ndarray) -> np.ndarray:
        if self.trees is None:
            return self.ridge.log_odds(X)
        if self.trees_share == 1.0:
            return self.trees.log_odds(X)
        return self.trees_share * self.trees.log_odds(X) + (1 - self.trees_share) * self.ridge.log_odds(X)

    def probabilities(self, columns: Mapping[str, np.ndarray], X: np.ndarray | None = None) -> np.ndarray:
        """P(不满意, 一般, 基本满意, 满意), n × 4, summing to 1."""
        return self.levels.probabilities(self.log_odds(columns, X))

    def expected_loss(self, probabilities: np.ndarray) -> np.ndarray:
        """Points of 满意率 (0–1) that each question's order is expected to lose."""
        return probabilities @ (1.0 - np.array(WEIGHTS))

    def baseline_log_odds(self, columns: Mapping[str, np.ndarray]) -> np.ndarray:
        """The same by the logistic regression alone: the baseline beside the model."""
        return self.baseline_calibration.log_odds(self.ridge.log_odds(self.matrix(columns)), columns["stage"])

    def contributions(
        self, columns: Mapping[str, np.ndarray], X: np.ndarray | None = None
    ) -> dict[str, np.ndarray]:
        """What each feature adds to the log-odds of 不满意, against its mean."""
        X = self.matrix(columns) if X is None else X
        share = self.trees_share if self.trees else 0.0
        parts = (1 - share) * self.ridge.contributions(X) if share < 1 else np.zeros(X.shape)
        if self.trees and share > 0:
            parts = parts + share * self.trees.contributions(X)
        parts = parts * self.calibration.slope
        names, first = self._feature_places
        return dict(zip(names, np.add.reduceat(parts, first, axis=1).T, strict=True))

    @cached_property
    def _feature_places(self) -> tuple[list[str], list[int]]:
        """The features that the matrix shows, each with its first column; its others follow."""
        of = self.encoding.feature_of
        first = [place for place, name in enumerate(of) if place == 0 or of[place - 1] != name]
        return [of[place] for place in first], first

    def to_json(self) -> str:
        """The model as text: numbers and LightGBM's own format, nothing that could run."""
        return json.dumps(
            {
                "format": _FORMAT,
                "fingerprint": self.features.fingerprint,
                "attributes": [[a.name, a.of.value, a.kind.value, a.zh] for a in self.attributes],
                "own_types": list(self.own_types),
                "encoding": self.encoding.to_json(),
                "text_score": self.text_score.to_json() if self.text_score else None,
                "trees": self.trees.to_json() if self.trees else None,
                "ridge": self.ridge.to_json(),
                "trees_share": self.trees_share,
                "calibration": self.calibration.to_json(),
                "baseline_calibration": self.baseline_calibration.to_json(),
                "levels": self.levels.to_json(),
                "sets": self.sets.to_json(),
                "span": self.span.__dict__,
                "chosen": self.chosen,
            },
            ensure_ascii=False,
        )

    @classmethod
    def from_json(cls, text: str) -> "SatisfactionModel":
        """The model in this text.

        Raises FeaturesChangedError where today's code computes its features differently.
        """
        stored = json.loads(text)
        attributes = tuple(
            Attribute(name, AttributeOf(of), AttributeKind(kind), zh)
            for name, of, kind, zh in stored["attributes"]
        )
        features = feature_set_for(attributes, tuple(stored["own_types"]))
        if stored["format"] != _FORMAT or features.fingerprint != stored["fingerprint"]:
            raise FeaturesChangedError(
                f"the model was learnt with features {stored['fingerprint']}, today's are "
                f"{features.fingerprint}; train again with `qingling train`"
            )
        return cls(
            features=features,
            attributes=attributes,
            own_types=tuple(stored["own_types"]),
            encoding=Encoding.from_json(stored["encoding"]),
            text_score=TextScore.from_json(stored["text_score"]) if stored["text_score"] else None,
            trees=BoostedTrees.from_json(stored["trees"]) if stored["trees"] else None,
            ridge=RidgeLogistic.from_json(stored["ridge"]),
            trees_share=stored["trees_share"],
            calibration=StageCalibration.from_json(stored["calibration"]),
            baseline_calibration=StageCalibration.from_json(stored["baseline_calibration"]),
            levels=LevelMap.from_json(stored["levels"]),
            sets=PredictionSets.from_json(stored["sets"]),
            span=Span(**stored["span"]),
            chosen=stored["chosen"],
        )

    @property
    def label_caller(self) -> OfficialCaller:
        """Whose ratings count as outcome."""
        return OfficialCaller(self.span.label_caller)


def _own_types(features: FeatureSet) -> tuple[str, ...]:
    prefix = "type:"
    return tuple(dict.fromkeys(f.moved_by[len(prefix) :] for f in features if f.moved_by.startswith(prefix)))
