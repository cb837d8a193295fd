"""What a feature is: a named function with a meaning, a Chinese reason and something that moves it."""

import hashlib
import inspect
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

from features.frame import OrderFrame
from features.history import Past
from features.source import meaningful_code

#: How a column is read (numbers are float64 with NaN for missing, words and texts are str or None),
#: and the unit in which a manager reads it.
Hours = Annotated[np.ndarray, "number", "小时"]
Count = Annotated[np.ndarray, "number", "次"]
Share = Annotated[np.ndarray, "number", "%"]
Ratio = Annotated[np.ndarray, "number", "倍"]
Flag = Annotated[np.ndarray, "number", "是否"]
Number = Annotated[np.ndarray, "number", ""]
Category = Annotated[np.ndarray, "category", ""]
Text = Annotated[np.ndarray, "text", ""]

Columns = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Feature:
    """One column of what is known of an order at a moment.

    `kind` is number, category or text, `unit` how a manager reads it; `moved_by` names an event or fact
    that must change it (a test does so); `family` is the room it was written in.
    """

    name: str
    zh: str
    meaning: str
    kind: str
    unit: str
    moved_by: str
    family: str
    compute: Callable[..., np.ndarray]
    needs: tuple[str, ...]

    def column(self, orders: OrderFrame, past: Past) -> np.ndarray:
        """Its values for each question."""
        values = self.compute(*(orders if need == "orders" else past for need in self.needs))
        return np.asarray(values, dtype=np.float64 if self.kind == "number" else object)

    @property
    def source(self) -> str:
        """Its code and what it calls, without comments and docstrings, so that only a change of meaning shows."""
        return f"{self.name}:{self.kind}:{meaningful_code(self.compute)}"


def feature(zh: str, moved_by: str) -> Callable[[Callable[..., np.ndarray]], Feature]:
    """Make a feature of a function that asks for `orders`, for `past`, or for both.

    Its name is the column, its docstring the meaning, its return type says how it is read.
    """

    def define(function: Callable[..., np.ndarray]) -> Feature:
        return make_feature(function, function.__name__, zh, moved_by, inspect.getdoc(function) or "")

    return define


def make_feature(
    function: Callable[..., np.ndarray], name: str, zh: str, moved_by: str, meaning: str
) -> Feature:
    """A feature whose name and meaning are given, for families of alike features."""
    returns: Any = inspect.get_annotations(function)["return"]
    return Feature(
        name=name,
        zh=zh,
        meaning=meaning,
        kind=returns.__metadata__[0],
        unit=returns.__metadata__[1],
        moved_by=moved_by,
        family=function.__module__.rpartition(".")[2],
        compute=function,
        needs=tuple(inspect.signature(function).parameters),
    )


@dataclass(frozen=True)
class FeatureSet:
    """The features of a model, in order."""

    features: tuple[Feature, ...]

    def __len__(self) -> int:
        return len(self.features)

    def __iter__(self) -> Iterator[Feature]:
        return iter(self.features)

    @property
    def families(self) -> tuple[str, ...]:
        """The rooms in which the features were written."""
        return tuple(dict.fromkeys(f.family for f in self.features))

    def without(self, families: Collection[str], keep: Collection[str] = ()) -> "FeatureSet":
        """The same without some families, but for the features to keep.

        Raises ValueError for a family that there is none of.
        """
        if unknown := sorted(set(families) - set(self.families)):
            raise ValueError(f"no family {unknown[0]}; there are {', '.join(self.families)}")
        return FeatureSet(tuple(f for f in self.features if f.family not in families or f.name in keep))

    @property
    def names(self) -> tuple[str, ...]:
        """The columns."""
        return tuple(f.name for f in self.features)

    def of_kind(self, kind: str) -> tuple[str, ...]:
        """The columns of one kind: number, category or text."""
        return tuple(f.name for f in self.features if f.kind == kind)

    def __getitem__(self, name: str) -> Feature:
        return self._by_name[name]

    @property
    def _by_name(self) -> dict[str, Feature]:
        return {f.name: f for f in self.features}

    @property
    def fingerprint(self) -> str:
        """Changes when any feature's name, kind or code does, or a function or constant that it uses."""
        return hashlib.sha256("\n".join(f.source for f in self.features).encode()).hexdigest()[:16]

    def compute(self, orders: OrderFrame, past: Past) -> dict[str, np.ndarray]:
        """One array a feature, one entry a question."""
        try:
            return {f.name: f.column(orders, past) for f in self.features}
        finally:
            past.let_go()
