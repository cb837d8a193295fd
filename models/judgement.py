"""What a model foretold of later orders and what came of them: the ground of reports, cards and promotions."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from features.training_set import TrainingSet
from models.calibration import sigmoid
from models.satisfaction_model import SatisfactionModel

#: Fields of an order by which results are looked at apart.
SLICES = ("street", "company", "community", "category", "source")
_LEVELS = ("p_dissatisfied", "p_fair", "p_mostly_satisfied", "p_satisfied")


@dataclass(frozen=True, eq=False)
class Judgement:
    """One entry a moment of a test window, in the order in which orders and moments come.

    window        : number of the test window
    order_id      : whose moment it is
    round_start   : microseconds; the round whose rating it foretells
    as_of, received_at, label_known_at : microseconds
    stage, events : the number of the stage, and how many events were known
    weight        : the moments of a round weigh one together
    rating        : 0–3, what came
    probabilities : n × 4, what the model said
    baseline      : P(不满意) by the logistic regression beside it
    slices        : words by which results are looked at apart, as known at the moment
    """

    window: np.ndarray
    order_id: np.ndarray
    round_start: np.ndarray
    as_of: np.ndarray
    received_at: np.ndarray
    label_known_at: np.ndarray
    stage: np.ndarray
    events: np.ndarray
    weight: np.ndarray
    rating: np.ndarray
    probabilities: np.ndarray
    baseline: np.ndarray
    slices: dict[str, np.ndarray]

    @classmethod
    def of(cls, model: SatisfactionModel, test: TrainingSet, window: int = 0) -> "Judgement":
        """What a model says of these examples."""
        examples, frame = test.examples, test.examples.frame
        slices = {name: frame.word(name) for name in SLICES}
        if "estate_age_years" in test.columns:
            slices["estate_age"] = _decades(test.columns["estate_age_years"])
        return cls(
            window=np.full(len(examples), window),
            order_id=frame.order_id,
            round_start=frame.chronicle.known_at[frame.round_start],
            as_of=frame.as_of,
            received_at=examples.received_at,
            label_known_at=examples.label_known_at,
            stage=test.columns["stage"].astype(int),
            events=examples.events,
            weight=examples.weight,
            rating=examples.rating,
            probabilities=model.probabilities(test.columns),
            baseline=sigmoid(model.baseline_log_odds(test.columns)),
            slices=slices,
        )

    @classmethod
    def joined(cls, parts: Sequence["Judgement"]) -> "Judgement":
        """Several test windows as one."""
        if len(parts) == 1:
            return parts[0]
        whole = {
            name: np.concatenate([getattr(part, name) for part in parts])
            for name in cls.__dataclass_fields__
            if name != "slices"
        }
        slices = {name: np.concatenate([p.slices[name] for p in parts]) for name in parts[0].slices}
        return cls(slices=slices, **whole)

    def __len__(self) -> int:
        return len(self.rating)

    def take(self, rows: np.ndarray) -> "Judgement":
        """The moments in these rows (numbers or a mask)."""
        some = {name: getattr(self, name)[rows] for name in self.__dataclass_fields__ if name != "slices"}
        return Judgement(slices={name: words[rows] for name, words in self.slices.items()}, **some)

    @property
    def is_dissatisfied(self) -> np.ndarray:
        """Whether the round ended in 不满意."""
        return self.rating == 0

    @property
    def dissatisfied(self) -> np.ndarray:
        """P(不满意)."""
        return self.probabilities[:, 0]

    @cached_property
    def order(self) -> np.ndarray:
        """A number for each order, for drawing whole orders."""
        codes, _ = pd.factorize(self.order_id)
        return codes

    @cached_property
    def last(self) -> np.ndarray:
        """One row a round: its last moment before the rating."""
        key = _key(self.window, self.order, self.round_start)
        return np.sort(len(key) - 1 - np.unique(key[::-1], return_index=True)[1])

    @cached_property
    def first_in_stage(self) -> dict[int, np.ndarray]:
        """For each stage one row a round: its first moment there."""
        key = _key(self.window, self.order, self.round_start)
        found = {}
        for stage in np.unique(self.stage):
            rows = np.flatnonzero(self.stage == stage)
            found[int(stage)] = rows[np.unique(key[rows], return_index=True)[1]]
        return found

    def to_frame(self) -> pd.DataFrame:
        """The same as a table, one row a moment: what a training keeps for later comparisons."""
        plain = {
            name: getattr(self, name)
            for name in self.__dataclass_fields__
            if name not in ("probabilities", "slices")
        }
        levels = dict(zip(_LEVELS, self.probabilities.T, strict=True))
        slices = {f"slice_{name}": words for name, words in self.slices.items()}
        return pd.DataFrame({**plain, **levels, **slices})

    @classmethod
    def from_frame(cls, table: pd.DataFrame) -> "Judgement":
        """The judgement that such a table holds."""
        plain: dict[str, Any] = {
            name: table[name].to_numpy() for name in cls.__dataclass_fields__ if name in table.columns
        }
        slices = {
            name.removeprefix("slice_"): _words(table[name])
            for name in map(str, table.columns)
            if name.startswith("slice_")
        }
        plain["order_id"] = _words(table["order_id"])
        return cls(probabilities=table[list(_LEVELS)].to_numpy(), slices=slices, **plain)


def _key(window: np.ndarray, order: np.ndarray, round_start: np.ndarray) -> np.ndarray:
    """One ascending number for each round of each order and window."""
    rounds = np.unique(round_start, return_inverse=True)[1]
    size = np.int64(rounds.max(initial=0) + 1)
    keys: np.ndarray = (window * np.int64(order.max(initial=0) + 1) + order) * size + rounds
    return keys


def _words(column: "pd.Series[Any]") -> np.ndarray:
    words = column.astype(object)
    return words.where(words.notna(), None).to_numpy()


def _decades(years: np.ndarray) -> np.ndarray:
    """The age of the estate in words: up to 10 years, 10 to 20 and so on; None where not known."""
    steps = np.array(["0–10", "10–20", "20–30", "30+"], dtype=object)
    place = np.clip(np.nan_to_num(years) // 10, 0, 3).astype(int)
    words: np.ndarray = steps[place]
    words[np.isnan(years)] = None
    return words
